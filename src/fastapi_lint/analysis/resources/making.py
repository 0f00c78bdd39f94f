"""The call that makes a resource and the function around it: spares, caches, long loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.analysis.resources.bodies import Body
from fastapi_lint.facts import model as m
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ExternalAtom, InstanceAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_CACHES = frozenset(
    {"lru_cache", "cache", "alru_cache", "cached", "async_lru_cache", "singleton", "cached_property"}
)


def is_spare(frame: Frame, body: Body, node: m.Call) -> bool:
    """Whether the call is the right side of an `or` whose left side is an object here: it is not made then."""
    parent = body.parent(node)
    if not isinstance(parent, m.BooleanOperation) or parent.operator != "or" or parent.right is not node:
        return False
    return any(isinstance(atom, InstanceAtom) for atom in frame.value_of(parent.left))


def waits_in_loop(body: Body) -> bool:
    """Whether the function goes on for long: `while True` around an `await`."""
    return any(
        isinstance(node, m.While) and isinstance(node.test, m.Constant)
        for call in body.calls
        for node, _ in body.ancestors(call)
    )


def is_cached(program: Program, frame: Frame) -> bool:
    """Whether a decorator keeps what the function returns."""
    function = frame.function
    assert function is not None
    scopes = [program.interpreter.names.module_frame(frame.module)]
    if function.cls is not None:
        scopes.append(program.interpreter.class_frame(function.cls))
    if function.outer is not None:
        scopes.append(function.outer)
    for decorator in function.facts.decorators:
        applied = decorator.function if isinstance(decorator, m.Call) else decorator
        paths = [a.path for scope in scopes for a in scope.value_of(applied) if isinstance(a, ExternalAtom)]
        if any(name.rpartition(".")[2] in _CACHES for name in paths or [render(applied)]):
            return True
    return False
