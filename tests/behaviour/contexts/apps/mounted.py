"""Mounted applications: their path operations run, their lifespan does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from probe import record
from starlette.types import Receive, Scope, Send


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # runs on: nowhere
    record("lifespan: start")
    yield
    record("lifespan: stop")


def dependency_sync() -> None:  # runs on: threadpool
    record("dependency_sync")


inner = FastAPI(lifespan=lifespan, dependencies=[Depends(dependency_sync)])


@inner.get("/sync")
def inner_sync() -> None:  # runs on: threadpool
    record("inner_sync")


@inner.get("/async")
async def inner_async() -> None:  # runs on: event loop
    record("inner_async")


@inner.middleware("http")
async def inner_middleware(request: Request, call_next: Any) -> Response:  # runs on: event loop
    record("inner_middleware")
    return await call_next(request)


with_events = FastAPI()


@with_events.on_event("startup")
def startup() -> None:  # runs on: nowhere
    record("startup")


@with_events.get("/")
def of_events() -> None:  # runs on: threadpool
    record("of_events")


async def plain_application(scope: Scope, receive: Receive, send: Send) -> None:  # runs on: event loop
    record("plain_application")
    await Response()(scope, receive, send)


app = FastAPI()
app.mount("/inner", inner)
app.mount("/events", with_events)
app.mount("/plain", plain_application)
