"""Which frames may run several times at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from fastapi_lint.analysis.entry_points import START_KINDS, Context
from fastapi_lint.analysis.reach import FOLLOWED
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.frames import CallSite, Edge, Frame

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.analysis.shared_state.sharing import Sharing

_HANDED_OVER = frozenset({Edge.THREAD, Edge.DETACHED})

_BUSY = re.compile("running|busy|active|progress|locked|started|working|in_use", re.IGNORECASE)
"""What flags are called that say that a piece of work is going on."""


def closure(roots: Iterable[Frame], edges: frozenset[Edge]) -> set[Frame]:
    """What `roots` reach along `edges`."""
    seen = set(roots)
    stack = list(seen)
    while stack:
        frame = stack.pop()
        for site in (*frame.calls, *frame.dependencies):
            if site.edge in edges and site.target not in seen:
                seen.add(site.target)
                stack.append(site.target)
    return seen


def run_alone(program: Program, sharing: Sharing) -> set[Frame]:
    """Frames that only tasks made while the application starts run: one of each, for as long as it lives."""
    starting = {entry.frame for entry in program.entries if entry.kind in START_KINDS}
    serving = {entry.frame for entry in program.entries if entry.kind not in START_KINDS}
    started = closure(starting, FOLLOWED - {Edge.TASK})
    lasting = {site.target for frame in started for site in frame.calls if site.edge is Edge.TASK}
    unexplained = {
        frame
        for frame in program.reach.serving
        if frame not in sharing.callers and frame not in starting | lasting
    }
    return closure(lasting, FOLLOWED) - closure(serving | (unexplained - lasting), FOLLOWED)


def entry_frames(program: Program) -> set[Frame]:
    """What FastAPI calls for requests."""
    return {entry.frame for entry in program.entries if entry.kind not in START_KINDS}


def served_by_entries(program: Program) -> set[Frame]:
    """Frames that requests are known to reach."""
    return closure(entry_frames(program), FOLLOWED)


def in_threadpool(program: Program) -> set[Frame]:
    """Plain functions that requests run in threads, several at a time."""
    entries = {
        entry.frame
        for entry in program.entries
        if entry.context is Context.THREAD
        and entry.kind not in START_KINDS
        and not entry.frame.module.is_test
    }
    for route in program.table.routes:
        for frame in (*route.frames, *route.dependency_frames):
            entries |= {site.target for site in frame.dependencies if not site.target.is_async}
    handed: set[Frame] = set()
    alone: set[Frame] = set()
    plain = closure(entries, frozenset({Edge.CALL, Edge.DEPENDENCY}))
    for frame in (*program.reach.serving, *plain):
        for site in frame.calls:
            if site.edge in _HANDED_OVER and not site.target.is_async and not frame.module.is_test:
                (alone if _starts_one(frame, site) else handed).add(site.target)
    entries -= alone - handed
    roots = {frame for frame in entries | handed if not frame.is_async and not frame.module.is_test}
    return {frame for frame in closure(roots, frozenset({Edge.CALL, Edge.DEPENDENCY})) if not frame.is_async}


def _starts_one(frame: Frame, site: CallSite) -> bool:
    """Whether the code refuses to hand the work over while a flag says that it is going on."""
    if frame.function is None or site.edge is not Edge.DETACHED:
        return False
    return any(
        isinstance(statement, m.If)
        and statement.span < site.span
        and isinstance(statement.body[-1], (m.Raise, m.Return))
        and any(
            _BUSY.search(getattr(node, "attribute", "") or getattr(node, "id", ""))
            for node in walk(statement.test)
        )
        for statement in frame.function.facts.body
    )
