"""Where each function of the project runs, as FastAPI and the hand-overs decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi_lint.analysis.entry_points import Context, dependency_context, dependency_frames
from fastapi_lint.inference.frames import Edge, Frame

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


def contexts_of(program: Program) -> Mapping[tuple[str, int], frozenset[str]]:
    """For each function that something known runs: (file, line of its header) to the contexts it runs in."""
    pending: list[tuple[Frame, Context]] = [(entry.frame, entry.context) for entry in program.entries]
    for route in program.table.routes:
        for frame in route.frames:
            pending += [(site.target, dependency_context(site.target)) for site in frame.dependencies]
        for registration in (route.registration,):
            pending += list(dependency_frames(program.interpreter, registration.dependencies))
    seen: set[tuple[Frame, Context]] = set()
    while pending:
        frame, context = pending.pop()
        if (frame, context) in seen:
            continue
        seen.add((frame, context))
        for site in frame.calls:
            pending.append((site.target, callee_context(site.edge, site.target, context)))
        pending += [(site.target, dependency_context(site.target)) for site in frame.dependencies]
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for frame, context in seen:
        if frame.function is not None:
            found[(frame.module.path, frame.function.facts.span.line)].add(str(context))
    return {key: frozenset(value) for key, value in found.items()}


def callee_context(edge: Edge, target: Frame, caller: Context) -> Context:
    """Where `target` runs when it is called along `edge` from code that runs in `caller`."""
    if edge is Edge.CALL:
        return caller
    if edge in (Edge.THREAD, Edge.DETACHED) and not target.is_async:
        return Context.THREAD
    return Context.LOOP
