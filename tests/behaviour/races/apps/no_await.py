"""Between read and write nothing is awaited, so no other request comes between."""

import asyncio
from types import SimpleNamespace

from fastapi import FastAPI, Request

app = FastAPI()
app.state.settings = SimpleNamespace(threshold=0)


@app.post("/")
async def raise_threshold(request: Request) -> None:
    await asyncio.sleep(0.001)
    settings = request.app.state.settings
    old = settings.threshold
    settings.threshold = old + 1
    await asyncio.sleep(0.001)


@app.get("/")
async def threshold(request: Request) -> int:
    return request.app.state.settings.threshold
