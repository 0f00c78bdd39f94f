"""Routes that never answer, because an earlier one of the same app takes their requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.path_templates import covers, shape
from fastapi_lint.analysis.routes import Route
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.values import ClassAtom, Place

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class RouteConflict(NamedTuple):
    """The route `label` at `span` never answers: `earlier` (`earlier_path`:`earlier_span`) takes all of its requests.

    `is_duplicate` is True when both have the same path, but for the names of its parameters.
    """

    path: str
    span: Span
    label: str
    handler: str
    earlier: str
    earlier_handler: str
    earlier_path: str
    earlier_span: Span
    is_duplicate: bool


Position = tuple[Registration, ...]
"""The mounts and includes that lead to a route, and its own registration: what decides the order of routes."""


def answers(program: Program) -> Iterator[RouteConflict]:
    """Every route of an app that an earlier one hides, once for each place, by file and line."""
    order = _Order(program.interpreter)
    groups: dict[tuple[str, object, str], list[Route]] = defaultdict(list)
    for route in program.table.routes:
        files = (route.file, *[one.file for one in route.chain])
        is_test = any(program.interpreter.project.modules[file].is_test for file in files)
        if route.is_served and not is_test and "{?}" not in route.path and not order.has_own_matching(route):
            mounts = tuple([(r.file, r.span) for r in route.chain if r.kind == "mount"])
            for method in route.methods or ("WEBSOCKET",):
                groups[(route.app, mounts, method)].append(route)
    found: dict[tuple[str, Span], RouteConflict] = {}
    for (_, _, method), routes in groups.items():
        for later, earlier in _hidden(routes, order):
            span, file = _where(later, earlier)
            found.setdefault(
                (file, span),
                RouteConflict(
                    file,
                    span,
                    f"{method} {later.path}",
                    later.handler.rpartition(":")[2],
                    f"{method} {earlier.path}",
                    earlier.handler.rpartition(":")[2],
                    earlier.file,
                    earlier.span,
                    shape(later.path) == shape(earlier.path),
                ),
            )
    yield from sorted(found.values(), key=lambda one: (one.path, one.span))


def _hidden(routes: list[Route], order: _Order) -> Iterator[tuple[Route, Route]]:
    """Pairs (later, earlier) in which the earlier route takes all requests of the later one."""
    for later in routes:
        for earlier in routes:
            if (
                earlier is not later
                and set(later.methods) <= set(earlier.methods)
                and covers(earlier.path, later.path)
                and order.is_before(
                    (*earlier.chain, earlier.registration), (*later.chain, later.registration)
                )
            ):
                yield later, earlier
                break


def _where(later: Route, earlier: Route) -> tuple[Span, str]:
    """The later route's place, or that of its include when it is the very same route included again."""
    if later.registration is earlier.registration:
        for one, other in zip(later.chain, earlier.chain, strict=False):
            if one is not other:
                return one.span, one.file
    return later.span, later.file


class _Order:
    """Which of two registrations runs first, where the text says so."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._numbers = {id(r): number for number, r in enumerate(interpreter.registrations.values())}
        self._matching: set[Place] = set()
        for registration in interpreter.registrations.values():
            if registration.kind == "route class" and registration.owner is not None:
                classes = [atom.cls for atom in registration.work if isinstance(atom, ClassAtom)]
                if len(classes) != len(registration.work) or any(cls.find("matches") for cls in classes):
                    self._matching.add(registration.owner)

    def has_own_matching(self, route: Route) -> bool:
        """Whether a route class decides by more than method and path (a version in a header)."""
        return route.registration.owner in self._matching

    def is_before(self, first: Position, second: Position) -> bool:
        """Whether `first` is surely added before `second`, and both are added in one run."""
        for one, other in zip(first, second, strict=False):
            if one is other:
                continue
            if one.file != other.file:
                return False
            if one.span == other.span:
                return self._numbers[id(one)] < self._numbers[id(other)]
            if self._decorate_one_function(one, other):
                return one.span > other.span  # the decorator next to the function runs first
            where, elsewhere = self._branches(one), self._branches(other)
            return (
                one.span < other.span and where[0] == elsewhere[0] and _may_both_run(where[1], elsewhere[1])
            )
        return False

    def _decorate_one_function(self, one: Registration, other: Registration) -> bool:
        """Whether two routes of a file are decorators of the same function."""
        lines = {one.span.line, other.span.line}
        return any(
            len(function.decorators) > 1
            and lines <= {d.span.line for d in function.decorators if isinstance(d, (m.Call, m.Attribute))}
            for function in self._interpreter.project.modules[one.file].facts.functions
        )

    def _branches(self, registration: Registration) -> tuple[int, tuple[tuple[int, str], ...]]:
        """The function that the registration stands in (-1: the module), and the branches around it."""
        facts = self._interpreter.project.modules[registration.file].facts
        line = registration.span.line
        around = [
            function
            for function in facts.functions
            if function.name != "<lambda>" and function.span.line <= line <= function.end_line
        ]
        inside = max(around, key=lambda function: function.span, default=None)
        body = inside.body if inside is not None else facts.body
        number = inside.number if inside is not None else -1
        return number, tuple(_branches_to(body, registration.span, facts))


def _branches_to(
    body: tuple[m.Statement, ...], span: Span, facts: m.ModuleFacts
) -> Iterator[tuple[int, str]]:
    """The branches of `if` and `try` statements in which `span` lies, outermost first; a branch that leaves is marked."""
    for statement in body:
        for name, part in _parts(statement):
            if any(_holds(one, span, facts) for one in part):
                leaves = any(isinstance(one, (m.Return, m.Raise)) for one in part)
                yield id(statement), name + (" and leaves" if leaves else "")
                yield from _branches_to(part, span, facts)
                return


def _parts(statement: m.Statement) -> Iterator[tuple[str, tuple[m.Statement, ...]]]:
    if isinstance(statement, m.If):
        yield "if", statement.body
        yield "else", statement.orelse
    elif isinstance(statement, m.Try):
        yield "try", (*statement.body, *statement.orelse, *statement.final)
        for handler in statement.handlers:
            yield "except", handler.body
    elif isinstance(statement, m.Match):
        for number, case in enumerate(statement.cases):
            yield f"case {number}", case.body
    elif isinstance(statement, (m.With, m.For, m.While)):
        yield "body", statement.body


def _holds(statement: m.Statement, span: Span, facts: m.ModuleFacts) -> bool:
    """Whether the statement's lines hold the line of `span`."""
    if isinstance(statement, m.Define):
        function = facts.functions[statement.function]
        decorators = [d.span.line for d in function.decorators if isinstance(d, (m.Call, m.Attribute))]
        return min([function.span.line, *decorators]) <= span.line <= function.end_line
    own = getattr(statement, "span", None)
    if isinstance(own, Span) and own.line <= span.line <= own.end_line:
        return True
    return any(_holds(inner, span, facts) for _, part in _parts(statement) for inner in part)


def _may_both_run(first: tuple[tuple[int, str], ...], second: tuple[tuple[int, str], ...]) -> bool:
    """Whether two places with these branches around them may run one after the other."""
    others = dict(second)
    for statement, branch in first:
        if statement not in others:
            return not branch.endswith("leaves")
        if others[statement] != branch:
            return False
    return True
