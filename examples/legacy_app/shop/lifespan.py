"""What happens when the shop starts and stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from shop.db import Base, engine


async def watch_event_loop() -> None:
    """Warn when the loop answers late."""
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(1)
        late = loop.time() - before - 1
        if late > 0.1:
            print(f"event loop late by {late:.2f} s")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    Base.metadata.create_all(engine)
    app.state.limit = 10
    app.state.limit_lock = asyncio.Lock()
    app.state.http = httpx.AsyncClient(timeout=5)
    asyncio.create_task(watch_event_loop())
    yield
    engine.dispose()
