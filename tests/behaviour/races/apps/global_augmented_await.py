"""The shortest form: a module global and `+= await`."""

import asyncio

from fastapi import FastAPI

app = FastAPI()
total = 0


async def price() -> int:
    await asyncio.sleep(0.001)
    return 1


@app.post("/")
async def buy() -> None:
    global total
    total += await price()  # error: FAP202


@app.get("/")
async def spent() -> int:
    return total
