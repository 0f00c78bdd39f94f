"""Ten seats: every request that checks before the first one is booked passes."""

import asyncio

from fastapi import FastAPI, HTTPException

app = FastAPI()
SEATS = 10
booked: list[str] = []


@app.post("/")
async def book(name: str = "guest") -> None:
    if len(booked) >= SEATS:
        raise HTTPException(409)
    await asyncio.sleep(0.01)
    booked.append(name)  # error: FAP203


@app.get("/")
async def taken() -> int:
    return len(booked)
