"""Updates of shared state in FastAPI's threadpool, where threads interleave anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.shared_state.concurrency import in_threadpool
from fastapi_lint.analysis.shared_state.locations import ANY, Location
from fastapi_lint.analysis.shared_state.noticed import Noticed
from fastapi_lint.analysis.shared_state.objects import is_known_resource
from fastapi_lint.analysis.shared_state.races import LoopWalks, RaceKind, is_part_of_entry
from fastapi_lint.analysis.shared_state.summaries import Hazard
from fastapi_lint.diagnostics import Span, Step
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of_type, walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.values import UNKNOWN, ContainerAtom, InstanceAtom, ObjectAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


_MAKERS = frozenset({"__init__", "__new__", "__post_init__", "__set_name__"})
"""Methods whose object nobody else has yet."""

_THREAD_LOCALS = ("threading.local", "asgiref.local.Local", "werkzeug.local.Local")


class ThreadRace(NamedTuple):
    """At `span` a function that runs in a thread updates the shared `location` from what it read at `read`."""

    kind: RaceKind
    location: Location
    path: str
    span: Span
    function: str
    read: Span
    chain: tuple[Step, ...]
    routes: tuple[str, ...]
    is_brief: bool
    """Whether the global interpreter lock happens to cover it: one statement in which nothing of Python's runs."""


def answers(program: Program) -> list[ThreadRace]:
    """Every update without a `threading` lock, by file and line."""
    (found,) = program.answers(LoopWalks)
    races: dict[tuple[str, Span], ThreadRace] = {}
    threads = in_threadpool(program)
    noticed = Noticed(program)
    for frame in program.interpreter.frames:
        if (
            frame not in threads
            or not found.walks.relevance.changes(frame)
            or found.walks.sharing.runs_once(frame)
            or not found.walks.writes.anywhere_in(frame)
        ):
            continue
        for hazard in found.walks.with_callers_locks(frame, in_threads=True).hazards:
            kind = _kind(hazard)
            inner = hazard.write.frame
            if kind is None or (inner is not frame and inner in threads and hazard.how == "value"):
                continue
            if _is_of_the_thread(hazard.write.location) or not _is_credible(found, hazard):
                continue
            place, is_brief = hazard.write.location, _is_brief(hazard)
            if is_brief and (is_part_of_entry(place) or noticed.is_only_logged(place.last_name)):
                continue
            path, name = frame.module.path, frame.name
            chain = (
                Step(path, hazard.mark.read.span, name, f"reads {hazard.mark.read.text}"),
                Step(path, hazard.span, name, f"writes {hazard.write.shown.name}"),
            )
            races.setdefault(
                (path, hazard.span),
                ThreadRace(
                    kind,
                    hazard.write.shown,
                    path,
                    hazard.span,
                    name,
                    hazard.mark.read.span,
                    chain,
                    program.reach.routes_of(frame),
                    is_brief,
                ),
            )
    return sorted(races.values(), key=lambda race: (race.path, race.span))


def _is_of_the_thread(place: Location) -> bool:
    """Whether every thread sees its own: an attribute of a `threading.local()`, or of an instance of a subclass."""
    root = place.root
    if root.kind == "global":
        holders = root.owner.value
    elif root.kind in ("object", "class"):
        if root.owner.inherits(*_THREAD_LOCALS):
            return True
        name = root.name if root.kind == "class" else place.path[0].removeprefix(".")
        holders = root.owner.cell(name).value + root.owner.namespace.get(name, UNKNOWN)
    else:
        return False
    return any(
        (isinstance(atom, InstanceAtom) and atom.type in _THREAD_LOCALS)
        or (isinstance(atom, ObjectAtom) and atom.cls.inherits(*_THREAD_LOCALS))
        for atom in holders
    )


def _is_credible(found: LoopWalks, hazard: Hazard) -> bool:
    """Whether two threads are likely to have the same object: not one that is being made, nor one of those kept under keys."""
    root = hazard.write.location.root
    if root.kind != "object":
        return True
    making = hazard.frame.function
    if making is not None and making.facts.name in _MAKERS:
        return False
    return not found.walks.sharing.is_registered(root.owner)


def _is_brief(hazard: Hazard) -> bool:
    """`self.count += 1`: CPython with a global interpreter lock switches threads at calls and jumps, and here is none.

    Setting an attribute is a call where the class says so: `app.state`, models, properties.
    """
    write = hazard.write
    function = write.frame.function
    if hazard.how != "value" or write.kind != "update" or function is None or write.frame is not hazard.frame:
        return False
    return any(
        node.span == hazard.span
        and not any(isinstance(part, (m.Call, m.Comprehension)) for part in walk(node))
        and _is_set_at_once(write.frame, node.target)
        for node in nodes_of_type(function.facts, m.AugmentedAssign)
    )


def _is_set_at_once(frame: Frame, target: m.Expression) -> bool:
    """Whether setting the target runs no code: a global name, an attribute of a plain object, an entry of a container."""
    if isinstance(target, m.Name):
        return True
    if not isinstance(target, (m.Attribute, m.Subscript)):
        return False
    holders = frame.value_of(target.value)
    if isinstance(target, m.Subscript):
        return bool(holders) and all(isinstance(atom, ContainerAtom) for atom in holders)
    return bool(holders) and all(
        isinstance(atom, ObjectAtom)
        and not atom.cls.externals
        and not any(atom.cls.find(name) for name in ("__setattr__", "__getattribute__"))
        for atom in holders
    )


def _kind(hazard: Hazard) -> RaceKind | None:
    write = hazard.write
    if hazard.how == "value":
        return RaceKind.LOST_UPDATE if write.kind in ("assign", "update") else None
    if write.kind in ("add", "update"):
        looked = hazard.mark.read.location.path[-1:]
        return RaceKind.LIMIT if looked == (ANY,) or hazard.mark.role == "refusal" else None
    if write.kind == "assign" and is_known_resource(write.value):
        return RaceKind.MADE_TWICE
    return None
