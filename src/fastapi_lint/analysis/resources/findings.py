"""Clients, pools and executors that nobody closes, or that each request makes anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi_lint.analysis.resources.bodies import Bodies, Body
from fastapi_lint.analysis.resources.closings import Closings
from fastapi_lint.analysis.resources.lifetimes import Lifetimes
from fastapi_lint.analysis.resources.making import holds_nothing, is_cached, is_spare, serves_loop
from fastapi_lint.analysis.resources.scale import (
    is_client,
    is_leak,
    is_minor,
    is_pooled,
    is_reported_at_module_level,
    must_be_started,
)
from fastapi_lint.analysis.resources.usage import ALWAYS, NEVER, PARTLY, Tracker, Usage, merge
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import FunctionAtom, InstanceAtom, Place
from fastapi_lint.knowledge.resources import Resource, resource_by_factory, resource_by_type

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

DEEPEST_RETURN = 4
"""Functions that a client is followed through on its way to who uses it."""

_IN_PROCESS = ("ASGITransport", "WSGITransport", "MockTransport")
"""Transports without a network."""


class Life(Enum):
    """How long the object is meant to live."""

    APPLICATION = "opened at start-up"
    MODULE = "made at import or on first use, and kept"
    REQUEST = "made for a request"


class UnclosedResource(NamedTuple):
    """An object that nothing closes. `text` is the call that made it, in `function`; `name` what the code calls it, "" if nothing.

    `partly`: it is closed unless an exception comes first. `wrong`: a method called as if it closed the object, ""
    if none; `unawaited`: its closing coroutine is never awaited; `closer`: a function that would close it, if shutdown called it. `minor`: untidy rather than harmful.
    """

    life: Life
    resource: Resource
    path: str
    span: Span
    text: str
    function: str
    routes: tuple[str, ...]
    partly: bool
    wrong: str
    unawaited: bool
    closer: str
    minor: bool
    name: str


class ResourcePerRequest(NamedTuple):
    """An object that is made and closed for each request, though one for all would do."""

    resource: Resource
    path: str
    span: Span
    text: str
    function: str
    routes: tuple[str, ...]


class _Made(NamedTuple):
    frame: Frame
    body: Body
    node: m.Call
    factory: str


class _Leaf(NamedTuple):
    """Where an object ends up: in `frame`, with that usage there."""

    frame: Frame
    usage: Usage


def _name(body: Body, made: m.Call) -> str:
    """The variable that holds what the call made; of `self.client`, "client"."""
    parent = body.parent(made)
    if isinstance(parent, m.Await):
        parent = body.parent(parent)
    target = parent.targets[0] if isinstance(parent, m.Assign) else None
    if isinstance(target, m.Attribute):
        is_own = isinstance(target.value, m.Name) and target.value.id in ("self", "cls")
        return target.attribute if is_own else render(target)
    return target.id if isinstance(target, m.Name) else ""


class Survey:
    """All resources of a project, judged once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.interpreter = program.interpreter
        self.bodies = program.answers(Bodies)[0]
        self.made = self._find()
        self.unclosed: list[UnclosedResource] = []
        self.per_request: list[ResourcePerRequest] = []
        if not self.made:
            return
        self.lifetimes = Lifetimes(program, self.bodies)
        self.closings = Closings(self.lifetimes)
        self.dependencies = {entry.frame for entry in program.entries if entry.kind == "dependency"}
        self.callers: dict[Frame, list[tuple[Frame, Span]]] = defaultdict(list)
        for frame in (*self.lifetimes.statements, *self.interpreter.frames):
            self.dependencies |= {site.target for site in frame.dependencies}
            for site in frame.applications:
                self.callers[site.target].append((frame, site.span))
        for place in sorted(self.made):
            resource, sites = self.made[place]
            self._judge(place, resource, sites)

    def _find(self) -> dict[Place, tuple[Resource, list[_Made]]]:
        """Every object that has to be closed, by its place, with each frame that makes it."""
        statements = dict(self.interpreter.body_frames())
        found: dict[Place, tuple[Resource, list[_Made]]] = {}
        for frame in (*statements, *self.interpreter.frames):
            if frame.module.is_test:
                continue
            for creation in frame.creations:
                atom = creation.atom
                if not isinstance(atom, InstanceAtom) or atom.place is None:
                    continue
                resource = resource_by_factory(creation.factory) or resource_by_type(atom.type)
                if resource is None or not is_client(resource):
                    continue
                block = statements[frame] if frame.function is None else frame.function.facts.body
                body = self.bodies.of(block)
                node = body.call_at(creation.span)
                if node is None or body.is_guarded_main(node) or is_spare(frame, body, node):
                    continue
                if not holds_nothing(frame, node, creation.factory):
                    found.setdefault(atom.place, (resource, []))[1].append(
                        _Made(frame, body, node, creation.factory)
                    )
        return found

    # --- where objects end up ------------------------------------------------------------------------

    def _leaves(self, tracker: Tracker, frame: Frame, body: Body, node: Any, depth: int) -> Iterator[_Leaf]:
        """Follow an object out of the functions that return it."""
        usage = tracker.of_node(frame, body, node)
        is_open = not usage.kept and not usage.closed
        if is_open and frame.function is not None and is_cached(self.program, frame):
            yield _Leaf(frame, usage._replace(returned=False, kept=frozenset({("global", None)})))
            return
        if not usage.returned or frame.function is None or depth > DEEPEST_RETURN:
            yield _Leaf(frame, usage)
            return
        if not is_open:
            yield _Leaf(frame, usage._replace(returned=False))
            return
        if frame in self.dependencies:
            yield _Leaf(frame, usage._replace(returned=False, yielded=True))
        for caller, span in self.callers.get(frame, ()):
            caller_body = self.lifetimes.body_of(caller)
            call = caller_body.call_at(span)
            if call is None or caller.module.is_test:
                continue
            for leaf in self._leaves(tracker, caller, caller_body, call, depth + 1):
                yield _Leaf(leaf.frame, merge(leaf.usage, usage._replace(returned=False)))

    # --- judgement -------------------------------------------------------------------------------------

    def _judge(self, place: Place, resource: Resource, sites: list[_Made]) -> None:
        tracker = Tracker(self.interpreter, self.bodies, resource, place)
        leaves = [leaf for s in sites for leaf in self._leaves(tracker, s.frame, s.body, s.node, 0)]
        if must_be_started(resource) and not self.closings.is_started(place, resource.type):
            return
        verdicts = [self._verdict(place, resource, leaf) for leaf in leaves]
        for life in (Life.REQUEST, Life.APPLICATION, Life.MODULE):
            chosen = [leaf for leaf, verdict in zip(leaves, verdicts, strict=True) if verdict is life]
            if chosen:
                self._report(place, resource, sites, life, chosen)
                return
        if any(verdict == "per request" for verdict in verdicts):
            site = sites[0]
            self.per_request.append(
                ResourcePerRequest(
                    resource,
                    place.path,
                    place.span,
                    render(site.node.function),
                    site.frame.name,
                    self._routes(sites),
                )
            )

    def _routes(self, sites: list[_Made]) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(name for site in sites for name in self.program.reach.routes_of(site.frame))
        )

    def _report(
        self, place: Place, resource: Resource, sites: list[_Made], life: Life, leaves: list[_Leaf]
    ) -> None:
        wrong, unawaited = self.closings.mistakes(place, resource)
        for leaf in leaves:
            wrong = wrong or next(iter(sorted(leaf.usage.wrong)), "")
            unawaited = unawaited or leaf.usage.unawaited
        partly = life is Life.REQUEST and all(_closed(leaf.usage) == PARTLY for leaf in leaves)
        site = sites[0]
        self.unclosed.append(
            UnclosedResource(
                life=life,
                resource=resource,
                path=place.path,
                span=place.span,
                text=render(site.node.function),
                function=site.frame.name,
                routes=self._routes(sites),
                partly=partly,
                wrong=wrong,
                unawaited=unawaited,
                closer="" if life is Life.REQUEST else self.closings.idle_closer(place, resource),
                minor=partly or is_minor(resource),
                name=_name(site.body, site.node),
            )
        )

    def _verdict(self, place: Place, resource: Resource, leaf: _Leaf) -> Life | str:
        """What is wrong with one end of an object's way: a `Life` that is not ended, "per request" or ""."""
        frame, usage = leaf
        kinds = {kind for kind, _ in usage.kept}
        times = self.lifetimes
        at_import = frame.function is None or frame in times.importing
        at_start = frame in times.starting
        made_once = (at_import or at_start) and frame not in times.served
        if "passed" in kinds and not made_once:
            return ""
        owners = {cls for kind, cls in usage.kept if kind in ("object", "passed")}
        lasts = bool(kinds & {"global", "class", "state", "items"})
        lasts = lasts or any(self._lasts(cls) for cls in owners)
        in_request = frame in times.requests and not at_import
        lasts = lasts or (usage.captured and frame in times.factories)
        if lasts or (owners and (at_import or at_start)):
            if usage.escapes or usage.closed == ALWAYS or place in self.closings.given_away:
                return ""
            is_global = kinds == {"global"} and not usage.captured
            if self.closings.at_shutdown(place, resource, self._replacing(place), is_global=is_global):
                return ""
            if at_start and not at_import and not in_request:
                return Life.APPLICATION
            many = "items" in kinds or any(cls in times.collected for cls in owners)
            if many and in_request and not at_start and resource.close and is_leak(resource):
                # One for each key: they add up, unless code that runs closes them.
                if not self.closings.anywhere(place, resource):
                    return Life.MODULE
                if not self._replacing(place):
                    return ""
            return Life.MODULE if is_reported_at_module_level(resource) else ""
        if frame in times.starting and not in_request:
            return self._verdict_at_start(place, resource, usage)
        if not in_request:
            return ""
        return self._verdict_in_request(place, resource, frame, usage, owners)

    def _replacing(self, place: Place) -> set[Frame]:
        """Frames whose closing of the object only makes room for a new one: the request code that makes that calls them."""
        times = self.lifetimes
        makers = {site.frame for site in self.made[place][1]}
        recent = set(makers)
        for _ in range(DEEPEST_RETURN):
            recent = {caller for frame in recent for caller, _ in self.callers.get(frame, ())} - makers
            makers |= recent
        makers = {frame for frame in makers if frame in times.served and not frame.is_generator}
        closing = {one.frame for one in self.closings.by_place.get(place, ())}
        return {
            frame
            for frame in closing
            if {caller for caller, _ in self.callers.get(frame, ()) if caller in times.alive} <= makers
            and (frame in makers or self.callers.get(frame))
        }

    def _verdict_at_start(self, place: Place, resource: Resource, usage: Usage) -> Life | str:
        if usage.closed or usage.escapes or usage.in_handler or place in self.closings.given_away:
            return ""
        return "" if self.closings.at_shutdown(place, resource) else Life.APPLICATION

    def _verdict_in_request(
        self, place: Place, resource: Resource, frame: Frame, usage: Usage, owners: set[ProjectClass]
    ) -> Life | str:
        is_dependency = frame in self.dependencies
        served = frame in self.lifetimes.served
        pooled = "per request" if served and is_pooled(resource) and not self._is_cheap(place) else ""
        leak = Life.REQUEST if is_leak(resource) else ""
        if owners:
            if usage.escapes or not any(self._is_made_for_requests(cls, frame) for cls in owners):
                return ""
            return pooled if self.closings.anywhere(place, resource) else leak
        closed = _closed(usage)
        if closed == ALWAYS:
            return "" if is_dependency and frame.is_generator else pooled
        if closed == PARTLY:
            # Sync ones without threads are closed by the reference count when an exception drops them.
            matters = resource.close_is_async or resource.kind == "executor"
            return leak if matters and not frame.is_generator and not usage.escapes else ""
        if usage.escapes or (usage.yielded and not is_dependency):
            return ""
        if usage.yielded and self.closings.anywhere(place, resource):
            return pooled
        return leak

    def _is_cheap(self, place: Place) -> bool:
        """Whether the object has no network to connect to, or serves a loop that goes on for long."""
        for site in self.made[place][1]:
            given = [site.frame.value_of(argument.value) for argument in site.node.arguments]
            if any(
                isinstance(atom, InstanceAtom) and atom.type.endswith(_IN_PROCESS)
                for v in given
                for atom in v
            ):
                return True
            if serves_loop(site.body, site.node):
                return True
        return False

    def _is_made_for_requests(self, cls: ProjectClass, frame: Frame) -> bool:
        """Whether request code constructs the object that keeps the client: else it may live for long."""
        found = cls.find("__init__")
        if found is None:
            return frame.name.endswith("__post_init__")
        return any(
            one in self.lifetimes.requests and one not in self.lifetimes.importing
            for atom in found[1]
            if isinstance(atom, FunctionAtom)
            for one in self.lifetimes.by_function.get(atom.function, ())
        )

    def _lasts(self, cls: ProjectClass) -> bool:
        return cls in self.lifetimes.lasting


def _closed(usage: Usage) -> int:
    return PARTLY if usage.closed == NEVER and usage.in_handler else usage.closed


def _survey(program: Program) -> Survey:
    found = program.answers(Survey)
    return found[0]


def answers_survey(program: Program) -> list[Survey]:
    """The one survey that the questions below share."""
    return [Survey(program)]


def answers_unclosedresource(program: Program) -> list[UnclosedResource]:
    """Every object that nothing closes, by file and line."""
    return _survey(program).unclosed


def answers_resourceperrequest(program: Program) -> list[ResourcePerRequest]:
    """Every object made and closed per request, by file and line."""
    return _survey(program).per_request
