"""Operations."""

import asyncio

from fastapi import APIRouter, Request

router = APIRouter(prefix="/admin", tags=["admin"])
downloads = 0


async def notify_operators(message: str) -> None:
    await asyncio.sleep(0.01)


@router.post("/limit")
async def raise_limit(request: Request, by: int = 1) -> dict[str, int]:
    limit = request.app.state.limit
    await notify_operators(f"limit {limit} goes up by {by}")
    request.app.state.limit = limit + by
    return {"limit": request.app.state.limit}


@router.post("/limit/safe")
async def raise_limit_safely(request: Request, by: int = 1) -> dict[str, int]:
    async with request.app.state.limit_lock:
        limit = request.app.state.limit
        await notify_operators(f"limit {limit} goes up by {by}")
        request.app.state.limit = limit + by
    return {"limit": request.app.state.limit}


@router.get("/downloads")
def count_download() -> dict[str, int]:
    global downloads
    downloads += 1
    return {"downloads": downloads}
