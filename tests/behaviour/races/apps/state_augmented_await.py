"""`+=` reads its target before the awaited value arrives."""

import asyncio

from fastapi import FastAPI

app = FastAPI()
app.state.total = 0


async def price() -> int:
    await asyncio.sleep(0.001)
    return 1


@app.post("/")
async def buy() -> None:
    app.state.total += await price()  # error: FAP201


@app.get("/")
async def total() -> int:
    return app.state.total
