"""The application's own `openapi` function runs on the event loop when the schema is asked for."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from probe import record

app = FastAPI()


def custom_openapi() -> dict[str, Any]:  # runs on: event loop
    record("custom_openapi")
    return get_openapi(title="Custom", version="1", routes=app.routes)


app.openapi = custom_openapi
