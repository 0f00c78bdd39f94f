"""Path operations of every kind."""

from functools import partial

from fastapi import APIRouter, FastAPI
from probe import record

app = FastAPI()


@app.get("/async")
async def read_async() -> None:  # runs on: event loop
    record("read_async")


@app.get("/sync")
def read_sync() -> None:  # runs on: threadpool
    record("read_sync")


@app.post("/sync")
@app.put("/sync")
def write_sync() -> None:  # runs on: threadpool
    record("write_sync")


@app.api_route("/several/async", methods=["GET", "DELETE"])
async def several_async() -> None:  # runs on: event loop
    record("several_async")


@app.api_route("/several/sync", methods=["GET", "DELETE"])
def several_sync() -> None:  # runs on: threadpool
    record("several_sync")


def added_sync() -> None:  # runs on: threadpool
    record("added_sync")


async def added_async() -> None:  # runs on: event loop
    record("added_async")


app.add_api_route("/added/sync", added_sync)
app.add_api_route("/added/async", added_async, methods=["POST"])
app.add_api_route("/lambda", lambda: record("lambda"))  # runs on: threadpool


def scaled_sync(factor: int, value: int) -> int:  # runs on: threadpool
    record("scaled_sync")
    return factor * value


async def scaled_async(factor: int, value: int) -> int:  # runs on: event loop
    record("scaled_async")
    return factor * value


app.get("/partial/sync")(partial(scaled_sync, 2))
app.get("/partial/async")(partial(scaled_async, 2))


class Items:
    """A class whose methods are path operations."""

    def __init__(self) -> None:
        self.router = APIRouter(prefix="/items")
        self.router.add_api_route("/sync", self.list_sync)
        self.router.add_api_route("/async", self.list_async)
        self.router.add_api_route("/class/sync", self.count_sync)
        self.router.add_api_route("/class/async", self.count_async)
        self.router.add_api_route("/static/sync", self.check_sync)
        self.router.add_api_route("/static/async", Items.check_async)

    def list_sync(self) -> None:  # runs on: threadpool
        record("list_sync")

    async def list_async(self) -> None:  # runs on: event loop
        record("list_async")

    @classmethod
    def count_sync(cls) -> None:  # runs on: threadpool
        record("count_sync")

    @classmethod
    async def count_async(cls) -> None:  # runs on: event loop
        record("count_async")

    @staticmethod
    def check_sync() -> None:  # runs on: threadpool
        record("check_sync")

    @staticmethod
    async def check_async() -> None:  # runs on: event loop
        record("check_async")


app.include_router(Items().router)


class SyncCallable:
    def __call__(self) -> None:  # runs on: threadpool
        record("SyncCallable")


class AsyncCallable:
    async def __call__(self) -> None:  # runs on: event loop
        record("AsyncCallable")


app.add_api_route("/callable/sync", SyncCallable())
app.add_api_route("/callable/async", AsyncCallable())

users = APIRouter(prefix="/users")


@users.get("/sync")
def user_sync() -> None:  # runs on: threadpool
    record("user_sync")


@users.get("/async")
async def user_async() -> None:  # runs on: event loop
    record("user_async")


inner = APIRouter()


@inner.patch("/{name}")
def rename_sync(name: str) -> None:  # runs on: threadpool
    record("rename_sync")


@inner.delete("/{name}")
async def remove_async(name: str) -> None:  # runs on: event loop
    record("remove_async")


users.include_router(inner, prefix="/inner")
app.include_router(users)


def health_router() -> APIRouter:
    """Path operations defined inside a factory."""
    router = APIRouter()

    @router.get("/health/sync")
    def health_sync() -> None:  # runs on: threadpool
        record("health_sync")

    @router.get("/health/async")
    async def health_async() -> None:  # runs on: event loop
        record("health_async")

    return router


app.include_router(health_router(), prefix="/made")


class AuditedRouter(APIRouter):
    """A router class of the project's own."""


audited = AuditedRouter(prefix="/audited")


@audited.get("/sync")
def audited_sync() -> None:  # runs on: threadpool
    record("audited_sync")


@audited.get("/async")
async def audited_async() -> None:  # runs on: event loop
    record("audited_async")


app.include_router(audited)
