"""`request.state` belongs to one request."""

import asyncio

from fastapi import FastAPI, Request

app = FastAPI()
app.state.total = 0


@app.post("/")
async def buy(request: Request) -> None:
    request.state.amount = 0
    amount = request.state.amount
    await asyncio.sleep(0.001)
    request.state.amount = amount + 1
    app.state.total += request.state.amount


@app.get("/")
async def total() -> int:
    return app.state.total
