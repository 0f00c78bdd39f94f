"""What the messages about errors, middleware and configuration (FAP5xx) say happens, happens."""

import asyncio
import functools
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel, field_validator
from starlette.middleware.base import BaseHTTPMiddleware


def status_of(app: FastAPI, path: str = "/") -> int:
    return TestClient(app, raise_server_exceptions=False).get(path).status_code


def test_a_broad_except_turns_a_404_into_a_500() -> None:
    """FAP501"""
    app = FastAPI()

    @app.get("/broad")
    def broad() -> None:
        try:
            raise HTTPException(404, "missing")
        except Exception as error:
            raise HTTPException(500, str(error)) from error

    @app.get("/narrow")
    def narrow() -> None:
        try:
            raise HTTPException(404, "missing")
        except HTTPException:
            raise
        except Exception as error:
            raise HTTPException(500, str(error)) from error

    assert status_of(app, "/broad") == 500
    assert status_of(app, "/narrow") == 404


def test_a_wildcard_origin_with_credentials_admits_every_origin() -> None:
    """FAP502"""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    app.get("/")(lambda: None)
    answer = TestClient(app).get("/", headers={"Origin": "https://evil.example", "Cookie": "session=1"})
    assert answer.headers["access-control-allow-origin"] == "https://evil.example"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_an_http_exception_raised_in_middleware_is_a_500() -> None:
    """FAP503"""
    app = FastAPI()

    @app.middleware("http")
    async def check(request: Request, call_next: Any) -> Any:
        raise HTTPException(401)

    app.get("/")(lambda: None)
    assert status_of(app) == 500


@pytest.mark.parametrize(("encode", "status"), [(False, 500), (True, 422)])
def test_the_errors_of_a_validator_that_raised_are_not_json(encode: bool, status: int) -> None:
    """FAP504"""
    app = FastAPI()

    class Order(BaseModel):
        amount: int

        @field_validator("amount")
        @classmethod
        def positive(cls, value: int) -> int:
            if value <= 0:
                raise ValueError("must be positive")
            return value

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = error.errors()
        return JSONResponse(jsonable_encoder(errors) if encode else errors, status_code=422)

    @app.post("/")
    def create(order: Order) -> None:
        return None

    client = TestClient(app, raise_server_exceptions=False)
    assert client.post("/", json={"amount": 0}).status_code == status


def test_the_loop_cannot_be_reached_from_a_thread() -> None:
    """FAP505"""
    app = FastAPI()
    errors: list[str] = []

    async def work() -> None:
        return None

    @app.get("/")
    def start() -> None:
        coroutine = work()
        for use in (lambda: asyncio.create_task(coroutine), asyncio.get_running_loop):
            try:
                use()
            except RuntimeError as error:
                errors.append(str(error))
        coroutine.close()

    assert status_of(app) == 200
    assert errors == ["no running event loop", "no running event loop"]


def test_middleware_cannot_be_added_once_the_application_runs() -> None:
    """FAP506"""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.add_middleware(BaseHTTPMiddleware)
        yield

    with pytest.raises(RuntimeError, match="Cannot add middleware"), TestClient(FastAPI(lifespan=lifespan)):
        pass

    app = FastAPI()

    @app.get("/")
    def add() -> None:
        app.add_middleware(BaseHTTPMiddleware)

    with pytest.raises(RuntimeError, match="Cannot add middleware"):
        TestClient(app).get("/")


def test_a_handler_or_dispatch_that_returns_a_dict_is_a_500() -> None:
    """FAP508"""
    app = FastAPI()

    @app.exception_handler(ValueError)
    async def handle(request: Request, error: ValueError) -> Any:
        return {"detail": "bad value"}

    @app.get("/")
    def fail() -> None:
        raise ValueError

    assert status_of(app) == 500

    dispatched = FastAPI()

    @dispatched.middleware("http")
    async def refuse(request: Request, call_next: Any) -> Any:
        return {"detail": "refused"}

    dispatched.get("/")(lambda: None)
    assert status_of(dispatched) == 500


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_a_sync_wrapper_of_an_async_handler_is_a_500() -> None:
    """Starlette looks at the wrapper, not through it: the coroutine is taken for the response."""

    async def handle(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({}, status_code=400)

    @functools.wraps(handle)
    def logged(request: Request, error: Exception) -> Any:
        return handle(request, error)

    def fail() -> None:
        raise ValueError

    for handler, status in ((handle, 400), (logged, 500)):
        app = FastAPI(exception_handlers={ValueError: handler})
        app.get("/")(fail)
        assert status_of(app) == status
    gc.collect()  # so that the warning about the lost coroutine comes here


def test_a_handler_of_fastapis_exception_misses_the_routers_own() -> None:
    """The router's 404 is Starlette's `HTTPException`, of which FastAPI's is a subclass."""
    app = FastAPI()

    @app.exception_handler(HTTPException)
    async def handle(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({}, status_code=418)

    @app.get("/")
    def refuse() -> None:
        raise HTTPException(404)

    assert status_of(app, "/") == 418
    assert status_of(app, "/missing") == 404
