"""A `def` endpoint and a module global."""

import time

from fastapi import FastAPI

app = FastAPI()
totals = {"orders": 0}


def price() -> int:
    time.sleep(0.005)
    return 1


@app.post("/")
def order() -> None:
    totals["orders"] = totals["orders"] + price()  # error: FAP205


@app.get("/")
def orders() -> int:
    return totals["orders"]
