"""The awaited value is there before `+=` reads its target."""

import asyncio

from fastapi import FastAPI

app = FastAPI()
app.state.total = 0


async def price() -> int:
    await asyncio.sleep(0.001)
    return 1


@app.post("/")
async def buy() -> None:
    amount = await price()
    app.state.total += amount


@app.get("/")
async def total() -> int:
    return app.state.total
