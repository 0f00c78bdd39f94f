"""The call that makes a resource and the function around it: spares, caches, long loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.analysis.resources.bodies import Body
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ExternalAtom, InstanceAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_CACHES = frozenset(
    {"lru_cache", "cache", "alru_cache", "cached", "async_lru_cache", "singleton", "cached_property"}
)

_ENGINE_WRAPPER = ".AsyncEngine"
"""The class that `create_async_engine` wraps a synchronous engine with."""


def is_spare(frame: Frame, body: Body, node: m.Call) -> bool:
    """Whether the call is the right side of an `or` whose left side is an object here: it is not made then."""
    parent = body.parent(node)
    if not isinstance(parent, m.BooleanOperation) or parent.operator != "or" or parent.right is not node:
        return False
    return any(isinstance(atom, InstanceAtom) for atom in frame.value_of(parent.left))


def holds_nothing(frame: Frame, node: m.Call, factory: str) -> bool:
    """Whether the object has no connections of its own: they are its transport's, another engine's, or never kept."""
    if factory.endswith(_ENGINE_WRAPPER) and node.arguments:
        made = frame.value_of(node.arguments[0].value)
        return not any(isinstance(atom, InstanceAtom) and atom.place is not None for atom in made)
    for argument in node.arguments:
        if argument.keyword == "poolclass" and _is_null_pool(frame, argument.value):
            return True
        if argument.keyword == "transport" and _is_shared(frame, argument.value):
            return True
    return False


def _is_null_pool(frame: Frame, node: m.Expression) -> bool:
    return any(
        isinstance(atom, ExternalAtom) and atom.path.endswith(".NullPool") for atom in frame.value_of(node)
    )


def _is_shared(frame: Frame, node: m.Expression) -> bool:
    """Whether an expression reads something that was there before: a global name, an attribute."""
    if isinstance(node, m.Name):
        return frame.function is not None and node.id not in frame.function.facts.locals
    return isinstance(node, m.Attribute)


def serves_loop(body: Body, node: m.Call) -> bool:
    """Whether the object is made for a loop that goes on for long: `while True` around an `await`, below the call.

    A loop around the call as well is one that connects again when the connection is lost.
    """
    loops = [one for one, _ in body.ancestors(node) if isinstance(one, (m.While, m.For))]
    if not all(map(_is_endless, loops)):
        return False
    inside = {id(one) for loop in loops for one in walk(loop.body)} if loops else None
    return any(
        _is_endless(one) and (inside is None or id(one) in inside)
        for call in body.calls
        for one, _ in body.ancestors(call)
    )


def _is_endless(node: object) -> bool:
    return isinstance(node, m.While) and isinstance(node.test, m.Constant)


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
