"""`acquire` and `release` in place of `async with`."""

import asyncio

from fastapi import FastAPI

app = FastAPI()
app.state.total = 0
lock = asyncio.Lock()


@app.post("/")
async def buy() -> None:
    await lock.acquire()
    try:
        total = app.state.total
        await asyncio.sleep(0.001)
        app.state.total = total + 1
    finally:
        lock.release()


@app.get("/")
async def total() -> int:
    return app.state.total
