"""Hand-overs: work that code on the event loop gives to threads, and back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import anyio
import anyio.from_thread
import anyio.to_thread
from fastapi import FastAPI
from fastapi.concurrency import contextmanager_in_threadpool, iterate_in_threadpool, run_in_threadpool
from probe import record

app = FastAPI()
executor = ThreadPoolExecutor(1)


def in_threadpool(value: int) -> int:  # runs on: threadpool
    record("in_threadpool")
    return value


def argument() -> int:  # runs on: event loop
    record("argument")
    return 1


@app.get("/run_in_threadpool")
async def use_run_in_threadpool() -> int:
    return await run_in_threadpool(in_threadpool, argument())


def to_thread(value: int) -> int:  # runs on: threadpool
    record("to_thread")
    return value


@app.get("/to_thread")
async def use_to_thread() -> int:
    await asyncio.to_thread(lambda: record("to_thread lambda"))  # runs on: threadpool
    return await asyncio.to_thread(to_thread, value=1)


def run_sync(value: int) -> int:  # runs on: threadpool
    record("run_sync")
    return value


@app.get("/run_sync")
async def use_run_sync() -> int:
    return await anyio.to_thread.run_sync(partial(run_sync, value=1))


def in_executor(value: int) -> int:  # runs on: threadpool
    record("in_executor")
    return value


def in_own_executor() -> None:  # runs on: threadpool
    record("in_own_executor")


@app.get("/executor")
async def use_executor() -> int:
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(executor, in_own_executor)
    return await loop.run_in_executor(None, in_executor, 1)


def submitted() -> None:  # runs on: threadpool
    record("submitted")


@app.get("/submit")
async def use_submit() -> None:
    await asyncio.wrap_future(executor.submit(submitted))


class Store:
    def load(self) -> None:  # runs on: threadpool
        record("Store.load")


@app.get("/method")
async def use_method() -> None:
    store = Store()
    await run_in_threadpool(store.load)


@app.get("/nested")
async def use_nested() -> None:
    def nested() -> None:  # runs on: threadpool
        record("nested")
        called_by_nested()

    await run_in_threadpool(nested)


def called_by_nested() -> None:  # runs on: threadpool
    record("called_by_nested")


def rows() -> Iterator[int]:  # runs on: threadpool
    record("rows")
    yield 1


@app.get("/iterate")
async def use_iterate() -> list[int]:
    return [row async for row in iterate_in_threadpool(rows())]


@contextmanager
def opened() -> Iterator[int]:  # runs on: threadpool
    record("opened: enter")
    yield 1
    record("opened: exit")


@app.get("/context")
async def use_context() -> int:
    async with contextmanager_in_threadpool(opened()) as value:
        return value


def offload(function: Callable[[], None]) -> Awaitable[None]:  # runs on: event loop
    """The project's own hand-over."""
    record("offload")
    return run_in_threadpool(function)


def by_own_helper() -> None:  # runs on: threadpool
    record("by_own_helper")


@app.get("/own")
async def use_own_helper() -> None:
    await offload(by_own_helper)


async def back_on_the_loop() -> None:  # runs on: event loop
    record("back_on_the_loop")


def back_on_the_loop_sync() -> None:  # runs on: event loop
    record("back_on_the_loop_sync")


@app.get("/from_thread")
def use_from_thread() -> None:
    anyio.from_thread.run(back_on_the_loop)
    anyio.from_thread.run_sync(back_on_the_loop_sync)


async def in_task() -> None:  # runs on: event loop
    record("in_task")


async def gathered() -> None:  # runs on: event loop
    record("gathered")


async def started_soon() -> None:  # runs on: event loop
    record("started_soon")


def called_soon(done: asyncio.Event) -> None:  # runs on: event loop
    record("called_soon")
    done.set()


@app.get("/tasks")
async def use_tasks() -> None:
    await asyncio.create_task(in_task())
    await asyncio.gather(gathered(), gathered())
    async with anyio.create_task_group() as group:
        group.start_soon(started_soon)
    done = asyncio.Event()
    asyncio.get_running_loop().call_soon(called_soon, done)
    await done.wait()
