"""Which code runs at import, at start-up and shutdown, and for requests; and what lives as long as the process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from functools import cache
from typing import TYPE_CHECKING

from fastapi_lint.analysis.entry_points import START_KINDS
from fastapi_lint.analysis.resources.bodies import Bodies, Body
from fastapi_lint.facts import model as m
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import Edge, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.values import (
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    FunctionAtom,
    ObjectAtom,
    PartialAtom,
    Value,
)

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_ENDS = (
    "close", "shutdown", "stop", "teardown", "tear_down", "cleanup", "clean_up", "dispose", "disconnect", "terminate",
    "exit", "finalize", "destroy", "quit", "release", "drain", "finish", "end", "unload", "on_", "__del__",
)  # fmt: skip
"""What the names of methods that close things contain."""

_HARMLESS_BASES = frozenset(
    {"abc.ABC", "object", "pydantic.BaseModel", "typing.Protocol", "typing.Generic", "enum.Enum", "pydantic.main.BaseModel",
     "typing_extensions.Protocol", "pydantic_settings.BaseSettings", "typing.NamedTuple", "typing.TypedDict"}
)  # fmt: skip
"""Library classes that never call methods of their subclasses to close anything."""


class Lifetimes:
    """Sets of frames by when they run.

    `importing`: module and class bodies, the functions that make an application (`factories`) and what they call. `starting`: lifespans, start-up and shutdown handlers and
    what they call. `requests`: what serves a request; `served`: the part of it that entry points are known to reach.
    `ending`: all frames in which a closing call counts at shutdown. `lasting`: classes with instances that live on;
    `collected`: those among them that dicts hold, one for each key.
    """

    def __init__(self, program: Program, bodies: Bodies) -> None:
        self.interpreter = program.interpreter
        self.bodies = bodies
        frames = program.interpreter.frames
        self.statements = dict(program.interpreter.body_frames())
        self.by_function: dict[ProjectFunction, list[Frame]] = defaultdict(list)
        self._methods: dict[str, list[Frame]] = defaultdict(list)
        for frame in frames:
            assert frame.function is not None
            self.by_function[frame.function].append(frame)
            if frame.function.cls is not None:
                self._methods[frame.function.facts.name].append(frame)
        bodies_run = [frame for frame in self.statements if not frame.module.is_test]
        starts = {entry.frame for entry in program.entries if entry.kind in START_KINDS}
        starts |= self._unregistered_lifespans(frames)
        serving = {entry.frame for entry in program.entries if entry.kind not in START_KINDS}
        self.factories = self._factories(program)
        self.importing = _closure([*bodies_run, *self.factories], {Edge.CALL, Edge.AWAIT, Edge.DEPENDENCY})
        self.starting = _closure(starts, set(Edge) - {Edge.TASK})
        # A task made at start-up goes on while requests are served: what it calls, it calls again and again.
        tasks = {site.target for frame in self.starting for site in frame.calls if site.edge is Edge.TASK}
        self.starting |= tasks
        repeated = {site.target for frame in tasks for site in frame.calls}
        request_edges = set(Edge) - {Edge.OWN_LOOP}
        self.served = _closure((serving - starts) | (repeated - self.starting), request_edges)
        unreached = {
            frame
            for frame in program.reach.serving
            if frame not in self.starting and program.reach.is_reported(frame)
        }
        self.requests = _closure(self.served | unreached, request_edges)
        hooks = [frame for frame in frames if self._is_hook(frame)]
        self.ending = self._ending([*bodies_run, *starts, *hooks], frozenset())
        self.alive = self._ending(self.requests, self.ending)
        self.middleware = {
            atom.cls
            for registration in program.interpreter.registrations.values()
            if registration.kind == "middleware"
            for atom in registration.work
            if isinstance(atom, ClassAtom)
        }
        self.lasting, self.collected = self._lasting()

    def body_of(self, frame: Frame) -> Body:
        if frame.function is not None:
            return self.bodies.of_function(frame.function.facts)
        return self.bodies.of(self.statements.get(frame, ()))

    @staticmethod
    def _factories(program: Program) -> set[Frame]:
        """Functions that make an application, which a server may call by name (`uvicorn --factory`)."""
        apps = {
            (one.owner.path, one.owner.span)
            for one in program.interpreter.registrations.values()
            if one.kind == "router" and one.is_app and one.owner is not None
        }
        return {
            frame
            for frame in program.interpreter.frames
            if frame.function is not None
            and not frame.is_async
            and not frame.module.is_test
            and any(
                path == frame.module.path
                and frame.function.facts.span.line <= span.line <= frame.function.facts.end_line
                for path, span in apps
            )
        }

    @staticmethod
    def _unregistered_lifespans(frames: Iterable[Frame]) -> set[Frame]:
        """Lifespans whose registration is not seen (`FastAPI(**options)`)."""
        return {
            frame
            for frame in frames
            if frame.function is not None
            and not frame.module.is_test
            and frame.is_generator
            and "lifespan" in frame.function.facts.name.lower()
        }

    @staticmethod
    def _is_hook(frame: Frame) -> bool:
        """Whether a library calls the method by itself: an override of a library class's, or `__del__`."""
        function = frame.function
        if function is None or function.cls is None or frame.module.is_test:
            return False
        if function.facts.name == "__del__":
            return True
        if any(base not in _HARMLESS_BASES for base in function.cls.externals):
            return any(part in function.facts.name for part in _ENDS)
        return False

    def _ending(self, roots: Iterable[Frame], reached: Set[Frame]) -> set[Frame]:
        """What roots reach, also through function objects and through methods of objects that are not known.

        `reached` is an earlier answer, which is part of this one.
        """
        stack = [frame for frame in roots if frame not in reached]
        seen = {*reached, *stack}

        def add(frames: Iterable[Frame]) -> None:
            for frame in frames:
                if frame not in seen and not frame.module.is_test:
                    seen.add(frame)
                    stack.append(frame)

        while stack:
            frame = stack.pop()
            add([site.target for site in (*frame.calls, *frame.dependencies)])
            body = self.body_of(frame)
            for call in body.calls:
                function = call.function
                named = _named_method(frame, call)
                if named is not None:
                    add(self._methods.get(named, ()))
                if not isinstance(function, m.Attribute) or frame.value_of(function):
                    continue
                if _sounds_like_end(function.attribute):
                    add(self._methods.get(function.attribute, ()))
            for item, _ in body.items:
                if not frame.value_of(item.context):
                    add(self._methods.get("__aexit__", ()))
                    add(self._methods.get("__exit__", ()))
            values = frame.values
            for node in body.references:
                for atom in values.get(id(node), ()):
                    if isinstance(atom, FunctionAtom):
                        add(self.by_function.get(atom.function, ()))
        return seen

    def _lasting(self) -> tuple[set[ProjectClass], set[ProjectClass]]:
        """Classes whose instances are held by globals, class bodies or `app.state`, directly or through one another."""
        found: set[ProjectClass] = set(self.middleware)
        collected: set[ProjectClass] = set()
        stack: list[ProjectClass] = list(found)

        def add(value: Value, inside: bool) -> None:
            for atom in value:
                if isinstance(atom, ObjectAtom):
                    family = [atom.cls] if atom.exact else [atom.cls, *atom.cls.descendants()]
                    for cls in family:
                        if inside and atom.exact:
                            collected.add(cls)
                        if cls not in found:
                            found.add(cls)
                            stack.append(cls)
                elif isinstance(atom, ContainerAtom):
                    for inner in (atom.element, *atom.items):
                        add(inner, atom.kind == "dict")
                elif isinstance(atom, PartialAtom):
                    for inner in atom.positional:
                        add(inner, inside)

        for value in self.interpreter.lasting_values():
            add(value, False)
        while stack:
            for ancestor in stack.pop().mro:
                for cell in ancestor.attributes.values():
                    add(cell.value, False)
        return found, collected


def _named_method(frame: Frame, call: m.Call) -> str | None:
    """`getattr(service, "stop", None)` of an object that is not known: the name, if it is that of something that ends."""
    function = call.function
    if not isinstance(function, m.Name) or function.id != "getattr" or len(call.arguments) < 2:
        return None
    if any(not isinstance(atom, ConstantAtom) for atom in frame.value_of(call)):
        return None
    name = call.arguments[1].value
    if not isinstance(name, m.Constant) or not isinstance(name.value, str):
        return None
    return name.value if _sounds_like_end(name.value) else None


@cache
def _sounds_like_end(name: str) -> bool:
    return any(part in name for part in _ENDS)


def _closure(roots: Iterable[Frame], edges: set[Edge]) -> set[Frame]:
    seen = {frame for frame in roots if not frame.module.is_test}
    stack = list(seen)
    while stack:
        frame = stack.pop()
        for site in (*frame.calls, *frame.dependencies):
            if site.edge in edges and site.target not in seen and not site.target.module.is_test:
                seen.add(site.target)
                stack.append(site.target)
    return seen
