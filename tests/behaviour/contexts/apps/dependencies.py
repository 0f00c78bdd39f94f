"""Dependencies of every kind, and every place that takes one."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Security
from probe import record
from pydantic import BaseModel, field_validator


def app_wide_sync() -> None:  # runs on: threadpool
    record("app_wide_sync")


async def app_wide_async() -> None:  # runs on: event loop
    record("app_wide_async")


app = FastAPI(dependencies=[Depends(app_wide_sync), Depends(app_wide_async)])


def leaf_sync() -> int:  # runs on: threadpool
    record("leaf_sync")
    return 1


async def leaf_async() -> int:  # runs on: event loop
    record("leaf_async")
    return 1


LeafAlias = Annotated[int, Depends(leaf_async)]


def branch_sync(leaf: LeafAlias) -> int:  # runs on: threadpool
    record("branch_sync")
    return leaf


async def branch_async(leaf: int = Depends(leaf_sync)) -> int:  # runs on: event loop
    record("branch_async")
    return leaf


def session_sync() -> Iterator[str]:  # runs on: threadpool
    record("session_sync: enter")
    try:
        yield "session"
    finally:
        record("session_sync: exit")


async def session_async() -> AsyncIterator[str]:  # runs on: event loop
    record("session_async: enter")
    try:
        yield "session"
    finally:
        record("session_async: exit")


def early_session_sync() -> Iterator[str]:  # runs on: threadpool
    record("early_session_sync: enter")
    try:
        yield "session"
    finally:
        record("early_session_sync: exit")


async def early_session_async() -> AsyncIterator[str]:  # runs on: event loop
    record("early_session_async: enter")
    try:
        yield "session"
    finally:
        record("early_session_async: exit")


@app.get("/functions")
async def functions(
    first: Annotated[int, Depends(branch_sync)],
    second: Annotated[int, Depends(branch_async)],
) -> int:
    return first + second


@app.get("/generators")
async def generators(
    first: Annotated[str, Depends(session_sync)],
    second: Annotated[str, Depends(session_async)],
    third: Annotated[str, Depends(early_session_sync, scope="function")],
    fourth: Annotated[str, Depends(early_session_async, scope="function")],
) -> str:
    return first + second + third + fourth


class Paging:
    def __init__(self, page: int = 0) -> None:  # runs on: threadpool
        record("Paging")
        self.page = page


class Sorting:
    """Called as a class: FastAPI makes an instance in a thread and never awaits `__call__`."""

    def __init__(self) -> None:  # runs on: threadpool
        record("Sorting")

    async def __call__(self) -> None:  # runs on: nowhere
        record("Sorting.__call__")


@dataclass
class Filtering:
    text: str = ""

    def __post_init__(self) -> None:  # runs on: threadpool
        record("Filtering")


class Window(BaseModel):
    size: int = 10

    @field_validator("size", mode="after")
    @classmethod
    def size_is_positive(cls, value: int) -> int:  # runs on: threadpool
        record("size_is_positive")
        return value


@app.get("/classes")
async def classes(
    paging: Annotated[Paging, Depends()],
    sorting: Annotated[Any, Depends(Sorting)],
    filtering: Annotated[Filtering, Depends()],
    window: Annotated[Window, Depends(Window)],
) -> None:
    return None


class SyncChecker:
    def __init__(self, role: str) -> None:
        self.role = role

    def __call__(self) -> str:  # runs on: threadpool
        record("SyncChecker")
        return self.role


class AsyncChecker:
    def __init__(self, role: str) -> None:
        self.role = role

    async def __call__(self) -> str:  # runs on: event loop
        record("AsyncChecker")
        return self.role


class SyncOpener:
    def __call__(self) -> Iterator[str]:  # runs on: threadpool
        record("SyncOpener: enter")
        yield "open"
        record("SyncOpener: exit")


class AsyncOpener:
    async def __call__(self) -> AsyncIterator[str]:  # runs on: event loop
        record("AsyncOpener: enter")
        yield "open"
        record("AsyncOpener: exit")


open_sync = SyncOpener()


@app.get("/instances")
async def instances(
    first: Annotated[str, Depends(SyncChecker("admin"))],
    second: Annotated[str, Depends(AsyncChecker("admin"))],
    third: Annotated[str, Depends(open_sync)],
    fourth: Annotated[str, Depends(AsyncOpener())],
) -> str:
    return first + second + third + fourth


class Service:
    def load_sync(self) -> int:  # runs on: threadpool
        record("load_sync")
        return 1

    async def load_async(self) -> int:  # runs on: event loop
        record("load_async")
        return 1

    def open_sync(self) -> Iterator[int]:  # runs on: threadpool
        record("Service.open_sync: enter")
        yield 1
        record("Service.open_sync: exit")

    @classmethod
    def make_sync(cls) -> int:  # runs on: threadpool
        record("make_sync")
        return 1

    @classmethod
    async def make_async(cls) -> int:  # runs on: event loop
        record("make_async")
        return 1

    @staticmethod
    def check_sync() -> int:  # runs on: threadpool
        record("check_sync")
        return 1


service = Service()


@app.get("/methods")
async def methods(
    first: Annotated[int, Depends(service.load_sync)],
    second: Annotated[int, Depends(service.load_async)],
    third: Annotated[int, Depends(service.open_sync)],
    fourth: Annotated[int, Depends(Service.make_sync)],
    fifth: Annotated[int, Depends(Service.make_async)],
    sixth: Annotated[int, Depends(Service.check_sync)],
) -> int:
    return first + second + third + fourth + fifth + sixth


def limit_sync(limit: int) -> int:  # runs on: threadpool
    record("limit_sync")
    return limit


async def limit_async(limit: int) -> int:  # runs on: event loop
    record("limit_async")
    return limit


def require(role: str) -> Any:
    """A factory: what it returns is the dependency."""

    def check(name: str = "") -> str:  # runs on: threadpool
        record("check")
        return role

    return check


def require_async(role: str) -> Any:
    async def check(name: str = "") -> str:  # runs on: event loop
        record("async check")
        return role

    return check


@app.get("/made")
async def made(
    first: Annotated[int, Depends(partial(limit_sync, 1))],
    second: Annotated[int, Depends(partial(limit_async, 1))],
    third: Annotated[str, Depends(require("admin"))],
    fourth: Annotated[str, Security(require_async("admin"), scopes=["all"])],
    fifth: Annotated[None, Depends(lambda: record("lambda"))],  # runs on: threadpool
) -> None:
    return None


def on_route() -> None:  # runs on: threadpool
    record("on_route")


async def on_router() -> None:  # runs on: event loop
    record("on_router")


def on_include() -> None:  # runs on: threadpool
    record("on_include")


router = APIRouter(dependencies=[Depends(on_router)])


@router.get("/listed", dependencies=[Depends(on_route)])
async def listed() -> None:
    return None


app.include_router(router, dependencies=[Depends(on_include)])


def of_both_kinds() -> None:  # runs on: threadpool
    record("of_both_kinds")


@app.get("/both/sync", dependencies=[Depends(of_both_kinds)])
def both_sync() -> None:  # runs on: threadpool
    record("both_sync")


@app.get("/both/async", dependencies=[Depends(of_both_kinds)])
async def both_async() -> None:  # runs on: event loop
    record("both_async")
