"""What the messages about tasks, lifespans and events (FAP4xx) say happens, happens."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter, BackgroundTasks, FastAPI, HTTPException, Request, WebSocket
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from starlette.background import BackgroundTask

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


def test_events_are_ignored_when_there_is_a_lifespan() -> None:
    """FAP406"""
    ran: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ran.append("lifespan")
        yield

    app = FastAPI(lifespan=lifespan, on_startup=[lambda: ran.append("on_startup")])
    app.on_event("startup")(lambda: ran.append("on_event"))
    app.router.add_event_handler("startup", lambda: ran.append("add_event_handler"))
    with TestClient(app):
        assert ran == ["lifespan"]


def test_events_run_without_a_lifespan() -> None:
    """FAP406: what is lost above"""
    ran: list[str] = []
    app = FastAPI(on_startup=[lambda: ran.append("on_startup")])
    app.on_event("startup")(lambda: ran.append("on_event"))
    app.router.add_event_handler("startup", lambda: ran.append("add_event_handler"))
    with TestClient(app):
        assert ran == ["on_startup", "on_event", "add_event_handler"]


def test_events_of_an_included_router_run_twice() -> None:
    """FAP411"""
    ran: list[str] = []
    router = APIRouter()
    router.on_event("startup")(lambda: ran.append("start"))
    router.on_event("shutdown")(lambda: ran.append("stop"))
    app = FastAPI()
    app.include_router(router)
    with TestClient(app):
        assert ran == ["start", "start"]
    assert ran == ["start", "start", "stop", "stop"]


def test_events_of_an_included_router_run_once_beside_a_lifespan() -> None:
    """FAP406, FAP411: the lifespan silences the app's events, not the router's"""
    ran: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield

    router = APIRouter()
    router.on_event("startup")(lambda: ran.append("start"))
    app = FastAPI(lifespan=lifespan)
    app.include_router(router)
    with TestClient(app):
        assert ran == ["start"]


def test_the_lifespan_of_a_mounted_application_never_runs() -> None:
    """FAP411"""
    ran: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ran.append("lifespan")
        yield

    app = FastAPI()
    app.mount("/inner", FastAPI(lifespan=lifespan))
    app.mount("/other", FastAPI(on_startup=[lambda: ran.append("on_startup")]))
    with TestClient(app):
        pass
    assert ran == []


def test_a_failure_in_start_up_skips_the_clean_up_after_yield() -> None:
    """FAP402"""
    closed: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            raise ConnectionError("the second client cannot be opened")
            yield
        except ImportError:
            pass
        closed.append("first client")

    with pytest.raises(ConnectionError), TestClient(FastAPI(lifespan=lifespan)):
        pass
    assert closed == []


def test_lifespan_state_is_copied_for_each_request() -> None:
    """What `app.state` shares, lifespan state does not: only what it refers to is shared."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        app.state.number = 0
        yield {"number": 0, "box": {"number": 0}}

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def count(request: Request) -> list[int]:
        request.state.number += 1
        request.state.box["number"] += 1
        request.app.state.number += 1
        return [request.state.number, request.state.box["number"], request.app.state.number]

    with TestClient(app) as client:
        assert [client.get("/").json() for _ in range(3)] == [[1, 1, 1], [1, 2, 2], [1, 3, 3]]


def test_a_task_that_nobody_keeps_may_be_collected_while_it_waits() -> None:
    """FAP407"""

    async def wait_for_a_message() -> None:
        await asyncio.get_running_loop().create_future()

    async def survives(keep: bool) -> bool:
        kept = [task := asyncio.create_task(wait_for_a_message())]
        alive = weakref.ref(task)
        del task
        await asyncio.sleep(0)
        if not keep:
            kept.clear()
        gc.collect()
        survived = alive() is not None
        for task in kept:
            task.cancel()
        return survived

    async def both() -> tuple[bool, bool]:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        return await survives(keep=False), await survives(keep=True)

    assert asyncio.run(both()) == (False, True)


def test_the_exception_of_a_task_that_nobody_keeps_reaches_no_request() -> None:
    """FAP407"""
    app = FastAPI()
    reports: list[str] = []

    async def fail() -> None:
        raise ValueError("lost")

    @app.get("/")
    async def start() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: reports.append(str(context.get("exception"))))
        asyncio.create_task(fail())  # noqa: RUF006
        await asyncio.sleep(0)
        gc.collect()

    assert TestClient(app).get("/").status_code == 200
    assert reports == ["lost"]


def test_background_tasks_that_never_run() -> None:
    """FAP409"""
    ran: list[str] = []
    app = FastAPI()

    async def work() -> None:
        ran.append("async work")

    @app.get("/lambda")
    def through_lambda(tasks: BackgroundTasks) -> None:
        tasks.add_task(lambda: work())

    @app.get("/made")
    def made_by_hand() -> None:
        tasks = BackgroundTasks()
        tasks.add_task(ran.append, "made by hand")

    @app.get("/other")
    def beside_another(tasks: BackgroundTasks) -> JSONResponse:
        tasks.add_task(ran.append, "injected")
        return JSONResponse({}, background=BackgroundTask(ran.append, "the response's own"))

    @app.get("/raised")
    def before_an_exception(tasks: BackgroundTasks) -> None:
        tasks.add_task(ran.append, "before an exception")
        raise HTTPException(404)

    @app.websocket("/socket")
    async def socket(websocket: WebSocket, tasks: BackgroundTasks) -> None:
        await websocket.accept()
        tasks.add_task(ran.append, "in a websocket")
        await websocket.send_text("done")

    client = TestClient(app)
    assert [client.get(path).status_code for path in ("/lambda", "/made", "/other", "/raised")] == [
        200,
        200,
        200,
        404,
    ]
    with client.websocket_connect("/socket") as connection:
        assert connection.receive_text() == "done"
    assert ran == ["the response's own"]


def test_a_returned_response_without_tasks_keeps_the_injected_ones() -> None:
    """FAP409: not a finding"""
    ran: list[str] = []
    app = FastAPI()

    @app.get("/")
    def read(tasks: BackgroundTasks) -> JSONResponse:
        tasks.add_task(ran.append, "injected")
        return JSONResponse({})

    assert TestClient(app).get("/").status_code == 200
    assert ran == ["injected"]


def test_a_task_that_is_called_fails_after_the_response() -> None:
    """FAP409"""
    app = FastAPI()
    ran: list[str] = []

    @app.get("/")
    def read(tasks: BackgroundTasks) -> str:
        tasks.add_task(ran.append("at once"))
        return "answered"

    with pytest.raises(TypeError, match="callable"):
        TestClient(app).get("/")
    assert ran == ["at once"], "before the response, where it was called"
    assert TestClient(app, raise_server_exceptions=False).get("/").json() == "answered"


def test_the_first_failing_background_task_ends_the_others() -> None:
    """The tasks of one response run one after another."""
    app = FastAPI()
    ran: list[str] = []

    def fail() -> None:
        raise ValueError

    @app.get("/")
    def read(tasks: BackgroundTasks) -> None:
        tasks.add_task(fail)
        tasks.add_task(ran.append, "second")

    assert TestClient(app, raise_server_exceptions=False).get("/").status_code == 200
    assert ran == []
