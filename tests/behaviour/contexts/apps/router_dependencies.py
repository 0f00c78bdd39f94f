"""Dependencies of applications and routers, given when they are made, when they are included, and later."""

from fastapi import APIRouter, Depends, FastAPI
from probe import record


def of_app() -> None:  # runs on: threadpool
    record("of_app")


async def of_app_async() -> None:  # runs on: event loop
    record("of_app_async")


def of_router() -> None:  # runs on: threadpool
    record("of_router")


def of_include() -> None:  # runs on: threadpool
    record("of_include")


def appended_at_once() -> None:  # runs on: threadpool
    record("appended_at_once")


async def appended_late() -> None:  # runs on: event loop
    record("appended_late")


def appended_to_router() -> None:  # runs on: threadpool
    record("appended_to_router")


app = FastAPI(dependencies=[Depends(of_app), Depends(of_app_async)])
app.router.dependencies.append(Depends(appended_at_once))


@app.get("/early")
def early() -> None:
    return None


users = APIRouter(prefix="/users", dependencies=[Depends(of_router)])


@users.get("/early")
def early_user() -> None:
    return None


users.dependencies.append(Depends(appended_to_router))


@users.get("/late")
def late_user() -> None:
    return None


app.include_router(users, dependencies=[Depends(of_include)])
app.router.dependencies.extend([Depends(appended_late)])


@app.get("/late")
def late() -> None:
    return None


items = APIRouter(prefix="/items")


@items.get("/")
def read_items() -> None:
    return None


app.include_router(items)
# Nothing is added after these, so that they are in vain.
items.dependencies.append(Depends(of_router))
app.router.dependencies.append(Depends(of_router))

inner = FastAPI(dependencies=[Depends(of_include)])


@inner.get("/x")
def inner_route() -> None:
    return None


app.mount("/inner", inner)
