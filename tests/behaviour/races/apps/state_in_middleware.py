"""A middleware that counts, and computes the count before the answer."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

app = FastAPI()
app.state.served = 0


@app.middleware("http")
async def count(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if request.method == "GET":
        return await call_next(request)
    served = request.app.state.served + 1
    response = await call_next(request)
    request.app.state.served = served  # error: FAP201
    return response


@app.post("/")
async def serve() -> None:
    await asyncio.sleep(0.001)


@app.get("/")
async def served() -> int:
    return app.state.served
