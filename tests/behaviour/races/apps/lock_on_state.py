"""A lock on `app.state` over read and write."""

import asyncio
from types import SimpleNamespace

from fastapi import FastAPI

app = FastAPI()
app.state.settings = SimpleNamespace(threshold=0)
app.state.settings_lock = asyncio.Lock()


@app.post("/")
async def raise_threshold() -> None:
    async with app.state.settings_lock:
        old = app.state.settings.threshold
        await asyncio.sleep(0.001)
        app.state.settings.threshold = old + 1


@app.get("/")
async def threshold() -> int:
    return app.state.settings.threshold
