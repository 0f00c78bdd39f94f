"""Loops over what a client sends with another such loop inside: work that grows with the square of its size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi_lint.analysis.client_data import ClientData
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render_loop
from fastapi_lint.inference.values import ExternalAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_PAIRS = frozenset(
    f"itertools.{name}"
    for name in ("combinations", "combinations_with_replacement", "permutations", "product")
)


class NestedLoop(NamedTuple):
    """At `span`, the outer one of two loops that are as long as a client makes them; `text` is its head."""

    span: Span
    text: str


class NestedLoops(NamedTuple):
    """Such loops, by the frame that they are in; of several within each other the outermost."""

    by_frame: dict[Frame, list[NestedLoop]]


class _Shape(NamedTuple):
    """A loop as the source has it, with the iterables of the loops inside of it."""

    span: Span
    targets: frozenset[str]
    iterable: m.Expression
    inner: tuple[m.Expression, ...]


_GIVE_WAY = frozenset({m.Await, m.Yield})
_MAY_GIVE_WAY = frozenset({m.For, m.With})


def answers(program: Program) -> Iterator[NestedLoops]:
    """The one answer."""
    finder = _Finder(program)
    found: dict[Frame, list[NestedLoop]] = {}
    for frame in program.interpreter.frames:
        if frame.function is not None and frame.function.facts.has_loops and not frame.module.is_test:
            loops = list(finder.of_frame(frame))
            if loops:
                found[frame] = loops
    yield NestedLoops(found)


class _Finder:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._shapes: dict[int, list[_Shape]] = {}

    @cached_property
    def _data(self) -> ClientData:
        return ClientData(self._program)

    def of_frame(self, frame: Frame) -> Iterator[NestedLoop]:
        assert frame.function is not None
        facts = frame.function.facts
        shapes = self._shapes.get(id(facts))
        if shapes is None:
            shapes = self._shapes[id(facts)] = list(_shapes(facts))
        ends: tuple[int, int] = (0, 0)
        for shape in shapes:
            if (shape.span.line, shape.span.column) >= ends and self._is_quadratic(frame, shape):
                ends = (shape.span.end_line, shape.span.end_column)
                yield NestedLoop(shape.span, render_loop(shape.iterable))

    def _is_quadratic(self, frame: Frame, shape: _Shape) -> bool:
        if not self._data.decides_length(frame, shape.iterable, frozenset()):
            return False
        if isinstance(shape.iterable, m.Call) and any(
            isinstance(atom, ExternalAtom) and atom.path in _PAIRS
            for atom in frame.value_of(shape.iterable.function)
        ):
            return len(shape.iterable.arguments) > 1
        return any(self._data.decides_length(frame, inner, shape.targets) for inner in shape.inner)


def _shapes(facts: m.FunctionFacts) -> Iterator[_Shape]:
    """The loops of a function that hold others and that never give way, the outer ones first."""
    for node in nodes_of(facts):
        first: list[m.Expression] = []
        body: Any
        kind = type(node)
        if kind is m.For and not node.is_async:
            loop: m.For | m.Loop = node
            body = node.body
        elif kind is m.Comprehension and not node.loops[0].is_async:
            outer: m.Loop = node.loops[0]
            loop = outer
            first = [other.iterable for other in node.loops[1:]]
            body = (node.element, node.value, outer.conditions, node.loops[1:])
        else:
            continue
        inner = _loops_in(body)
        if inner is not None and (first or inner or isinstance(loop.iterable, m.Call)):
            targets = frozenset([name.id for name in walk(loop.target) if isinstance(name, m.Name)])
            yield _Shape(node.span, targets, loop.iterable, tuple(first + inner))


def _loops_in(body: Any) -> list[m.Expression] | None:
    """What the loops in a body loop over; None where the body gives way to others."""
    found: list[m.Expression] = []
    for node in walk(body):
        kind = type(node)
        if kind in _GIVE_WAY or (kind in _MAY_GIVE_WAY and node.is_async):
            return None
        if kind is m.For:
            found.append(node.iterable)
        elif kind is m.Comprehension:
            found += [loop.iterable for loop in node.loops]
    return found
