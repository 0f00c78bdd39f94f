"""A lifespan, the lifespan of an included router, and the events that it silences."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from probe import record


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # runs on: event loop
    record("lifespan: start")
    connect()
    yield
    record("lifespan: stop")


def connect() -> None:  # runs on: event loop
    record("connect")


@asynccontextmanager
async def router_lifespan(app: FastAPI) -> AsyncIterator[None]:  # runs on: event loop
    record("router_lifespan: start")
    yield
    record("router_lifespan: stop")


app = FastAPI(lifespan=lifespan)
router = APIRouter(lifespan=router_lifespan)


@router.on_event("startup")
async def router_startup() -> None:  # runs on: nowhere
    record("router_startup")


app.include_router(router)
plain_router = APIRouter()


@plain_router.on_event("startup")
def plain_router_startup() -> None:  # runs on: event loop
    # The lifespan silences the events of its own application or router, not those of an included router.
    record("plain_router_startup")


app.include_router(plain_router)


@app.on_event("startup")
async def startup() -> None:  # runs on: nowhere
    record("startup")


@app.on_event("shutdown")
def shutdown() -> None:  # runs on: nowhere
    record("shutdown")
