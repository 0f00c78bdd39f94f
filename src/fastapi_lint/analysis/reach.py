"""Which frames run on the loop that serves requests, and on behalf of which routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from fastapi_lint.analysis.entry_points import (
    START_KINDS,
    Context,
    EntryPoint,
    dependency_context,
    never_run,
)
from fastapi_lint.analysis.routes import RouteTable
from fastapi_lint.analysis.worker_functions import worker_frames
from fastapi_lint.inference.frames import CallSite, Edge, Frame
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.values import InstanceAtom
from fastapi_lint.knowledge.fastapi_api import APP

FOLLOWED = frozenset({Edge.CALL, Edge.AWAIT, Edge.LOOP, Edge.DEPENDENCY, Edge.TASK})
"""Edges along which a caller's request is served."""

EVERY_REQUEST = "every request"


class Reach:
    """Answers "is this frame reported, and who reaches it?" for frames that run on an event loop."""

    def __init__(
        self, interpreter: Interpreter, entries: list[EntryPoint], table: RouteTable, startup: bool
    ) -> None:
        self.interpreter = interpreter
        self._startup = startup
        self._entries = entries
        serving = {e.frame for e in entries if not _is_start(e)}
        started_with = {e.frame for e in entries if _is_start(e)}
        starting = started_with | set(never_run(interpreter))
        own_loops = worker_frames(interpreter)
        called: set[Frame] = set()
        idle = _idle_wrappers(interpreter)
        self.loop_callbacks: set[Frame] = set()
        self.on_loop_entries = {e.frame for e in entries if e.context is Context.LOOP}
        for frame in interpreter.frames:
            if frame.module.is_test:
                continue  # that a test calls a function says nothing of who else does
            if frame.function is not None and frame.function.task_type is not None:
                own_loops.add(frame)  # a task queue's worker runs it
            for site in frame.calls:
                if site.edge is Edge.OWN_LOOP:
                    own_loops.add(site.target)
                if site.edge is Edge.LOOP and not site.target.is_async:
                    self.loop_callbacks.add(site.target)
                if site.target.function is not frame.function and frame not in idle:
                    called.add(site.target)
            for site in frame.dependencies:
                called.add(site.target)
                if dependency_context(site.target) is Context.LOOP:
                    self.on_loop_entries.add(site.target)
        called_functions = {frame.function for frame in called if frame.function is not None}
        for frame in interpreter.names.module_frames:
            if not frame.module.is_test:
                own_loops |= {site.target for site in frame.calls if site.edge is Edge.OWN_LOOP}
        tests = {frame for frame in interpreter.frames if frame.module.is_test}
        no_roots = tests | starting
        roots = {
            frame
            for frame in interpreter.frames
            if frame.is_async and frame.function not in called_functions and frame not in no_roots
        }
        roots -= own_loops
        roots -= {frame for frame in roots if _is_command_line(frame) or _is_lifespan(interpreter, frame)}
        scripts = self._closure(own_loops, tasks=True)
        started = self._closure(started_with - serving, tasks=False)
        # A task made while the application starts goes on while it serves.
        lasting = {s.target for f in started for s in f.calls if s.edge is Edge.TASK or _is_left_to_run(f, s)}
        self.serving = self._with_callbacks(self._closure(serving | lasting | (roots - scripts), tasks=True))
        self._reported = self.serving | (started if startup else set())
        self.starting = starting
        self._routes = self._reaching_routes(table)

    def _closure(self, roots: Iterable[Frame], tasks: bool) -> set[Frame]:
        seen = set(roots)
        stack = list(seen)
        while stack:
            frame = stack.pop()
            for site in (*frame.calls, *frame.dependencies):
                if (
                    site.edge in FOLLOWED
                    and (tasks or site.edge is not Edge.TASK)
                    and site.target not in seen
                ):
                    seen.add(site.target)
                    stack.append(site.target)
        return seen

    def _with_callbacks(self, serving: set[Frame]) -> set[Frame]:
        """And what threads that serve requests hand back to the loop (`from_thread.run`, `call_soon_threadsafe`)."""
        while True:
            handed = {
                site.target
                for frame in serving
                for site in frame.calls
                if site.edge in (Edge.THREAD, Edge.DETACHED) and site.target not in serving
            }
            in_threads = self._closure(handed, tasks=False)
            back = {s.target for f in in_threads for s in f.calls if s.edge is Edge.LOOP} - serving
            if not back:
                return serving
            serving = self._closure(serving | back, tasks=True)

    def is_loop_frame(self, frame: Frame) -> bool:
        """Whether the frame itself runs on the loop: async, or a plain function that FastAPI or a loop calls there."""
        if frame.is_async:
            return True
        return frame in self.loop_callbacks or frame in self.on_loop_entries

    def is_reported(self, frame: Frame) -> bool:
        """Whether findings in this loop frame concern an application that serves requests."""
        if frame.module.is_test or frame not in self._reported:
            return False
        return self._startup or frame not in self.starting

    def routes_of(self, frame: Frame) -> tuple[str, ...]:
        """The routes that reach the frame, `every request` first."""
        mask = self._routes.get(frame, 0)
        names = self._named.get(mask)
        if names is None:
            # Many frames serve the same routes, and each has few of a large application's.
            names = self._named[mask] = tuple([self._names[index] for index in _ones(mask)])
        return names

    def _reaching_routes(self, table: RouteTable) -> dict[Frame, int]:
        """For each frame a bit set of the routes that reach it."""
        self._names: list[str] = [EVERY_REQUEST]
        self._named: dict[int, tuple[str, ...]] = {}
        masks: dict[Frame, int] = {}
        pending: dict[Frame, None] = {}

        def add(frame: Frame, mask: int) -> None:
            old = masks.get(frame, 0)
            if old | mask != old:
                masks[frame] = old | mask
                pending[frame] = None

        models: dict[int, list[Frame]] = defaultdict(list)
        for entry in self._entries:
            if entry.kind == "model":
                models[id(entry.registration)].append(entry.frame)
        for route in table.routes:
            if not route.frames:
                continue
            for method in route.methods or ("WEBSOCKET",):
                label = f"{method} {route.path}"
                bit = 1 << len(self._names)
                self._names.append(label)
                shared = [one for one in route.dependency_frames if one not in table.every_request_frames]
                for frame in (*route.frames, *shared, *models[id(route.registration)]):
                    add(frame, bit)
        for frame in every_request_frames(self._entries, table):
            add(frame, 1)
        while pending:
            frame = next(iter(pending))
            del pending[frame]
            for site in (*frame.calls, *frame.dependencies):
                if site.edge in FOLLOWED:
                    add(site.target, masks[frame])
        return masks


def _is_start(entry: EntryPoint) -> bool:
    """Start-up and shutdown code, and what makes a middleware: that happens once, before the first request."""
    function = entry.frame.function
    is_maker = entry.kind == "middleware" and function is not None and function.facts.name == "__init__"
    return is_maker or entry.kind in START_KINDS


def every_request_frames(entries: Iterable[EntryPoint], table: RouteTable) -> Iterator[Frame]:
    """What runs whatever route is asked for: middleware, exception handlers, the dependencies of whole applications."""
    for entry in entries:
        if _is_start(entry):
            continue
        if entry.kind in ("middleware", "exception handler") or entry.frame in table.every_request_frames:
            yield entry.frame


def _ones(mask: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    digits = bin(mask)[:1:-1]
    index = digits.find("1")
    while index >= 0:
        yield index
        index = digits.find("1", index + 1)


def _is_command_line(frame: Frame) -> bool:
    """Whether the module belongs to a command-line program, which serves nobody while it waits."""
    return "cli" in frame.module.name.split(".")


def _is_lifespan(interpreter: Interpreter, frame: Frame) -> bool:
    """Whether it is a lifespan by its form, given to the application in a way that is not seen (`FastAPI(**options)`)."""
    assert frame.function is not None
    return frame.function.facts.is_generator and any(
        isinstance(atom, InstanceAtom) and atom.type == APP
        for annotation in interpreter.signature(frame.function).annotations
        for atom in annotation
    )


def _idle_wrappers(interpreter: Interpreter) -> set[Frame]:
    """Plain functions that decorators put in the place of others and that nothing known calls: they tell nothing of who does."""
    called = {site.target for frame in interpreter.frames for site in frame.calls}
    return {
        frame
        for frame in interpreter.frames
        if frame not in called
        and not frame.is_async
        and frame.function is not None
        and frame.function.outer is not None
        and frame.function.outer.function is not None
        and frame.function.outer.function.gives_wrappers
    }


def _is_left_to_run(frame: Frame, site: CallSite) -> bool:
    """Whether a plain function makes a coroutine and does not give it back: somebody starts it as a task."""
    return (
        site.edge is Edge.AWAIT
        and not frame.is_async
        and all(getattr(atom, "frame", None) is not site.target for atom in frame.result.value)
    )
