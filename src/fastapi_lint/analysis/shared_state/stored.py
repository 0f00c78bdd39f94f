"""Objects of one request that are stored where every request sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.shared_state.concurrency import in_threadpool
from fastapi_lint.analysis.shared_state.locations import Location
from fastapi_lint.analysis.shared_state.races import LoopWalks
from fastapi_lint.analysis.shared_state.summaries import Write
from fastapi_lint.diagnostics import Span
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.values import FunctionAtom, GenericAtom, InstanceAtom, MarkerAtom, Value
from fastapi_lint.knowledge.fastapi_api import REQUEST, WEBSOCKET

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_PERSONAL = frozenset(
    {"user", "account", "principal", "identity", "claims", "tenant", "session", "db", "token", "customer"}
)
_SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.Session")
_FROM_THE_REQUEST = frozenset({"Header", "Cookie", "Security", "Path", "Query"})


class StoredRequestObject(NamedTuple):
    """At `span` something that belongs to one request (`what`) is stored in the shared `location`."""

    what: str
    location: Location
    path: str
    span: Span
    routes: tuple[str, ...]


def answers(program: Program) -> list[StoredRequestObject]:
    """Every such store, by file and line."""
    (found,) = program.answers(LoopWalks)
    threads = in_threadpool(program)
    stored: dict[tuple[str, Span], StoredRequestObject] = {}
    for frame in program.interpreter.frames:
        if (
            frame.function is None
            or found.walks.sharing.runs_once(frame)
            or not _may_hold(program.interpreter, frame)
        ):
            continue
        in_thread = frame in threads
        on_loop = program.reach.is_loop_frame(frame) and program.reach.is_reported(frame)
        if not (on_loop or in_thread) or not found.walks.writes.by_itself(frame):
            continue
        for write in found.walks.summary(frame, in_threads=in_thread).writes:
            if write.depth or not write.location.is_shared or write.kind not in ("assign", "add"):
                continue
            what = _what(program.interpreter, frame, write)
            if what is not None:
                key = (frame.module.path, write.span)
                stored.setdefault(
                    key, StoredRequestObject(what, write.shown, *key, program.reach.routes_of(frame))
                )
    return sorted(stored.values(), key=lambda one: (one.path, one.span))


def _may_hold(interpreter: Interpreter, frame: Frame) -> bool:
    """Whether a parameter of the frame is an object of the request."""
    assert frame.function is not None
    if any(_kind_of(value) for value in frame.bound.values()):
        return True
    return any(True for _ in _injected(interpreter, frame.function))


def _kind_of(value: Value) -> str | None:
    """The name of the request object that the value is."""
    for atom in value:
        if isinstance(atom, InstanceAtom):
            if atom.type in (REQUEST, WEBSOCKET):
                return f"a `{atom.type.rpartition('.')[2]}`"
            if atom.type.startswith(("fastapi.", "starlette.")) and atom.type.endswith(".Response"):
                return "a `Response`"
            if atom.type == "fastapi.Response":
                return "a `Response`"
    return None


def _what(interpreter: Interpreter, frame: Frame, write: Write) -> str | None:
    assert frame.function is not None
    kind = _kind_of(write.value)
    is_entry = any(element.startswith("[") for element in write.location.path)
    if kind is not None:
        # Registries of open sockets, and of requests by key, are kept on purpose and emptied.
        if is_entry and (write.kind != "add" or "WebSocket" in kind):
            return None
        return kind
    if is_entry:
        return None
    for name, provider in _injected(interpreter, frame.function):
        if name != write.source:
            continue
        if any(isinstance(atom, InstanceAtom) and atom.type in _SESSIONS for atom in write.value):
            return "a database session of one request"
        words = set(name.lower().split("_")) | set(provider.facts.name.lower().split("_"))
        if words & _PERSONAL and _depends_on_request(interpreter, provider, 0):
            return f"`{name}`, which a dependency made for one request,"
    return None


def _injected(interpreter: Interpreter, function: ProjectFunction) -> Iterator[tuple[str, ProjectFunction]]:
    """The parameters that FastAPI fills by calling a function, with that function."""
    signature = interpreter.signature(function)
    for position, parameter in enumerate(function.facts.parameters):
        for marker in _markers(signature.defaults[position], signature.types[position]):
            if marker.kind in ("Depends", "Security"):
                for atom in marker.provider:
                    if isinstance(atom, FunctionAtom):
                        yield parameter.name, atom.function


def _markers(default: Value, types: Value) -> Iterator[MarkerAtom]:
    yield from [atom for atom in default if isinstance(atom, MarkerAtom)]
    for generic in types:
        if isinstance(generic, GenericAtom):
            for argument in generic.arguments[1:]:
                yield from [atom for atom in argument if isinstance(atom, MarkerAtom)]


def _depends_on_request(interpreter: Interpreter, function: ProjectFunction, depth: int) -> bool:
    """Whether what a dependency gives is about the request at hand."""
    signature = interpreter.signature(function)
    for position in range(len(function.facts.parameters)):
        if _kind_of(signature.annotations[position]):
            return True
        for marker in _markers(signature.defaults[position], signature.types[position]):
            if marker.kind in _FROM_THE_REQUEST:
                return True
            for atom in marker.provider:
                if isinstance(atom, FunctionAtom):
                    if depth < 5 and _depends_on_request(interpreter, atom.function, depth + 1):
                        return True
                elif isinstance(atom, InstanceAtom) and atom.type.startswith("fastapi.security"):
                    return True
    return False
