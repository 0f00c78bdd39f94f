"""The read and the write stand in branches that never both run."""

import asyncio

from fastapi import FastAPI

app = FastAPI()
app.state.total = 0


@app.post("/")
async def buy(preview: bool = False) -> int:
    if preview:
        total = app.state.total
        await asyncio.sleep(0.001)
        return total + 1
    await asyncio.sleep(0.001)
    app.state.total += 1
    return 1


@app.get("/")
async def total() -> int:
    return app.state.total
