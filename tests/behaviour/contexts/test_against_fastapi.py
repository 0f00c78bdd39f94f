"""Each application runs under FastAPI, and each of its callables runs where its comment says."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

APPS = Path(__file__).parent / "apps"


def ask(client: TestClient, requests: str, status: int = 200) -> None:
    """Send the requests, one a line (method and path), and expect the status of each."""
    for request in requests.split("\n"):
        if request.strip():
            method, path = request.split()
            response = client.request(method, path)
            assert response.status_code == status, (
                f"{request.strip()}: {response.status_code} {response.text}"
            )


def visit_routes(client: TestClient) -> None:
    ask(
        client,
        """
        GET /async
        GET /sync
        POST /sync
        PUT /sync
        GET /several/async
        DELETE /several/async
        GET /several/sync
        DELETE /several/sync
        GET /added/sync
        POST /added/async
        GET /lambda
        GET /partial/sync?value=2
        GET /partial/async?value=2
        GET /items/sync
        GET /items/async
        GET /items/class/sync
        GET /items/class/async
        GET /items/static/sync
        GET /items/static/async
        GET /callable/sync
        GET /callable/async
        GET /users/sync
        GET /users/async
        PATCH /users/inner/ann
        DELETE /users/inner/ann
        GET /made/health/sync
        GET /made/health/async
        GET /audited/sync
        GET /audited/async
        """,
    )


def visit_route_classes(client: TestClient) -> None:
    ask(client, "GET /timed/sync\nGET /timed/async\nGET /fixed")


def visit_starlette_routes(client: TestClient) -> None:
    ask(client, "GET /declared/sync\nGET /declared/async\nGET /plain/sync\nGET /plain/async")
    ask(client, "GET /notes\nPOST /notes\nGET /routed/sync\nGET /routed/async")


def visit_sockets(client: TestClient) -> None:
    for path in ("/chat", "/added", "/rooms/den", "/plain/socket"):
        with client.websocket_connect(path) as socket:
            assert socket.receive()["type"] == "websocket.close"
    with client.websocket_connect("/echo") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"
    with pytest.raises(TypeError, match="await"), client.websocket_connect("/sync"):
        pass


def visit_streams(client: TestClient) -> None:
    ask(client, "GET /lines/sync\nGET /lines/async\nGET /raw/sync\nGET /raw/async")
    ask(client, "GET /events/sync\nGET /events/async\nGET /response/sync\nGET /response/async")
    ask(client, "GET /nested/sync\nGET /nested/async\nGET /report/rows\nGET /report")
    ask(client, "GET /looped\nGET /forwarded")


def visit_dependencies(client: TestClient) -> None:
    ask(client, "GET /functions\nGET /generators\nGET /classes\nGET /instances\nGET /methods")
    ask(client, "GET /made?limit=1\nGET /listed\nGET /both/sync\nGET /both/async")


def visit_security(client: TestClient) -> None:
    client.headers["Authorization"] = "Bearer token"
    ask(client, "GET /secure")


def visit_decorators(client: TestClient) -> None:
    ask(client, "GET /1\nGET /2\nGET /3\nGET /4\nGET /5\nGET /6")
    ask(client, "GET /7", status=404)


def visit_background(client: TestClient) -> None:
    ask(client, "GET /injected\nGET /sync\nGET /dependency\nGET /lost")
    ask(client, "GET /attached/sync\nGET /attached/async\nGET /attached/several")


def visit_handlers(client: TestClient) -> None:
    ask(client, "GET /sync\nGET /async\nGET /listed\nGET /added\nGET /value", status=400)
    ask(client, "GET /conflict", status=409)
    ask(client, "GET /validated/x", status=422)
    ask(client, "GET /missing", status=404)
    ask(client, "GET /any\nGET /inner/any", status=500)


def visit_middleware(client: TestClient) -> None:
    ask(client, "GET /sync\nGET /async")


def visit_lifespan(client: TestClient) -> None:
    """Starting and stopping is all there is to see."""


visit_lifespan_class = visit_lifespan_async_generator = visit_lifespan_generator = visit_lifespan
visit_events = visit_lifespan


def visit_models(client: TestClient) -> None:
    for path in ("/orders/sync", "/orders/async"):
        assert client.post(path, json={"amount": 1}).status_code == 200
    ask(
        client,
        "GET /parameters?name=a\nGET /answers/sync\nGET /answers/async\nGET /rows/sync\nGET /rows/async",
    )
    ask(client, "GET /lines\nGET /events\nGET /unlisted\nGET /built/sync\nGET /built/async")
    ask(client, "GET /rendered/fastapi\nGET /rendered/sync\nGET /rendered/async")


def visit_mounted(client: TestClient) -> None:
    ask(client, "GET /inner/sync\nGET /inner/async\nGET /events/\nGET /plain/anything")


def visit_offloading(client: TestClient) -> None:
    ask(
        client,
        "GET /run_in_threadpool\nGET /to_thread\nGET /run_sync\nGET /executor\nGET /submit\nGET /method",
    )
    ask(client, "GET /nested\nGET /iterate\nGET /context\nGET /own\nGET /from_thread\nGET /tasks")


def visit_calls(client: TestClient) -> None:
    ask(client, "GET /async\nGET /sync\nGET /counted\nGET /doubled")


def visit_library_hooks(client: TestClient) -> None:
    ask(client, "GET /pages/__init__.py\nGET /notes\nPOST /notes")
    ask(client, "GET /made/sync\nGET /made/async")
    assert client.get("/notes", headers={"x-refused": "1"}).status_code == 200
    with client.websocket_connect("/echo") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"


def visit_router_dependencies(client: TestClient) -> None:
    ask(client, "GET /early\nGET /users/early\nGET /users/late\nGET /late\nGET /items/\nGET /inner/x")


def visit_openapi(client: TestClient) -> None:
    ask(client, "GET /openapi.json")


# The handlers' answers are what their application is about, so the client must not raise in their place.
ANSWERS_WITH_500 = {"handlers"}


@pytest.fixture
def module(app_name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The application's module, imported anew, beside a `probe` that has recorded nothing yet."""
    monkeypatch.syspath_prepend(str(APPS))
    monkeypatch.delitem(sys.modules, "probe", raising=False)
    name = f"context_application_{app_name}"
    spec = importlib.util.spec_from_file_location(name, APPS / f"{app_name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("probe", None)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_fastapi_runs_each_callable_where_its_comment_says(
    app_name: str, module: ModuleType, commented_callables: tuple[Any, ...]
) -> None:
    visit = globals()[f"visit_{app_name}"]
    with TestClient(module.app, raise_server_exceptions=app_name not in ANSWERS_WITH_500) as client:
        visit(client)
    places: dict[str, set[str]] = sys.modules["probe"].places
    expected = {name: item.places for item in commented_callables for name in item.names}
    assert expected, "an application without commented callables shows nothing"
    seen = {name: frozenset(places.get(name, ())) for name in expected}
    assert seen == expected
