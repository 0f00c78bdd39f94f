"""A bare generator as lifespan: FastAPI wraps it, and it runs on the event loop."""

from collections.abc import Iterator

from fastapi import FastAPI
from probe import record


def lifespan(app: FastAPI) -> Iterator[None]:  # runs on: event loop
    record("lifespan: start")
    yield
    record("lifespan: stop")


app = FastAPI(lifespan=lifespan)
