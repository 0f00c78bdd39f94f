"""Start-up and shutdown handlers: `def` ones run on the event loop too."""

from fastapi import APIRouter, FastAPI
from probe import record


def listed_sync() -> None:  # runs on: event loop
    record("listed_sync")


async def listed_async() -> None:  # runs on: event loop
    record("listed_async")


app = FastAPI(on_startup=[listed_sync], on_shutdown=[listed_async])


@app.on_event("startup")
def startup_sync() -> None:  # runs on: event loop
    record("startup_sync")


@app.on_event("startup")
async def startup_async() -> None:  # runs on: event loop
    record("startup_async")


@app.on_event("shutdown")
def shutdown_sync() -> None:  # runs on: event loop
    record("shutdown_sync")


def added_sync() -> None:  # runs on: event loop
    record("added_sync")


app.router.add_event_handler("startup", added_sync)

router = APIRouter()


@router.on_event("startup")
def router_startup() -> None:  # runs on: event loop
    record("router_startup")


@router.on_event("shutdown")
async def router_shutdown() -> None:  # runs on: event loop
    record("router_shutdown")


app.include_router(router)
