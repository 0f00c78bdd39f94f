"""Races between requests on the event loop: what a hazard means, and whether it is worth a finding."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.shared_state.concurrency import run_alone, served_by_entries
from fastapi_lint.analysis.shared_state.fills import fills_what_was_missing, says_that_it_failed
from fastapi_lint.analysis.shared_state.invalidation import Removals
from fastapi_lint.analysis.shared_state.locations import ANY, UNKNOWN_KEY, Location, key_text
from fastapi_lint.analysis.shared_state.objects import is_known_resource, is_memo, is_resource
from fastapi_lint.analysis.shared_state.summaries import Hazard, HeldThreadLock
from fastapi_lint.analysis.shared_state.walks import Walks
from fastapi_lint.diagnostics import Span, Step
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.values import UNKNOWN, ConstantAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class RaceKind(StrEnum):
    """What goes wrong when two requests run the code at once."""

    LOST_UPDATE = "lost update"
    MADE_TWICE = "made twice"
    LIMIT = "limit passed twice"
    REMOVED_TWICE = "removed twice"
    FLAG = "flag set late"
    REVIVED = "removed entry comes back"
    CACHE_FILL = "cache filled twice"


class Race(NamedTuple):
    """At `span` the shared `location` is written, because of (or from) a read at `read` that was stale after `suspension`.

    `chain`: the read, the suspension, the write, and the write in the callee where it stands in one.
    """

    kind: RaceKind
    location: Location
    path: str
    span: Span
    read: Span
    suspension: Span
    chain: tuple[Step, ...]
    routes: tuple[str, ...]


class ThreadLockAcrossAwait(NamedTuple):
    """At `span` a `threading` lock is taken that is still held at the suspension at `suspension`."""

    path: str
    span: Span
    lock: str
    suspension: Span
    chain: tuple[Step, ...]
    routes: tuple[str, ...]


class LoopWalks(NamedTuple):
    """The walks through all frames on the loop that are reported: their hazards and thread locks."""

    walks: Walks
    hazards: tuple[Hazard, ...]
    thread_locks: tuple[HeldThreadLock, ...]


_LIFECYCLE = (
    "start", "stop", "close", "aclose", "shutdown", "startup", "setup", "teardown", "connect", "disconnect", "init",
    "initialize", "initialise", "dispose", "cleanup", "open", "run", "main", "__aenter__", "__aexit__", "serve", "lifespan",
    "restart", "terminate", "exit", "destroy", "finalize", "finalise",
)  # fmt: skip


def answers_loopwalks(program: Program) -> list[LoopWalks]:
    """The one walk through everything that the questions of this package share."""
    return [_walk_all(program)]


def _walk_all(program: Program) -> LoopWalks:
    walks = Walks(program)
    hazards: list[Hazard] = []
    thread_locks: list[HeldThreadLock] = []
    served = served_by_entries(program)
    alone = run_alone(program, walks.sharing)
    reach = program.reach
    for frame in program.interpreter.frames:
        if not frame.is_async or not reach.is_loop_frame(frame) or not reach.is_reported(frame):
            continue
        if frame not in served and "cli" in frame.module.name.split("."):
            continue  # one run of a command, no requests
        if (
            not walks.relevance.suspends(frame)
            or not walks.relevance.changes(frame)
            or walks.sharing.runs_once(frame)
        ):
            continue
        if not walks.writes.anywhere_in(frame) and not walks.takes_lock(frame):
            continue
        found = walks.with_callers_locks(frame)
        thread_locks += found.thread_locks
        if frame not in alone and not _is_lifecycle(program, frame):
            hazards += found.hazards
    return LoopWalks(walks, tuple(hazards), tuple(thread_locks))


def _is_lifecycle(program: Program, frame: Frame) -> bool:
    """`start`, `close` and their like, unless a route is known to reach them."""
    name = frame.name.rpartition(".")[2].lstrip("_")
    is_one = (
        name in _LIFECYCLE
        or name.partition("_")[0] in _LIFECYCLE
        or frame.name.rpartition(".")[2] in _LIFECYCLE
    )
    return is_one and not program.reach.routes_of(frame)


def answers_race(program: Program) -> list[Race]:
    """Every race, by file and line; one for each write."""
    (found,) = program.answers(LoopWalks)
    served = served_by_entries(program)
    kinds = [_kind(hazard) for hazard in found.hazards]
    fills = [
        h.write.location for h, kind in zip(found.hazards, kinds, strict=True) if kind is RaceKind.CACHE_FILL
    ]
    names = frozenset([place.last_name for place in fills])
    removals = Removals(found.walks, names, partial(_is_lifecycle, program)) if fills else None
    races: dict[tuple[str, Span, Location], Race] = {}
    for hazard, kind in zip(found.hazards, kinds, strict=True):
        if (
            kind is RaceKind.CACHE_FILL
            and removals is not None
            and removals.elsewhere(hazard.write.location, hazard.write.frame.function)
        ):
            kind = RaceKind.REVIVED
        if kind is None or not _is_credible(found.walks, hazard, kind, served):
            continue
        frame = hazard.frame
        key = (frame.module.path, hazard.span, hazard.write.location)
        if key in races:
            continue
        races[key] = Race(
            kind,
            hazard.write.shown,
            frame.module.path,
            hazard.span,
            hazard.mark.read.span,
            hazard.suspension,
            _chain(hazard),
            program.reach.routes_of(frame),
        )
    ordered = sorted(races.values(), key=lambda race: (race.path, race.span))
    return _one_per_statement(ordered)


def _one_per_statement(races: list[Race]) -> list[Race]:
    """One race a statement; of a flag that is set and taken back after one test, the setting."""
    kept: dict[tuple[str, Span], Race] = {}
    flags: set[tuple[str, Span, Location]] = set()
    for race in races:
        if race.kind is RaceKind.FLAG:
            flag = (race.path, race.read, race.location)
            if flag in flags:
                continue
            flags.add(flag)
        kept.setdefault((race.path, race.span), race)
    return list(kept.values())


def _chain(hazard: Hazard) -> tuple[Step, ...]:
    frame = hazard.frame
    path, name = frame.module.path, frame.name
    steps = [
        Step(path, hazard.mark.read.span, name, f"reads {hazard.mark.read.text}"),
        Step(path, hazard.suspension, name, "other requests run here"),
        Step(
            path,
            hazard.span,
            name,
            f"writes {hazard.write.shown.name}" if hazard.write.frame is frame else hazard.text,
        ),
    ]
    if hazard.write.frame is not frame:
        inner = hazard.write.frame
        steps.append(
            Step(inner.module.path, hazard.write.span, inner.name, f"writes {hazard.write.shown.name}")
        )
    return tuple(steps)


def _kind(hazard: Hazard) -> RaceKind | None:
    """What the hazard comes to; None when nobody would notice."""
    write = hazard.write
    if is_part_of_entry(write.location) and hazard.how == "check":
        return None
    if hazard.how == "value" and not fills_what_was_missing(hazard):
        return RaceKind.LOST_UPDATE
    if write.kind == "remove":
        last, looked = write.location.path[-1:], hazard.mark.read.location.path[-1:]
        if _removes_its_own(hazard):
            return None
        return RaceKind.REMOVED_TWICE if last == looked or last == (ANY,) else None
    if (
        write.kind in ("add", "constant")
        and hazard.mark.role != "refusal"
        and is_memo(write.location.last_name)
    ):
        return RaceKind.CACHE_FILL
    if write.kind in ("add", "update"):
        return RaceKind.LIMIT
    if write.kind == "constant":
        if says_that_it_failed(hazard):
            return None
        return RaceKind.CACHE_FILL if _remembers_answer(write.location) else RaceKind.FLAG
    if write.kind in ("none", "clear"):
        return None
    if is_resource(write.value, write.location.last_name, write.source):
        return RaceKind.MADE_TWICE
    if hazard.mark.role == "refusal":
        # Of entries that cannot be named, nobody knows whether the one that is written was asked about.
        return RaceKind.LIMIT if write.location.path[-1:] != (UNKNOWN_KEY,) else None
    return RaceKind.CACHE_FILL


def _is_credible(walks: Walks, hazard: Hazard, kind: RaceKind, served: set[Frame]) -> bool:
    """Whether several requests are known well enough to meet at the same object."""
    root = hazard.write.location.root
    if root.kind != "object":
        return True
    if hazard.frame not in served:
        return False
    if walks.sharing.is_registered(root.owner):
        return kind is RaceKind.CACHE_FILL or is_known_resource(hazard.write.value)
    return True


def _remembers_answer(place: Location) -> bool:
    """Whether a variable is `True`, `False` or not known yet: asking twice gives the same answer."""
    root = place.root
    if root.kind == "global" and not place.path:
        value = root.owner.value
    elif root.kind == "class" or (root.kind == "object" and len(place.path) == 1):
        name = root.name if root.kind == "class" else place.path[0].removeprefix(".")
        value = root.owner.cell(name).value + root.owner.namespace.get(name, UNKNOWN)
    else:
        return False
    constants = {atom.value for atom in value if isinstance(atom, ConstantAtom)}
    return {True, False, None} <= constants


def _removes_its_own(hazard: Hazard) -> bool:
    """Whether the function puts in the entry that it takes out: `running[key] = me; yield; del running[key]`."""
    frame, place = hazard.frame, hazard.write.location
    if hazard.write.frame is not frame or frame.function is None or place.path[-1:] == (ANY,):
        return False
    return any(
        isinstance(target, m.Subscript) and key_text(target.index) == place.path[-1]
        for node in nodes_of(frame.function.facts)
        if isinstance(node, m.Assign) and node.span < hazard.suspension
        for target in node.targets
    )


def is_part_of_entry(location: Location) -> bool:
    """An attribute or a field of an entry of a registry: it belongs to whoever works on the entry."""
    seen_entry = seen_any_entry = False
    for element in location.path:
        if (seen_entry and element.startswith(".")) or (seen_any_entry and element.startswith("['")):
            return True
        if element.startswith("["):
            seen_entry = True
            seen_any_entry = seen_any_entry or not element.startswith("['")
    return False


def answers_threadlockacrossawait(program: Program) -> list[ThreadLockAcrossAwait]:
    """Every `threading` lock that is held while its coroutine is suspended."""
    (found,) = program.answers(LoopWalks)
    answers: dict[tuple[str, Span], ThreadLockAcrossAwait] = {}
    for held in found.thread_locks:
        path, name = held.frame.module.path, held.frame.name
        chain = (
            Step(path, held.span, name, f"takes {held.lock.text}"),
            Step(path, held.suspension, name, "suspends while holding it"),
        )
        routes = program.reach.routes_of(held.frame)
        answers.setdefault(
            (path, held.span),
            ThreadLockAcrossAwait(path, held.span, held.lock.text, held.suspension, chain, routes),
        )
    return sorted(answers.values(), key=lambda one: (one.path, one.span))
