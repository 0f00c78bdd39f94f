"""What FastAPI calls, and where: registrations resolved to frames and contexts."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.interpreter import Interpreter, hooks_of
from fastapi_lint.inference.values import (
    Atom,
    ClassAtom,
    FunctionAtom,
    InstanceAtom,
    MarkerAtom,
    ObjectAtom,
    OffloadedAtom,
    PartialAtom,
    Place,
    Value,
)


class Context(StrEnum):
    """Where a callable runs. Source: FastAPI 0.165 and Starlette 1.10, tested in tests/behaviour."""

    LOOP = "event loop"
    THREAD = "threadpool"


class EntryPoint(NamedTuple):
    """A callable that FastAPI calls. `registration` says as what."""

    frame: Frame
    context: Context
    kind: str
    registration: Registration


ALWAYS_ON_LOOP = frozenset(
    {"websocket", "middleware", "startup", "shutdown", "lifespan", "mount", "route class", "openapi"}
)
"""FastAPI calls or awaits these on the loop whether they are `async def` or `def`."""

START_KINDS = frozenset({"startup", "shutdown", "lifespan"})


UNWRAPPED = frozenset({"route", "dependency"})
"""For these FastAPI looks through `functools.wraps` to see whether it has to await them."""


def entry_points(interpreter: Interpreter) -> list[EntryPoint]:
    """Every entry point of the project, in the order of files and lines."""
    found = []
    registrations = sorted(interpreter.registrations.values(), key=lambda r: (r.file, r.span, r.kind))
    silenced = _silenced(registrations)
    for registration in registrations:
        if registration.kind not in ("router", "include") and registration not in silenced:
            for atom in registration.work:
                for frame, context in _frames(interpreter, atom, registration.kind):
                    found.append(EntryPoint(frame, context, registration.kind, registration))
        for frame, context in dependency_frames(interpreter, registration.dependencies):
            found.append(EntryPoint(frame, context, "dependency", registration))
    for run in interpreter.model_runs:
        context = Context.LOOP if run.on_loop else Context.THREAD
        found.append(EntryPoint(run.frame, context, "model", run.registration))
    return found


def never_run(interpreter: Interpreter) -> list[Frame]:
    """The frames of start-up and shutdown code that FastAPI ignores."""
    return [
        frame
        for registration in _silenced(list(interpreter.registrations.values()))
        for atom in registration.work
        for frame, _ in _frames(interpreter, atom, registration.kind)
    ]


def _silenced(registrations: list[Registration]) -> list[Registration]:
    """Events of an app or router that has a lifespan, and all start-up code of a mounted app, never run."""
    with_lifespan = {r.owner for r in registrations if r.kind == "lifespan" and r.owner is not None}
    mounted = {place for r in registrations if r.kind == "mount" for place in routers_in(r.work)}
    return [
        r
        for r in registrations
        if (r.kind in ("startup", "shutdown") and r.owner in with_lifespan)
        or (r.kind in START_KINDS and r.owner in mounted)
    ]


def dependency_frames(interpreter: Interpreter, markers: Value) -> Iterator[tuple[Frame, Context]]:
    """The frames of `Depends(...)` markers."""
    for marker in markers:
        if isinstance(marker, MarkerAtom):
            for provider in marker.provider:
                yield from _frames(interpreter, provider, "dependency")


def _frames(interpreter: Interpreter, atom: Atom, kind: str) -> Iterator[tuple[Frame, Context]]:
    if isinstance(atom, PartialAtom):
        yield from _frames(interpreter, atom.function, kind)
    elif isinstance(atom, OffloadedAtom):
        for inner in atom.function:
            for frame, _ in _frames(interpreter, inner, kind):
                yield frame, Context.THREAD
    elif isinstance(atom, (FunctionAtom, ObjectAtom)):
        threaded = hooks_of(atom.cls) if isinstance(atom, ObjectAtom) else {}
        for frame in interpreter.entry_frames(atom):
            is_threaded = frame.function is not None and threaded.get(frame.function.facts.name, False)
            yield frame, Context.THREAD if is_threaded else context_of(frame, kind)
    elif isinstance(atom, ClassAtom):
        yield from _class_frames(interpreter, atom, kind)


def _class_frames(interpreter: Interpreter, atom: ClassAtom, kind: str) -> Iterator[tuple[Frame, Context]]:
    """A class as dependency is made in a thread; as middleware or endpoint its methods are called too."""
    for frame in interpreter.entry_frames(atom, kind):
        is_maker = frame.function is not None and frame.function.facts.name == "__init__"
        if kind == "dependency":
            yield frame, Context.THREAD
        else:
            yield frame, Context.LOOP if is_maker else context_of(frame, kind)
        if kind == "route class":
            for made in frame.result.value:
                for handler in interpreter.entry_frames(made):
                    yield handler, context_of(handler, "handler")


def context_of(frame: Frame, kind: str) -> Context:
    """Where FastAPI runs an entry point of that kind."""
    if kind in ALWAYS_ON_LOOP or frame.is_async:
        return Context.LOOP
    if kind in UNWRAPPED and frame.function is not None and frame.function.is_coroutine_function:
        return Context.LOOP
    return Context.THREAD


def dependency_context(frame: Frame) -> Context:
    """Where what FastAPI calls for a `Depends` runs: a class is made in a thread."""
    return Context.THREAD if frame.name.endswith("__init__") else context_of(frame, "dependency")


def routers_in(value: Value) -> list[Place]:
    """The apps and routers that a value may be."""
    places = [atom.place for atom in value if isinstance(atom, (InstanceAtom, ObjectAtom))]
    return [place for place in places if place is not None]
