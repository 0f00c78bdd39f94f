"""The report of a one-off audit: an offline page, Markdown and JSON, all of the same `model.Audit`."""
