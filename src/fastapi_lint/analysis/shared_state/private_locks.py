"""Locks that every call of a function makes for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.entry_points import START_KINDS
from fastapi_lint.analysis.shared_state.concurrency import in_threadpool
from fastapi_lint.analysis.shared_state.lock_values import ASYNC_LOCKS, THREAD_LOCKS, is_private
from fastapi_lint.analysis.shared_state.races import LoopWalks
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.frames import Creation, Frame
from fastapi_lint.inference.values import InstanceAtom, Place

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_LOCKS = ASYNC_LOCKS | THREAD_LOCKS


class PrivateLock(NamedTuple):
    """At `span` a function makes the lock that it (or the endpoint that depends on it) takes; `factory` is what makes it."""

    path: str
    span: Span
    factory: str
    is_dependency: bool
    routes: tuple[str, ...]


def answers(program: Program) -> list[PrivateLock]:
    """Every lock made in the function that takes it, or in a dependency that returns it, by file and line."""
    (found,) = program.answers(LoopWalks)
    dependencies = {entry.frame for entry in program.entries if entry.kind == "dependency"}
    for route in program.table.routes:
        for frame in (*route.frames, *route.dependency_frames):
            dependencies |= {site.target for site in frame.dependencies}
    starting = {entry.frame for entry in program.entries if entry.kind in START_KINDS}
    threads = in_threadpool(program)
    locks: dict[tuple[str, Span], PrivateLock] = {}
    for frame in program.interpreter.frames:
        on_loop = program.reach.is_loop_frame(frame) and program.reach.is_reported(frame)
        if frame in starting or not (on_loop or frame in threads) or found.walks.sharing.runs_once(frame):
            continue
        for creation in frame.creations:
            atom = creation.atom
            if not isinstance(atom, InstanceAtom) or atom.type not in _LOCKS or atom.place is None:
                continue
            returned = frame in dependencies and _is_returned(frame, creation)
            if returned or (is_private(frame, atom.place) and _is_taken_here(frame, atom.place)):
                routes = program.reach.routes_of(frame)
                locks[(frame.module.path, creation.span)] = PrivateLock(
                    frame.module.path, creation.span, creation.factory, returned, routes
                )
    return sorted(locks.values(), key=lambda one: (one.path, one.span))


def _is_returned(frame: Frame, creation: Creation) -> bool:
    assert frame.function is not None
    for node in nodes_of(frame.function.facts):
        if isinstance(node, m.Return) and isinstance(node.value, m.Call) and node.value.span == creation.span:
            return True
        if isinstance(node, m.Yield) and isinstance(node.value, m.Call) and node.value.span == creation.span:
            return True
    return False


def _is_taken_here(frame: Frame, place: Place) -> bool:
    """The function itself takes the lock, and no function inside it does: a lock for the parts of one request is right."""
    assert frame.function is not None
    names = _names_of(frame, place)
    if names & _names_inside(frame):
        return False
    for node in nodes_of(frame.function.facts):
        if isinstance(node, m.With):
            for item in node.items:
                if isinstance(item.context, m.Call) and item.context.span == place.span:
                    return True
                if isinstance(item.context, m.Name) and item.context.id in names:
                    return True
        elif (
            isinstance(node, m.Call)
            and isinstance(node.function, m.Attribute)
            and node.function.attribute == "acquire"
        ):
            owner = node.function.value
            if isinstance(owner, m.Name) and owner.id in names:
                return True
    return False


def _names_of(frame: Frame, place: Place) -> set[str]:
    assert frame.function is not None
    return {
        target.id
        for node in nodes_of(frame.function.facts)
        if isinstance(node, m.Assign) and isinstance(node.value, m.Call) and node.value.span == place.span
        for target in node.targets
        if isinstance(target, m.Name)
    }


def _names_inside(frame: Frame) -> set[str]:
    """Every name that functions and lambdas nested in the frame's function mention."""
    assert frame.function is not None
    functions = frame.module.facts.functions
    inside = {frame.function.facts.number}
    found: set[str] = set()
    for facts in functions:
        if facts.parent_function in inside:
            inside.add(facts.number)
            found |= {node.id for node in nodes_of(facts) if isinstance(node, m.Name)}
    return found
