"""Reads the expectations of the applications in `apps` and gives each test the one it is about.

A callable states where it runs in a comment on the line of its `def` or `lambda`:

    def read_item() -> Item:  # runs on: threadpool

Several places are separated by commas; `nowhere` is a callable that is never called. A trailing
`(missed)` says that the analysis does not see all of it yet: the test fails the day it does. A commented callable
calls `probe.record` with a name of its own, once or (a generator, before and after `yield`) more often.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

APPS = Path(__file__).resolve().parent / "apps"
PLACES = frozenset({"event loop", "threadpool", "import time"})
EXPECTATION = re.compile(r"# runs on: (?P<places>.+?)(?P<missed> \(missed\))?$")
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class CommentedCallable:
    """One commented callable: where it stands, the names it records, where it runs, what is known of that."""

    app: str
    path: str
    line: int
    is_async: bool
    names: tuple[str, ...]
    places: frozenset[str]
    missed: bool


@cache
def app_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in APPS.glob("*.py") if path.stem != "probe"))


@cache
def callables_of(app: str) -> tuple[CommentedCallable, ...]:
    """Every commented callable of the application, by line."""
    path = APPS / f"{app}.py"
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    asynchronous = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    comments = _expectations(source)
    names = _recorded_names(tree)
    problems = [f"line {line}: records a name but says not where it runs" for line in names.keys() - comments]
    problems += [f"line {line}: no callable here that records a name" for line in comments.keys() - names]
    every_name = [name for found in names.values() for name in found]
    problems += [f"{name!r} is recorded twice" for name in set(every_name) if every_name.count(name) > 1]
    if problems:
        raise ValueError(f"{path.name}: {'; '.join(sorted(problems))}")
    return tuple(
        CommentedCallable(app, str(path), line, line in asynchronous, names[line], *comments[line])
        for line in sorted(names)
    )


def _expectations(source: str) -> dict[int, tuple[frozenset[str], bool]]:
    """The places of each comment and whether the analysis misses them, by line."""
    expectations = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and (match := EXPECTATION.search(token.string)):
            places = frozenset(match["places"].split(", ")) - {"nowhere"}
            if unknown := places - PLACES:
                raise ValueError(f"line {token.start[0]}: unknown place {sorted(unknown)}")
            expectations[token.start[0]] = (places, match["missed"] is not None)
    return expectations


def _recorded_names(tree: ast.Module) -> dict[int, tuple[str, ...]]:
    """The names that each function records itself, by the line of its header."""
    names: dict[int, tuple[str, ...]] = {}

    def walk(node: ast.AST, header: int) -> None:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.Call(func=ast.Name(id="record"), args=[ast.Constant(value=str(name))]):
                    names[header] = (*names.get(header, ()), name)
            walk(child, child.lineno if isinstance(child, AnyFunction) else header)

    walk(tree, 0)
    return names


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "app_name" in metafunc.fixturenames:
        metafunc.parametrize("app_name", app_names())
    if "commented" in metafunc.fixturenames:
        every = [commented for app in app_names() for commented in callables_of(app)]
        metafunc.parametrize("commented", every, ids=[f"{item.app}-{item.names[0]}" for item in every])


@pytest.fixture
def commented_callables(app_name: str) -> tuple[CommentedCallable, ...]:
    return callables_of(app_name)
