"""One lock for each key: requests for the same key wait for one another."""

import asyncio
from collections import defaultdict

from fastapi import FastAPI

app = FastAPI()
counts: dict[str, int] = {}
locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


@app.post("/")
async def count(key: str = "a") -> None:
    async with locks[key]:
        current = counts.get(key, 0)
        await asyncio.sleep(0.001)
        counts[key] = current + 1


@app.get("/")
async def counted() -> int:
    return sum(counts.values())
