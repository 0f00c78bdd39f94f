"""An update moved off the event loop, one at a time: the caller holds an asyncio lock over the hand-over."""

import asyncio
import time
from types import SimpleNamespace

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()
app.state.settings = SimpleNamespace(threshold=0)
settings_lock = asyncio.Lock()


def update_settings_sync() -> None:
    old = app.state.settings.threshold
    time.sleep(0.001)
    app.state.settings.threshold = old + 1


@app.post("/")
async def raise_threshold() -> None:
    async with settings_lock:
        await run_in_threadpool(update_settings_sync)


@app.get("/")
async def threshold() -> int:
    return app.state.settings.threshold
