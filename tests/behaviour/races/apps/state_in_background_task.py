"""An async background task runs on the event loop beside other requests."""

import asyncio

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
app.state.sent = 0


async def send() -> None:
    sent = app.state.sent
    await asyncio.sleep(0.001)
    app.state.sent = sent + 1  # error: FAP201


@app.post("/")
async def schedule(tasks: BackgroundTasks) -> None:
    tasks.add_task(send)


@app.get("/")
async def sent() -> int:
    return app.state.sent
