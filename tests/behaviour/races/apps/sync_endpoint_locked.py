"""A `def` endpoint with a lock for threads."""

import threading
import time

from fastapi import FastAPI

app = FastAPI()
app.state.visits = 0
visits_lock = threading.Lock()


@app.post("/")
def visit() -> None:
    with visits_lock:
        visits = app.state.visits
        time.sleep(0.001)
        app.state.visits = visits + 1


@app.get("/")
def visits() -> int:
    return app.state.visits
