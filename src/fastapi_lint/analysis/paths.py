"""The functions that lie between the routes and given functions: the part of the call graph that an audit draws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fastapi_lint.analysis.entry_points import Context
from fastapi_lint.analysis.reach import EVERY_REQUEST, FOLLOWED, every_request_frames
from fastapi_lint.inference.frames import CallSite, Frame

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

FunctionKey: TypeAlias = tuple[str, str]
"""A function by the path of its file and its qualified name."""


class FunctionNode(NamedTuple):
    """A function of the picture: `line` is that of its header, `context` where it runs for those who reach it."""

    path: str
    name: str
    line: int
    context: str


class RoutePaths(NamedTuple):
    """Functions, the calls between them (caller, callee) and the routes that enter them, by index into `nodes`.

    A route is given as `GET /users/{id}`; middleware, exception handlers and dependencies of whole applications enter as
    "every request".
    """

    nodes: tuple[FunctionNode, ...]
    edges: tuple[tuple[int, int], ...]
    entries: tuple[tuple[str, int], ...]


def route_paths(program: Program, ends: Collection[FunctionKey]) -> RoutePaths:
    """Every function on a way from a route to one of the functions `ends`, these included."""
    callers: dict[Frame, list[Frame]] = defaultdict(list)
    for frame in program.interpreter.frames:
        for site in _followed(frame):
            callers[site.target].append(frame)
    wanted = [
        frame
        for frame in program.interpreter.frames
        if key_of(frame) in ends and program.reach.is_reported(frame)
    ]
    before = _closure(wanted, callers)
    entering = [(label, frame) for label, frame in _entries(program) if frame in before]
    callees = {frame: [site.target for site in _followed(frame) if site.target in before] for frame in before}
    between = _closure([frame for _, frame in entering], callees) | set(wanted)

    threads = {entry.frame for entry in program.entries if entry.context is Context.THREAD}
    numbers: dict[FunctionKey, int] = {}
    nodes: list[FunctionNode] = []
    # The sets are ordered by identity, which differs from run to run.
    ordered = sorted(between, key=lambda frame: (*key_of(frame), frame.number))
    for frame in ordered:
        if key_of(frame) not in numbers:
            numbers[key_of(frame)] = len(nodes)
            is_threaded = frame in threads and not frame.is_async
            context = Context.THREAD if is_threaded else Context.LOOP
            line = frame.function.facts.span.line if frame.function is not None else 1
            nodes.append(FunctionNode(frame.module.path, frame.name, line, str(context)))
    edges = {
        (numbers[key_of(frame)], numbers[key_of(target)])
        for frame in between
        for target in callees.get(frame, ())
        if target in between and key_of(frame) != key_of(target)
    }
    found = {(label, numbers[key_of(frame)]) for label, frame in entering if frame in between}
    return RoutePaths(tuple(nodes), tuple(sorted(edges)), tuple(sorted(found)))


def functions_behind_all(program: Program) -> frozenset[FunctionKey]:
    """The functions that run in the course of every request: for middleware and for whole applications' dependencies."""
    roots = [entry.frame for entry in program.entries if entry.kind == "middleware"]
    roots += program.table.every_request_frames
    callees = {frame: [site.target for site in _followed(frame)] for frame in program.interpreter.frames}
    return frozenset(key_of(frame) for frame in _closure(roots, callees))


def key_of(frame: Frame) -> FunctionKey:
    return frame.module.path, frame.name


def _entries(program: Program) -> Iterator[tuple[str, Frame]]:
    for route in program.table.routes:
        for method in route.methods or ("WEBSOCKET",):
            for frame in (*route.frames, *route.dependency_frames):
                if frame not in program.table.every_request_frames:
                    yield f"{method} {route.path}", frame
    for frame in every_request_frames(program.entries, program.table):
        yield EVERY_REQUEST, frame


def _followed(frame: Frame) -> Iterator[CallSite]:
    for site in (*frame.calls, *frame.dependencies):
        if site.edge in FOLLOWED:
            yield site


def _closure(roots: Iterable[Frame], following: Mapping[Frame, Iterable[Frame]]) -> set[Frame]:
    seen = set(roots)
    stack = list(seen)
    while stack:
        for frame in following.get(stack.pop(), ()):
            if frame not in seen:
                seen.add(frame)
                stack.append(frame)
    return seen
