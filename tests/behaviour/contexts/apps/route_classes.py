"""`APIRouter(route_class=...)`: the handler that a custom route class builds around the path operation."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from probe import record


class TimedRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Any]:  # runs on: import time, event loop
        # Called at registration, and again at the first request for a route of an included router.
        record("get_route_handler")
        handle = super().get_route_handler()

        async def timed(request: Request) -> Response:  # runs on: event loop
            record("timed")
            return await handle(request)

        return timed


class FixedRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Any]:
        def fixed(request: Request) -> Response:  # runs on: threadpool
            record("fixed")
            return Response("fixed")

        return fixed


timed_router = APIRouter(route_class=TimedRoute)


@timed_router.get("/timed/sync")
def timed_sync() -> None:  # runs on: threadpool
    record("timed_sync")


@timed_router.get("/timed/async")
async def timed_async() -> None:  # runs on: event loop
    record("timed_async")


fixed_router = APIRouter(route_class=FixedRoute)


@fixed_router.get("/fixed")
async def replaced() -> None:
    """Never called: the route class answers in its place."""


app = FastAPI()
app.include_router(timed_router)
app.include_router(fixed_router)
