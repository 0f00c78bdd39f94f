"""Ten seats: a lock over check and act."""

import asyncio

from fastapi import FastAPI, HTTPException

app = FastAPI()
SEATS = 10
booked: list[str] = []
booking = asyncio.Lock()


@app.post("/")
async def book(name: str = "guest") -> None:
    async with booking:
        if len(booked) >= SEATS:
            raise HTTPException(409)
        await asyncio.sleep(0.001)
        booked.append(name)


@app.get("/")
async def taken() -> int:
    return len(booked)
