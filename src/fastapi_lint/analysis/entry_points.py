"""What FastAPI calls, and where: registrations resolved to frames and contexts."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.interpreter import Interpreter
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


ALWAYS_ON_LOOP = frozenset({"websocket", "middleware", "startup", "shutdown", "lifespan"})
"""FastAPI calls or awaits these on the loop whether they are `async def` or `def`."""

START_KINDS = frozenset({"startup", "shutdown", "lifespan"})


def entry_points(interpreter: Interpreter) -> list[EntryPoint]:
    """Every entry point of the project, in the order of files and lines."""
    found = []
    registrations = sorted(interpreter.registrations.values(), key=lambda r: (r.file, r.span, r.kind))
    for registration in registrations:
        if registration.kind not in ("router", "include", "mount"):
            for atom in registration.work:
                for frame, context in _frames(interpreter, atom, registration.kind):
                    found.append(EntryPoint(frame, context, registration.kind, registration))
        for frame, context in dependency_frames(interpreter, registration.dependencies):
            found.append(EntryPoint(frame, context, "dependency", registration))
    return found


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
        for frame in interpreter.entry_frames(atom):
            yield frame, context_of(frame, kind)
    elif isinstance(atom, ClassAtom):
        yield from _class_frames(interpreter, atom, kind)


def _class_frames(interpreter: Interpreter, atom: ClassAtom, kind: str) -> Iterator[tuple[Frame, Context]]:
    """A class as dependency runs `__init__` in a thread; as middleware or endpoint its methods are called."""
    initialiser = interpreter.entry_frames(atom)
    if kind == "dependency":
        for frame in initialiser:
            yield frame, Context.THREAD
        return
    for frame in initialiser:
        yield frame, Context.LOOP
    names = {
        "middleware": ("dispatch", "__call__"),
        "route": ("get", "put", "post", "delete", "options", "head", "patch"),
        "websocket": ("on_connect", "on_receive", "on_disconnect"),
    }.get(kind, ("__call__",))
    for name in names:
        found = atom.cls.find(name)
        for member in found[1] if found is not None else ():
            if isinstance(member, FunctionAtom):
                frame = interpreter.frame(member.function, ObjectAtom(atom.cls), {})
                yield frame, context_of(frame, kind)


def context_of(frame: Frame, kind: str) -> Context:
    """Where FastAPI runs an entry point of that kind."""
    if kind in ALWAYS_ON_LOOP or frame.is_async:
        return Context.LOOP
    return Context.THREAD


def routers_in(value: Value) -> list[Place]:
    """The apps and routers that a value may be."""
    places = [atom.place for atom in value if isinstance(atom, (InstanceAtom, ObjectAtom))]
    return [place for place in places if place is not None]
