"""An attribute of the one instance that the module makes."""

import asyncio

from fastapi import FastAPI

app = FastAPI()


class Counter:
    def __init__(self) -> None:
        self.value = 0

    async def increment(self) -> None:
        value = self.value
        await asyncio.sleep(0.001)
        self.value = value + 1  # error: FAP202


counter = Counter()


@app.post("/")
async def increment() -> None:
    await counter.increment()


@app.get("/")
async def value() -> int:
    return counter.value
