"""What was read before the await decides nothing: the value is read again after it."""

import asyncio
import logging

from fastapi import FastAPI

app = FastAPI()
app.state.total = 0


@app.post("/")
async def buy() -> None:
    logging.getLogger(__name__).debug("total before: %s", app.state.total)
    await asyncio.sleep(0.001)
    app.state.total = app.state.total + 1


@app.get("/")
async def total() -> int:
    return app.state.total
