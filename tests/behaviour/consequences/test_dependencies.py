"""What the messages about dependencies (FAP310, FAP408, FAP410) say happens, happens."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.exceptions import FastAPIError
from fastapi.testclient import TestClient


def app_that_refuses(dependency: Callable[..., Any]) -> FastAPI:
    app = FastAPI()

    @app.get("/refuse")
    def refuse(value: Annotated[str, Depends(dependency)]) -> None:
        raise HTTPException(404)

    @app.get("/answer")
    def answer(value: Annotated[str, Depends(dependency)]) -> str:
        return value

    return app


def test_clean_up_without_finally_is_skipped_when_the_endpoint_raises() -> None:
    """FAP408"""
    closed: list[str] = []

    def session() -> Iterator[str]:
        yield "session"
        closed.append("sync")

    async def session_async() -> AsyncIterator[str]:
        yield "session"
        closed.append("async")

    for dependency in (session, session_async):
        client = TestClient(app_that_refuses(dependency))
        assert client.get("/refuse").status_code == 404
    assert closed == []
    for dependency in (session, session_async):
        client = TestClient(app_that_refuses(dependency))
        assert client.get("/answer").status_code == 200
    assert closed == ["sync", "async"]


def test_clean_up_in_finally_is_not_skipped() -> None:
    """FAP408"""
    closed: list[str] = []

    def session() -> Iterator[str]:
        try:
            yield "session"
        finally:
            closed.append("sync")

    assert TestClient(app_that_refuses(session)).get("/refuse").status_code == 404
    assert closed == ["sync"]


def test_clean_up_runs_after_the_background_tasks() -> None:
    """Why a background task may use what a request's dependency opened."""
    order: list[str] = []

    def session() -> Iterator[str]:
        yield "session"
        order.append("clean-up")

    app = FastAPI()

    @app.get("/")
    def read(tasks: BackgroundTasks, value: Annotated[str, Depends(session)]) -> None:
        tasks.add_task(order.append, "task")

    assert TestClient(app).get("/").status_code == 200
    assert order == ["task", "clean-up"]


def test_a_dependency_that_swallows_the_exception_is_an_error() -> None:
    """FAP410"""
    swallowed: list[Exception] = []

    def session() -> Iterator[str]:
        try:
            yield "session"
        except Exception as error:
            swallowed.append(error)

    app = app_that_refuses(session)
    with pytest.raises(FastAPIError):
        TestClient(app).get("/refuse")
    assert TestClient(app, raise_server_exceptions=False).get("/refuse").status_code == 500


def test_a_decorated_context_manager_is_no_dependency() -> None:
    """FAP310"""

    @contextmanager
    def session() -> Iterator[str]:
        yield "session"

    @asynccontextmanager
    async def session_async() -> AsyncIterator[str]:
        yield "session"

    for dependency in (session, session_async):
        client = TestClient(app_that_refuses(dependency), raise_server_exceptions=False)
        assert client.get("/answer").status_code == 500


def test_a_dependency_runs_once_in_a_request() -> None:
    """The same callable is asked once; each `lambda` is another callable."""
    calls: list[str] = []

    def settings() -> str:
        calls.append("settings")
        return "settings"

    def first(value: Annotated[str, Depends(settings)]) -> str:
        return value

    app = FastAPI()

    @app.get("/once")
    def once(one: Annotated[str, Depends(first)], two: Annotated[str, Depends(settings)]) -> None:
        return None

    @app.get("/twice")
    def twice(
        one: Annotated[str, Depends(lambda: settings())], two: Annotated[str, Depends(lambda: settings())]
    ) -> None:
        return None

    client = TestClient(app)
    assert client.get("/once").status_code == 200
    assert calls == ["settings"]
    assert client.get("/twice").status_code == 200
    assert calls == ["settings"] * 3


def test_an_exception_raised_after_yield_comes_too_late() -> None:
    """The response has gone, unless the dependency ends with the endpoint's function."""

    def check_afterwards() -> Iterator[None]:
        yield
        raise HTTPException(409)

    app = FastAPI()

    @app.get("/request")
    def read_request(checked: Annotated[None, Depends(check_afterwards)]) -> None:
        return None

    @app.get("/function")
    def read_function(checked: Annotated[None, Depends(check_afterwards, scope="function")]) -> None:
        return None

    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/request").status_code == 200
    assert client.get("/function").status_code == 409


def test_a_context_variable_set_in_a_thread_is_set_nowhere_else() -> None:
    """Why moving a dependency from `async def` to `def` is no safe rewrite."""
    user: ContextVar[str] = ContextVar("user", default="nobody")
    app = FastAPI()

    def enter_sync() -> None:
        user.set("ann")

    async def enter_async() -> None:
        user.set("ann")

    @app.get("/sync", dependencies=[Depends(enter_sync)])
    async def read_sync() -> str:
        return user.get()

    @app.get("/async", dependencies=[Depends(enter_async)])
    async def read_async() -> str:
        return user.get()

    client = TestClient(app)
    assert client.get("/sync").json() == "nobody"
    assert client.get("/async").json() == "ann"
