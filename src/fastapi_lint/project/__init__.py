"""All modules of one run, linked: which file an import means."""
