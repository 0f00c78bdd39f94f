"""A `def` endpoint runs in many threads at once."""

import time

from fastapi import FastAPI

app = FastAPI()
app.state.visits = 0


@app.post("/")
def visit() -> None:
    visits = app.state.visits
    time.sleep(0.005)
    app.state.visits = visits + 1  # error: FAP205


@app.get("/")
def visits() -> int:
    return app.state.visits
