"""An async dependency updates shared state on the event loop, without an await."""

import asyncio
from typing import Annotated

from fastapi import Depends, FastAPI, Request

app = FastAPI()
app.state.visits = 0


async def count(request: Request) -> None:
    await asyncio.sleep(0.001)
    request.app.state.visits += 1


@app.post("/")
async def visit(counted: Annotated[None, Depends(count)]) -> None:
    return None


@app.get("/")
async def visits() -> int:
    return app.state.visits
