"""Middleware of every kind."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware import Middleware
from probe import record
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CallNext = Callable[[Request], Awaitable[Response]]


class ListedMiddleware:
    """A middleware without a base class, as the `middleware=` argument takes it."""

    def __init__(self, app: ASGIApp) -> None:  # runs on: event loop
        record("ListedMiddleware.__init__")
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # runs on: event loop
        record("ListedMiddleware")
        await self.app(scope, receive, send)


app = FastAPI(middleware=[Middleware(ListedMiddleware)])


class HeaderMiddleware:
    def __init__(self, app: ASGIApp, name: str) -> None:  # runs on: event loop
        record("HeaderMiddleware.__init__")
        self.app = app
        self.name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # runs on: event loop
        record("HeaderMiddleware")

        async def send_with_header(message: Message) -> None:  # runs on: event loop
            record("send_with_header")
            await send(message)

        await self.app(scope, receive, send_with_header)


app.add_middleware(HeaderMiddleware, name="x-name")


class TimingMiddleware(BaseHTTPMiddleware):
    def __init__(self, app: ASGIApp, label: str = "") -> None:  # runs on: event loop
        record("TimingMiddleware.__init__")
        super().__init__(app)
        self.label = label

    async def dispatch(self, request: Request, call_next: CallNext) -> Response:  # runs on: event loop
        record("TimingMiddleware.dispatch")
        self.observe()
        return await call_next(request)

    def observe(self) -> None:  # runs on: event loop
        record("observe")


app.add_middleware(TimingMiddleware, label="all")


@app.middleware("http")
async def decorated(request: Request, call_next: CallNext) -> Response:  # runs on: event loop
    record("decorated")
    return await call_next(request)


@app.middleware("http")
def decorated_sync(request: Request, call_next: CallNext) -> Any:  # runs on: event loop
    # Starlette calls it on the event loop and awaits what it returns, so this happens to work.
    record("decorated_sync")
    return call_next(request)


async def given(request: Request, call_next: CallNext) -> Response:  # runs on: event loop
    record("given")
    return await call_next(request)


app.add_middleware(BaseHTTPMiddleware, dispatch=given)


@app.get("/sync")
def endpoint_sync() -> None:  # runs on: threadpool
    record("endpoint_sync")


@app.get("/async")
async def endpoint_async() -> None:  # runs on: event loop
    record("endpoint_async")
