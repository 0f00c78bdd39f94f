"""An update moved off the event loop now interleaves with itself."""

import time
from types import SimpleNamespace

import anyio
from fastapi import FastAPI

app = FastAPI()
app.state.settings = SimpleNamespace(threshold=0)


def update_settings_sync() -> None:
    old = app.state.settings.threshold
    time.sleep(0.005)
    app.state.settings.threshold = old + 1  # error: FAP205


@app.post("/")
async def raise_threshold() -> None:
    await anyio.to_thread.run_sync(update_settings_sync)


@app.get("/")
async def threshold() -> int:
    return app.state.settings.threshold
