"""Background tasks, injected and attached by hand."""

from functools import partial
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import JSONResponse
from probe import record
from starlette.background import BackgroundTask

app = FastAPI()


def task_sync(name: str = "") -> None:  # runs on: threadpool
    record("task_sync")


async def task_async(name: str = "") -> None:  # runs on: event loop
    record("task_async")


def bound_sync(name: str) -> None:  # runs on: threadpool
    record("bound_sync")


async def bound_async(name: str) -> None:  # runs on: event loop
    record("bound_async")


class SyncTask:
    def __call__(self) -> None:  # runs on: threadpool
        record("SyncTask")


class AsyncTask:
    async def __call__(self) -> None:  # runs on: event loop
        record("AsyncTask")


class Mailer:
    def send_sync(self) -> None:  # runs on: threadpool
        record("send_sync")

    async def send_async(self) -> None:  # runs on: event loop
        record("send_async")


mailer = Mailer()


@app.get("/injected")
async def injected(tasks: BackgroundTasks) -> None:
    tasks.add_task(task_sync, "name")
    tasks.add_task(task_async, name="name")
    tasks.add_task(partial(bound_sync, "name"))
    tasks.add_task(partial(bound_async, "name"))
    tasks.add_task(SyncTask())
    tasks.add_task(AsyncTask())
    tasks.add_task(mailer.send_sync)
    tasks.add_task(mailer.send_async)
    tasks.add_task(lambda: record("lambda"))  # runs on: threadpool

    def nested_sync() -> None:  # runs on: threadpool
        record("nested_sync")

    async def nested_async() -> None:  # runs on: event loop
        record("nested_async")

    tasks.add_task(nested_sync)
    tasks.add_task(nested_async)


def from_sync_endpoint() -> None:  # runs on: threadpool
    record("from_sync_endpoint")


async def from_sync_endpoint_async() -> None:  # runs on: event loop
    record("from_sync_endpoint_async")


@app.get("/sync")
def scheduled_by_sync(background_tasks: BackgroundTasks) -> None:
    background_tasks.add_task(from_sync_endpoint)
    background_tasks.add_task(from_sync_endpoint_async)


def from_dependency() -> None:  # runs on: threadpool
    record("from_dependency")


def schedule(background: BackgroundTasks) -> None:
    background.add_task(from_dependency)


@app.get("/dependency")
async def scheduled_by_dependency(scheduled: Annotated[None, Depends(schedule)]) -> None:
    return None


def attached_sync() -> None:  # runs on: threadpool
    record("attached_sync")


async def attached_async() -> None:  # runs on: event loop
    record("attached_async")


def collected_sync() -> None:  # runs on: threadpool
    record("collected_sync")


@app.get("/attached/sync")
async def attach_sync() -> JSONResponse:
    return JSONResponse({}, background=BackgroundTask(attached_sync))


@app.get("/attached/async")
def attach_async() -> JSONResponse:
    return JSONResponse({}, background=BackgroundTask(attached_async))


@app.get("/attached/several")
async def attach_several() -> JSONResponse:
    tasks = BackgroundTasks()
    tasks.add_task(collected_sync)
    return JSONResponse({}, background=tasks)


async def never_awaited() -> None:  # runs on: nowhere
    record("never_awaited")


@app.get("/lost")
async def lost(tasks: BackgroundTasks) -> None:
    tasks.add_task(lambda: never_awaited())
