"""A FastAPI application whose routes are known."""
