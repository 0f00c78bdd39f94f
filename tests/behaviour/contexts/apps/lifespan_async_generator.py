"""A bare async generator as lifespan: FastAPI wraps it."""

from collections.abc import AsyncIterator

from fastapi import FastAPI
from probe import record


async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # runs on: event loop
    record("lifespan: start")
    yield
    record("lifespan: stop")


app = FastAPI(lifespan=lifespan)
