"""Updates of shared state in FastAPI's threadpool, where threads interleave anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.shared_state.concurrency import in_threadpool
from fastapi_lint.analysis.shared_state.locations import ANY, Location
from fastapi_lint.analysis.shared_state.objects import is_known_resource
from fastapi_lint.analysis.shared_state.races import LoopWalks, RaceKind
from fastapi_lint.analysis.shared_state.summaries import Hazard
from fastapi_lint.diagnostics import Span, Step

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


_MAKERS = frozenset({"__init__", "__new__", "__post_init__", "__set_name__"})
"""Methods whose object nobody else has yet."""


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


def answers(program: Program) -> list[ThreadRace]:
    """Every update without a `threading` lock, by file and line."""
    (found,) = program.answers(LoopWalks)
    races: dict[tuple[str, Span], ThreadRace] = {}
    threads = in_threadpool(program)
    for frame in program.interpreter.frames:
        if (
            frame not in threads
            or not found.walks.relevance.changes(frame)
            or found.walks.sharing.runs_once(frame)
        ):
            continue
        for hazard in found.walks.with_callers_locks(frame, in_threads=True).hazards:
            kind = _kind(hazard)
            inner = hazard.write.frame
            if kind is None or (inner is not frame and inner in threads and hazard.how == "value"):
                continue
            if not _is_credible(found, hazard):
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
                ),
            )
    return sorted(races.values(), key=lambda race: (race.path, race.span))


def _is_credible(found: LoopWalks, hazard: Hazard) -> bool:
    """Whether two threads are likely to have the same object: not one that is being made, nor one of those kept under keys."""
    root = hazard.write.location.root
    if root.kind != "object":
        return True
    making = hazard.frame.function
    if making is not None and making.facts.name in _MAKERS:
        return False
    return not found.walks.sharing.is_registered(root.owner)


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
