"""By which way each function comes to run, on the event loop and in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fastapi_lint.analysis.contexts import callee_context
from fastapi_lint.analysis.entry_points import (
    START_KINDS,
    Context,
    EntryPoint,
    dependency_context,
)
from fastapi_lint.inference.frames import CallSite, Frame

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

State: TypeAlias = tuple[Frame, Context]

_ASSUMED = "nothing in the project calls it; an async function is taken to run while requests are served"


class Link(NamedTuple):
    """One step of a way: `frame` runs in `context`, called at `site` of the frame before, or else as `entry` says."""

    frame: Frame
    context: Context
    entry: str
    site: CallSite | None


class Origins:
    """The shortest way to each frame in each context: from requests if there is one, else from start-up, else from elsewhere."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._came: dict[State, tuple[State | None, str, CallSite | None]] = {}
        entries = program.entries
        self._follow(self._routes())
        self._follow(_named(entry for entry in entries if entry.kind not in START_KINDS))
        self._follow(_named(entry for entry in entries if entry.kind in START_KINDS))
        self._follow(
            (frame, Context.LOOP, _ASSUMED)
            for frame in program.interpreter.frames
            if frame.is_async and program.reach.is_reported(frame)
        )

    def contexts(self, frame: Frame) -> tuple[Context, ...]:
        """Where the frame runs, the event loop first; empty when nothing known runs it."""
        return tuple(context for context in Context if (frame, context) in self._came)

    def way(self, frame: Frame, context: Context) -> tuple[Link, ...]:
        """How the frame comes to run there, from the entry to the frame itself."""
        links: list[Link] = []
        state: State | None = (frame, context)
        while state is not None:
            before, entry, site = self._came[state]
            links.append(Link(*state, entry, site))
            state = before
        return tuple(reversed(links))

    def _routes(self) -> Iterator[tuple[Frame, Context, str]]:
        contexts = {entry.frame: entry.context for entry in self._program.entries}
        for route in self._program.table.routes:
            label = f"{','.join(route.methods) or 'WEBSOCKET'} {route.path}"
            for frame in route.frames:
                yield frame, contexts.get(frame, Context.LOOP), f"the endpoint of {label}"
        for route in self._program.table.routes:
            label = f"{','.join(route.methods) or 'WEBSOCKET'} {route.path}"
            for frame in route.dependency_frames:
                of = "every request" if frame in self._program.table.every_request_frames else label
                yield frame, dependency_context(frame), f"a dependency of {of}"

    def _follow(self, seeds: Iterable[tuple[Frame, Context, str]]) -> None:
        front: list[State] = []
        for frame, context, entry in seeds:
            if (frame, context) not in self._came:
                self._came[frame, context] = (None, entry, None)
                front.append((frame, context))
        for state in front:  # grows while it is walked: breadth first, so ways are shortest
            frame, context = state
            following = [(s, callee_context(s.edge, s.target, context)) for s in frame.calls]
            following += [(s, dependency_context(s.target)) for s in frame.dependencies]
            for site, where in following:
                if (site.target, where) not in self._came:
                    self._came[site.target, where] = (state, "", site)
                    front.append((site.target, where))


_ENTRY_WORDS = {
    "route": "an endpoint",
    "websocket": "a websocket endpoint",
    "middleware": "middleware",
    "exception handler": "an exception handler",
    "dependency": "a dependency",
    "startup": "a startup handler",
    "shutdown": "a shutdown handler",
    "lifespan": "the lifespan",
    "model": "a validator or serializer of a route's model",
    "route class": "a custom route class",
    "mount": "a mounted application",
    "openapi": "what makes the OpenAPI document",
}


def _named(entries: Iterable[EntryPoint]) -> Iterator[tuple[Frame, Context, str]]:
    for entry in entries:
        yield entry.frame, entry.context, entry_words(entry.kind)


def entry_words(kind: str) -> str:
    """A kind of entry point in words: "an exception handler"."""
    return _ENTRY_WORDS.get(kind, f"a {kind}")
