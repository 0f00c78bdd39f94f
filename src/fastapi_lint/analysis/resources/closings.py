"""Every place in a project where something is closed, entered, started or given away, by the object concerned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from typing import NamedTuple

from fastapi_lint.analysis.resources.bodies import Body
from fastapi_lint.analysis.resources.lifetimes import Lifetimes
from fastapi_lint.analysis.resources.scale import all_closing_methods, closing_methods
from fastapi_lint.analysis.resources.usage import INERT, places_in
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of_type
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.values import (
    ClassAtom,
    ConstantAtom,
    ExternalAtom,
    FunctionAtom,
    InstanceAtom,
    Place,
)
from fastapi_lint.knowledge.resources import Resource, all_resources

_KEEPERS = (
    "asyncio.", "logging.", "sqlalchemy.", "sqlmodel.", "builtins.", "fastapi_cache.", "fastapi_limiter.", "rq.", "slowapi.",
    "prometheus_client.", "opentelemetry.",
)  # fmt: skip
"""Packages whose callables never close what they are given."""

_STARTS = frozenset(name for one in all_resources() for name in one.start)


class Closing(NamedTuple):
    """`method` of the object is called, referred to or, as `__exit__`, left to a `with` block, in `frame`.

    `forgotten`: it is called and what it gives is dropped. `is_own`: what is closed is not known, but `frame` itself
    has it from a call or keeps it in an attribute, so that it is no object that other modules know by a global name.
    """

    frame: Frame
    method: str
    forgotten: bool
    is_own: bool = False


class Closings:
    """Closings by the place where the closed object was made, by its type, or by the method's name alone."""

    def __init__(self, lifetimes: Lifetimes) -> None:
        self.lifetimes = lifetimes
        self.by_place: dict[Place, list[Closing]] = defaultdict(list)
        self.by_type: dict[str, list[Closing]] = defaultdict(list)
        self.by_name: dict[str, list[Closing]] = defaultdict(list)
        self.started: set[Place] = set()
        self.started_types: set[str] = set()
        self.given_away: set[Place] = set()
        frames = [*lifetimes.statements, *lifetimes.interpreter.frames]
        for frame in frames:
            if not frame.module.is_test:
                self._collect(frame, lifetimes.body_of(frame))

    def _collect(self, frame: Frame, body: Body) -> None:
        closing = all_closing_methods()
        for node in body.attributes:
            if node.attribute in closing:
                self._closing(frame, body, node.value, node.attribute, self._is_dropped(body, node))
            if node.attribute in _STARTS:
                for atom in frame.value_of(node.value):
                    if isinstance(atom, InstanceAtom):
                        self.started_types.add(atom.type)
                        if atom.place is not None:
                            self.started.add(atom.place)
        for item, _ in body.items:
            if frame.value_of(item.context):
                self._closing(frame, body, item.context, "__aexit__", False)
        for call, name in zip(body.calls, body.call_names, strict=True):
            self._call(frame, body, call, name)

    @staticmethod
    def _is_dropped(body: Body, node: m.Attribute) -> bool:
        call = body.parent(node)
        return (
            isinstance(call, m.Call) and call.function is node and isinstance(body.parent(call), m.Evaluate)
        )

    def _closing(self, frame: Frame, body: Body, owner: m.Expression, method: str, dropped: bool) -> None:
        closing = Closing(frame, method, dropped)
        value = frame.value_of(owner)
        if not value and not isinstance(owner, m.Constant):
            self.by_name[method].append(closing._replace(is_own=_is_own(frame, owner)))
        places = places_in(value)
        for place in places:
            self.by_place[place].append(closing)
            self.started.add(place)
        # A variable declared `Client | None` may be the client made elsewhere, which is known then.
        known = {atom.type for atom in value if isinstance(atom, InstanceAtom) and atom.place is not None}
        for atom in value:
            if isinstance(atom, InstanceAtom) and atom.place is None and atom.type not in known:
                self.by_type[atom.type].append(closing)

    def _call(self, frame: Frame, body: Body, call: m.Call, last: str) -> None:
        arguments = [argument.value for argument in call.arguments]
        if last in ("enter_async_context", "enter_context", "push_async_exit", "push") and arguments:
            self._closing(frame, body, arguments[0], "__aexit__", False)
            return
        if last in ("getattr", "hasattr", "methodcaller") and len(arguments) > 1:
            for atom in frame.value_of(arguments[1]) or (ConstantAtom(None),):
                name = atom.value if isinstance(atom, ConstantAtom) else None
                if isinstance(arguments[1], m.Constant) and isinstance(arguments[1].value, str):
                    name = arguments[1].value
                if name in all_closing_methods() or (name is None and frame.value_of(arguments[0])):
                    self._closing(frame, body, arguments[0], str(name or "__aexit__"), False)
            return
        if last in INERT or not arguments:
            return
        callee = frame.value_of(call.function)
        if callee and all(isinstance(atom, (FunctionAtom, ClassAtom)) for atom in callee):
            return
        if callee and all(isinstance(atom, ExternalAtom) and _keeps_only(atom.path) for atom in callee):
            return
        for argument in arguments:
            self.given_away |= places_in(frame.value_of(argument))

    def at_shutdown(
        self,
        place: Place,
        resource: Resource,
        replacing: Set[Frame] = frozenset(),
        *,
        is_global: bool = False,
    ) -> bool:
        """Whether a shutdown path closes the object, or may. Closings in `replacing` only make room for a new one.

        `is_global`: it is known by a global name and in no other way.
        """
        frames = self.lifetimes.ending - replacing
        return self._is_closed(place, resource, frames) or any(
            closing.frame in frames
            and not (is_global and closing.is_own)
            and not self._is_forgotten(closing, resource)
            for method in closing_methods(resource)
            for closing in self.by_name.get(method, ())
        )

    def anywhere(self, place: Place, resource: Resource) -> bool:
        """Whether code that runs at all closes the object."""
        return self._is_closed(place, resource, self.lifetimes.alive)

    def _is_closed(self, place: Place, resource: Resource, frames: Set[Frame]) -> bool:
        methods = closing_methods(resource)
        return any(
            closing.frame in frames
            and closing.method in methods
            and not self._is_forgotten(closing, resource)
            for closing in (*self.by_place.get(place, ()), *self.by_type.get(resource.type, ()))
        )

    @staticmethod
    def _is_forgotten(closing: Closing, resource: Resource) -> bool:
        return closing.forgotten and resource.close_is_async and resource.close == (closing.method,)

    def mistakes(self, place: Place, resource: Resource) -> tuple[str, bool]:
        """A method called at shutdown as if it closed the object ("" if none), and whether an `await` is missing."""
        methods = closing_methods(resource)
        wrong, forgotten = "", False
        for closing in self.by_place.get(place, ()):
            if closing.frame in self.lifetimes.ending:
                if closing.method in methods:
                    forgotten = forgotten or self._is_forgotten(closing, resource)
                elif closing.method not in resource.start:
                    wrong = closing.method
        return wrong, forgotten

    def idle_closer(self, place: Place, resource: Resource) -> str:
        """The function that would close the object if a shutdown path called it, "" if there is none."""
        methods = closing_methods(resource)
        return next(
            (
                closing.frame.name
                for closing in self.by_place.get(place, ())
                if closing.method in methods
                and closing.frame.function is not None
                and not self._is_forgotten(closing, resource)
            ),
            "",
        )

    def is_started(self, place: Place, type_: str) -> bool:
        return place in self.started or type_ in self.started_types


def _keeps_only(path: str) -> bool:
    """Whether the callable never closes what it is given."""
    return path.startswith(_KEEPERS) or path in ("print", "list", "tuple", "set", "dict")


def _is_own(frame: Frame, owner: m.Expression) -> bool:
    """Whether an unknown object comes from a call in this function, or is an attribute of its own object.

    What has a global name is known where it is imported, and where it was put into an attribute.
    """
    if isinstance(owner, m.Attribute):
        return isinstance(owner.value, m.Name) and owner.value.id in ("self", "cls")
    if frame.function is None or not isinstance(owner, m.Name):
        return False
    made = [node.value for node in nodes_of_type(frame.function.facts, m.Assign) if owner in node.targets]
    calls = [node.value if isinstance(node, m.Await) else node for node in made]
    return bool(calls) and all(isinstance(call, m.Call) for call in calls)
