"""Functions that the project hands to a thread in one place and calls on the loop in another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Span, Step
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.frames import Edge, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.values import ConstantAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class OffloadedElsewhere(NamedTuple):
    """`text`, called on the loop at `span`, is handed to a thread at `elsewhere`, by the project's own judgement."""

    path: str
    span: Span
    text: str
    function: str
    elsewhere: Step
    routes: tuple[str, ...]


def answers(program: Program) -> Iterator[OffloadedElsewhere]:
    """Bare calls on the loop of functions handed over elsewhere, where no blocking call explains them."""
    targets = _targets(program)
    handed: dict[ProjectFunction, Step] = {}
    for frame in program.interpreter.frames:
        for site in frame.calls:
            function = site.target.function
            if (
                site.edge is Edge.THREAD
                and function is not None
                and not frame.module.is_test
                and _is_named(site.target)
                and len(targets[frame.module.path, site.span]) == 1
            ):
                handed.setdefault(function, Step(frame.module.path, site.span, frame.name, site.text))
    explained = {(one.path, one.span) for one in program.answers(BlockingOnLoop)}
    seen: set[tuple[str, Span]] = set()
    for frame in program.interpreter.frames:
        if not program.reach.is_loop_frame(frame) or not program.reach.is_reported(frame):
            continue
        for site in frame.calls:
            function = site.target.function
            key = (frame.module.path, site.span)
            if site.edge is not Edge.CALL or function not in handed or key in explained or key in seen:
                continue
            if site.span in _awaited(frame):
                continue  # one of several it may be: the others are async
            assert function is not None
            values = site.target.arguments.values()
            if any(isinstance(atom, ConstantAtom) for value in values for atom in value):
                continue  # called with a small number here: its authors judged the work for a large one
            seen.add(key)
            routes = program.reach.routes_of(frame)
            yield OffloadedElsewhere(*key, site.text, frame.name, handed[function], routes)


def _awaited(frame: Frame) -> set[Span]:
    """The calls in a function whose result it awaits at once."""
    assert frame.function is not None
    return {
        node.value.span
        for node in nodes_of(frame.function.facts)
        if isinstance(node, m.Await) and isinstance(node.value, m.Call)
    }


def _targets(program: Program) -> Mapping[tuple[str, Span], set[ProjectFunction | None]]:
    """What each call that hands something over may run. Several implementations are judged by the slowest of them."""
    found: dict[tuple[str, Span], set[ProjectFunction | None]] = defaultdict(set)
    for frame in program.interpreter.frames:
        spans = {site.span for site in frame.calls if site.edge is Edge.THREAD}
        for site in frame.calls if spans else ():
            if site.span in spans:
                found[frame.module.path, site.span].add(site.target.function)
    return found


def _is_named(frame: Frame) -> bool:
    """A lambda or nested function has no other caller, and a start of a thread of its own says nothing of length."""
    function = frame.function
    if function is None or function.outer is not None or function.facts.is_async:
        return False
    return not function.facts.name.startswith("__")  # `to_thread(len, tree)` is of any tree
