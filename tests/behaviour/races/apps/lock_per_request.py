"""A lock that each request makes for itself excludes nobody."""

import asyncio

from fastapi import FastAPI

app = FastAPI()
total = 0


@app.post("/")
async def buy() -> None:
    global total
    lock = asyncio.Lock()  # error: FAP206
    async with lock:
        current = total
        await asyncio.sleep(0.001)
        total = current + 1  # error: FAP202


@app.get("/")
async def spent() -> int:
    return total
