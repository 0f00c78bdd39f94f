"""A `def` dependency writes shared state in a thread, though its endpoint is async."""

import time
from types import SimpleNamespace
from typing import Annotated

from fastapi import Depends, FastAPI, Request

app = FastAPI()
app.state.settings = SimpleNamespace(threshold=0)


def update_settings_dep(request: Request) -> None:
    old = request.app.state.settings.threshold
    time.sleep(0.005)
    request.app.state.settings.threshold = old + 1  # error: FAP205


@app.post("/")
async def raise_threshold(updated: Annotated[None, Depends(update_settings_dep)]) -> None:
    return None


@app.get("/")
async def threshold() -> int:
    return app.state.settings.threshold
