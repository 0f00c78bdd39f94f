"""Which code serves requests, in whatever thread, and for which routes."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastapi_lint.analysis.markers import marked_by_annotation, marked_by_default
from fastapi_lint.analysis.reach import EVERY_REQUEST, every_request_frames
from fastapi_lint.diagnostics import Step
from fastapi_lint.inference.frames import CallSite, Frame
from fastapi_lint.inference.interpreter import Interpreter

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class RequestCode:
    """The frames that routes, dependencies, middleware and exception handlers reach; tests and start-up code are not among them.

    A function with FastAPI's markers among its parameters counts as such code, and so does an `async def` that nothing known
    calls. Other than `Reach`, this follows what is handed to threads, tasks and loops of their own: it is done on behalf of a
    request all the same.
    """

    def __init__(self, program: Program) -> None:
        self._labels: dict[Frame, list[str]] = defaultdict(list)
        for route in program.table.routes:
            for label in [f"{method} {route.path}" for method in route.methods or ("WEBSOCKET",)]:
                for frame in (*route.frames, *route.dependency_frames):
                    if not frame.module.is_test and frame not in program.table.every_request_frames:
                        self._labels[frame].append(label)
        for frame in every_request_frames(program.entries, program.table):
            if not frame.module.is_test:
                self._labels[frame].append(EVERY_REQUEST)
        self._callers: dict[Frame, list[tuple[Frame, CallSite]]] = defaultdict(list)
        self.frames: dict[Frame, None] = dict.fromkeys(self._labels)
        for frame in program.interpreter.frames:
            if not frame.module.is_test and (
                _has_markers(program.interpreter, frame) or _may_serve(program, frame)
            ):
                self.frames[frame] = None
        pending = deque(self.frames)
        while pending:
            frame = pending.popleft()
            for site in (*frame.calls, *frame.dependencies):
                self._callers[site.target].append((frame, site))
                if site.target not in self.frames and not site.target.module.is_test:
                    self.frames[site.target] = None
                    pending.append(site.target)

    def entries_of(self, frame: Frame) -> Iterator[Frame]:
        """The entry points that reach `frame`, nearest first."""
        seen = {frame}
        pending = deque([frame])
        while pending:
            one = pending.popleft()
            if one in self._labels:
                yield one
            for caller, _ in self._callers.get(one, ()):
                if caller not in seen:
                    seen.add(caller)
                    pending.append(caller)

    def routes_of(self, frame: Frame) -> tuple[str, ...]:
        """The routes that reach the frame, `every request` first."""
        labels = {label for entry in self.entries_of(frame) for label in self._labels[entry]}
        return tuple(
            sorted(labels, key=lambda label: (label != EVERY_REQUEST, label.partition(" ")[2], label))
        )

    def chain_to(self, frame: Frame) -> tuple[Step, ...]:
        """The shortest way of calls from an entry point to `frame`; empty when it is one."""
        if frame in self._labels:
            return ()
        seen = {frame}
        pending: deque[tuple[Frame, tuple[Step, ...]]] = deque([(frame, ())])
        while pending:
            one, chain = pending.popleft()
            for caller, site in self._callers.get(one, ()):
                if caller in seen:
                    continue
                seen.add(caller)
                longer = (Step(caller.module.path, site.span, caller.name, site.text), *chain)
                if caller in self._labels:
                    return longer
                pending.append((caller, longer))
        return ()


def _has_markers(interpreter: Interpreter, frame: Frame) -> bool:
    """Whether the function counts on FastAPI for a parameter: it is written to serve requests."""
    function = frame.function
    if function is None or function.signature is None:
        return False
    return any(
        marked_by_default(interpreter, function, position)
        or marked_by_annotation(interpreter, function, position)
        for position in range(len(function.facts.parameters))
    )


def _may_serve(program: Program, frame: Frame) -> bool:
    """Whether a request may reach an `async def` by ways that are not known; decorators make commands and tasks of others."""
    function = frame.function
    return (
        function is not None
        and frame.is_async
        and not function.facts.decorators
        and frame in program.reach.serving
        and program.reach.is_reported(frame)
    )


def answers(program: Program) -> Iterator[RequestCode]:
    """The one answer, so that several questions share it."""
    yield RequestCode(program)
