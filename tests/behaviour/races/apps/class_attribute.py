"""A class attribute is shared by all requests."""

import asyncio

from fastapi import FastAPI

app = FastAPI()


class Statistics:
    visits = 0


@app.post("/")
async def visit() -> None:
    visits = Statistics.visits
    await asyncio.sleep(0.001)
    Statistics.visits = visits + 1  # error: FAP202


@app.get("/")
async def visits() -> int:
    return Statistics.visits
