"""A linter that knows where FastAPI code runs."""

__version__ = "0.1.0"
