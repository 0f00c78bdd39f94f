"""A module-level lock over `+= await`."""

import asyncio

import anyio
from fastapi import FastAPI

app = FastAPI()
lock = anyio.Lock()
shared_resource = 0


async def price() -> int:
    await asyncio.sleep(0.001)
    return 1


@app.post("/")
async def buy() -> None:
    global shared_resource
    async with lock:
        shared_resource += await price()


@app.get("/")
async def spent() -> int:
    return shared_resource
