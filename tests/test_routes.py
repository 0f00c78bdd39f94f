"""The route table against FastAPI's own: real applications are built, and their routes compared with ours."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastapi.routing
import pytest
from fastapi import FastAPI
from starlette.routing import Mount, WebSocketRoute

from fastapi_lint.analysis.options import Options
from fastapi_lint.analysis.program import SourceFile, analyse

APPS = Path(__file__).parent / "routes_apps"
SHAPES = sorted(path.name for path in APPS.iterdir() if (path / "main.py").is_file())


@pytest.fixture
def application(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    shape = request.param
    monkeypatch.syspath_prepend(str(APPS))
    yield importlib.import_module(f"{shape}.main").app
    for name in [name for name in sys.modules if name.partition(".")[0] == shape]:
        del sys.modules[name]


def routes_of(app: Any, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Method, path and function name of every route, but for FastAPI's own documentation."""
    routes = app.routes
    contexts = getattr(fastapi.routing, "iter_route_contexts", None)
    for route in contexts(routes) if contexts is not None else routes:
        original = getattr(route, "original_route", route)
        if isinstance(original, Mount):
            if original.app is not None and hasattr(original.app, "routes"):
                yield from routes_of(original.app, prefix + original.path)
            continue
        endpoint = route.endpoint
        while hasattr(endpoint, "func"):
            endpoint = endpoint.func
        if endpoint.__module__.startswith(("fastapi.", "starlette.")):
            continue
        path = prefix + route.path
        if isinstance(endpoint, type):
            yield from (
                (name.upper(), path, endpoint.__name__) for name in vars(endpoint) if name in ("get", "post")
            )
            continue
        if isinstance(original, WebSocketRoute):
            yield ("WEBSOCKET", path, endpoint.__name__)
            continue
        for method in sorted(route.methods or ()):
            # Starlette's routes answer HEAD wherever they answer GET.
            if method != "HEAD" or "GET" not in route.methods:
                yield (method, path, endpoint.__name__)


def our_routes(shape: str) -> list[tuple[str, str, str]]:
    files = [SourceFile(str(path)) for path in sorted((APPS / shape).rglob("*.py"))]
    table = analyse(str(APPS), files, Options()).table
    return [
        (method, route.path, route.handler.rpartition(":")[2].rpartition(".")[2])
        for route in table.routes
        for method in route.methods or ("WEBSOCKET",)
    ]


@pytest.mark.parametrize(("shape", "application"), [(s, s) for s in SHAPES], indirect=["application"])
def test_the_table_is_what_the_application_has(shape: str, application: FastAPI) -> None:
    expected = list(routes_of(application))
    assert len(expected) >= 7
    assert sorted(our_routes(shape)) == sorted(expected)
