"""Which routes have a router's dependencies: what FastAPI runs for each is what the route table lists."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.testclient import TestClient

from fastapi_lint.analysis.options import Options
from fastapi_lint.analysis.program import Program, SourceFile, analyse

APPS = Path(__file__).parent / "apps"
PATHS = ("/early", "/users/early", "/users/late", "/late", "/items/", "/inner/x")


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(APPS))
    for name in ("probe", "router_dependencies"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module("router_dependencies")
    for name in ("probe", "router_dependencies"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def program() -> Program:
    return analyse(str(APPS), [SourceFile(str(APPS / "router_dependencies.py"))], Options())


@pytest.mark.parametrize("path", PATHS)
def test_a_route_has_the_dependencies_that_fastapi_runs_for_it(
    module: ModuleType, program: Program, path: str
) -> None:
    places: dict[str, set[str]] = sys.modules["probe"].places
    assert TestClient(module.app).get(path).status_code == 200
    (route,) = (route for route in program.table.routes if route.path == path)
    assert {use.name.partition(":")[2] for use in route.dependencies} == set(places)


def test_only_what_every_route_has_counts_for_every_request(program: Program) -> None:
    assert {frame.name for frame in program.table.every_request_frames} == {
        "of_app",
        "of_app_async",
        "appended_at_once",
    }
    frames = {frame.name: frame for frame in program.interpreter.frames}
    routes_of = program.reach.routes_of
    assert routes_of(frames["of_app_async"]) == ("every request",)
    assert set(routes_of(frames["appended_late"])) == {"GET /late", "GET /items/"}
    assert set(routes_of(frames["of_include"])) == {"GET /users/early", "GET /users/late", "GET /inner/x"}
