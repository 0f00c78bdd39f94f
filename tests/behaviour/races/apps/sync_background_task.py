"""A `def` background task runs in a thread beside those of other requests."""

import time

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
app.state.sent = 0


def send() -> None:
    sent = app.state.sent
    time.sleep(0.005)
    app.state.sent = sent + 1  # error: FAP205


@app.post("/")
async def schedule(tasks: BackgroundTasks) -> None:
    tasks.add_task(send)


@app.get("/")
async def sent() -> int:
    return app.state.sent
