"""The lock is held over the write alone: the value was computed before it."""

import asyncio
from typing import Any

from fastapi import FastAPI, Request

app = FastAPI()
app.state.settings = {"threshold": 0}
app.state.settings_lock = asyncio.Lock()


async def update_settings(app: FastAPI, patch: dict[str, Any]) -> None:
    async with app.state.settings_lock:
        app.state.settings = {**app.state.settings, **patch}


@app.post("/")
async def raise_threshold(request: Request) -> None:
    old = request.app.state.settings["threshold"]
    await asyncio.sleep(0.001)
    await update_settings(request.app, {"threshold": old + 1})  # error: FAP201


@app.get("/")
async def threshold(request: Request) -> int:
    return request.app.state.settings["threshold"]
