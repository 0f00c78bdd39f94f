"""Plain functions run where their callers run."""

from typing import Annotated

from fastapi import Depends, FastAPI
from probe import record

app = FastAPI()


def of_async() -> None:  # runs on: event loop
    record("of_async")
    deeper()


def deeper() -> None:  # runs on: event loop
    record("deeper")


def of_sync() -> None:  # runs on: threadpool
    record("of_sync")


def of_both() -> None:  # runs on: event loop, threadpool
    record("of_both")


async def awaited() -> None:  # runs on: event loop
    record("awaited")


class Repository:
    def __init__(self, name: str) -> None:  # runs on: threadpool
        record("Repository.__init__")
        self._name = name

    @property
    def name(self) -> str:  # runs on: event loop
        record("Repository.name")
        return self._name

    def save(self) -> None:  # runs on: event loop
        record("Repository.save")


def repository() -> Repository:  # runs on: threadpool
    record("repository")
    return Repository("items")


class Transaction:
    def __enter__(self) -> "Transaction":  # runs on: event loop
        record("Transaction.__enter__")
        return self

    def __exit__(self, *error: object) -> None:  # runs on: event loop
        record("Transaction.__exit__")


@app.get("/async")
async def read_async(repository: Annotated[Repository, Depends(repository)]) -> str:
    of_async()
    of_both()
    await awaited()
    with Transaction():
        repository.save()
    return repository.name


@app.get("/sync")
def read_sync() -> None:
    of_sync()
    of_both()


# One path operation calls another: `counted` runs in a thread for its own route and on the loop here.
@app.get("/counted")
def counted() -> int:  # runs on: event loop, threadpool
    record("counted")
    return 1


@app.get("/doubled")
async def doubled() -> int:  # runs on: event loop
    record("doubled")
    return 2 * counted()
