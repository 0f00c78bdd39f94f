"""Ten seats: check and act stand together, the await comes after."""

import asyncio

from fastapi import FastAPI, HTTPException

app = FastAPI()
SEATS = 10
booked: list[str] = []


@app.post("/")
async def book(name: str = "guest") -> None:
    if len(booked) >= SEATS:
        raise HTTPException(409)
    booked.append(name)
    await asyncio.sleep(0.01)


@app.get("/")
async def taken() -> int:
    return len(booked)
