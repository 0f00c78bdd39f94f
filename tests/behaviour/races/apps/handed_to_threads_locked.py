"""An update moved off the event loop, with a lock for threads."""

import threading
import time
from types import SimpleNamespace

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()
app.state.settings = SimpleNamespace(threshold=0)
app.state.settings_lock = threading.Lock()


def update_settings_sync() -> None:
    with app.state.settings_lock:
        old = app.state.settings.threshold
        time.sleep(0.001)
        app.state.settings.threshold = old + 1


@app.post("/")
async def raise_threshold() -> None:
    await run_in_threadpool(update_settings_sync)


@app.get("/")
async def threshold() -> int:
    return app.state.settings.threshold
