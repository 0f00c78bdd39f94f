"""Wrappers around path operations, dependencies, tasks and handlers.

FastAPI looks through `functools.wraps`; Starlette (tasks, handlers) looks at the wrapper itself.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI, Request, Response
from probe import record

app = FastAPI()


def sync_over_async(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call_async(*args: Any, **kwargs: Any) -> Any:  # runs on: event loop
        record("call_async")
        return function(*args, **kwargs)

    return call_async


def sync_over_sync(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call_sync(*args: Any, **kwargs: Any) -> Any:  # runs on: threadpool
        record("call_sync")
        return function(*args, **kwargs)

    return call_sync


def async_over_sync(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def await_sync(*args: Any, **kwargs: Any) -> Any:  # runs on: event loop
        record("await_sync")
        return function(*args, **kwargs)

    return await_sync


def async_over_async(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def await_async(*args: Any, **kwargs: Any) -> Any:  # runs on: event loop
        record("await_async")
        return await function(*args, **kwargs)

    return await_async


@app.get("/1")
@sync_over_async
async def endpoint_1(name: str = "") -> None:  # runs on: event loop
    record("endpoint_1")


@app.get("/2")
@sync_over_sync
def endpoint_2(name: str = "") -> None:  # runs on: threadpool
    record("endpoint_2")


@app.get("/3")
@async_over_sync
def endpoint_3(name: str = "") -> None:  # runs on: event loop
    record("endpoint_3")


@app.get("/4")
@async_over_async
async def endpoint_4(name: str = "") -> None:  # runs on: event loop
    record("endpoint_4")


@async_over_sync
def dependency_async_over_sync() -> str:  # runs on: event loop
    record("dependency_async_over_sync")
    return ""


@sync_over_async
async def dependency_sync_over_async() -> str:  # runs on: event loop
    record("dependency_sync_over_async")
    return ""


@lru_cache
def settings() -> str:  # runs on: threadpool
    record("settings")
    return ""


@app.get("/5")
async def endpoint_5(
    first: Annotated[str, Depends(dependency_async_over_sync)],
    second: Annotated[str, Depends(dependency_sync_over_async)],
    third: Annotated[str, Depends(settings)],
) -> str:
    return first + second + third


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def count(*args: Any, **kwargs: Any) -> Any:  # runs on: threadpool
        record("count")
        return function(*args, **kwargs)

    return count


@counted
async def lost_task() -> None:  # runs on: nowhere
    record("lost_task")


@async_over_sync
def moved_task() -> None:  # runs on: event loop
    record("moved_task")


@app.get("/6")
async def endpoint_6(tasks: BackgroundTasks) -> None:
    tasks.add_task(lost_task)
    tasks.add_task(moved_task)


@app.exception_handler(LookupError)
@async_over_async
async def wrapped_handler(request: Request, error: Exception) -> Response:  # runs on: event loop
    record("wrapped_handler")
    return Response(status_code=404)


@app.get("/7")
async def endpoint_7() -> None:
    raise LookupError
