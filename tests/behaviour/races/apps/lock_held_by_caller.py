"""The helper takes no lock: all its callers hold one."""

import asyncio

from fastapi import FastAPI

app = FastAPI()
app.state.total = 0
lock = asyncio.Lock()


async def add_one() -> None:
    total = app.state.total
    await asyncio.sleep(0.001)
    app.state.total = total + 1


@app.post("/")
async def buy() -> None:
    async with lock:
        await add_one()


@app.get("/")
async def total() -> int:
    return app.state.total
