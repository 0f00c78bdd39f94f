"""The same in a `def` endpoint, with a lock for threads."""

import threading
import time

from fastapi import FastAPI

app = FastAPI()
totals = {"orders": 0}


@app.post("/")
def order() -> None:
    lock = threading.Lock()  # error: FAP206
    with lock:
        orders = totals["orders"]
        time.sleep(0.005)
        totals["orders"] = orders + 1  # error: FAP205


@app.get("/")
def orders() -> int:
    return totals["orders"]
