"""The new value is computed from what was read before the await."""

import asyncio
from types import SimpleNamespace

from fastapi import FastAPI, Request

app = FastAPI()
app.state.settings = SimpleNamespace(threshold=0)


@app.post("/")
async def raise_threshold(request: Request) -> None:
    settings = request.app.state.settings
    old = settings.threshold
    await asyncio.sleep(0.001)
    request.app.state.settings.threshold = old + 1  # error: FAP201


@app.get("/")
async def threshold(request: Request) -> int:
    return request.app.state.settings.threshold
