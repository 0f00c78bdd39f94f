"""A `yield` dependency holds the lock while the endpoint runs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()
app.state.total = 0
lock = asyncio.Lock()


async def locked() -> AsyncIterator[None]:
    async with lock:
        yield


@app.post("/")
async def buy(held: Annotated[None, Depends(locked)]) -> None:
    total = app.state.total
    await asyncio.sleep(0.001)
    app.state.total = total + 1


@app.get("/")
async def total() -> int:
    return app.state.total
