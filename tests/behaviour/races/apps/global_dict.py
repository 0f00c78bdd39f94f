"""An item of a module-level dict, read before an `async with` and written after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

app = FastAPI()
counts = {"orders": 0}


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    await asyncio.sleep(0.001)
    yield


@app.post("/")
async def order() -> None:
    orders = counts["orders"]
    async with transaction():
        counts["orders"] = orders + 1  # error: FAP202


@app.get("/")
async def orders() -> int:
    return counts["orders"]
