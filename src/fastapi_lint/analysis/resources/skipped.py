"""Closing calls that an exception in an earlier step of start-up or shutdown skips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi_lint.analysis.entry_points import START_KINDS
from fastapi_lint.analysis.resources.bodies import Bodies, Body
from fastapi_lint.analysis.resources.scale import all_closing_methods, closing_methods
from fastapi_lint.analysis.resources.usage import places_in
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.frames import Edge, Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ClassAtom, FunctionAtom, InstanceAtom, Place
from fastapi_lint.knowledge.log_methods import LOG_METHODS
from fastapi_lint.knowledge.resources import Resource, resource_by_type

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

DEEPEST_HELPER = 3
"""Calls below a lifespan or handler in which closing calls are looked at."""

_NEVER_RAISE = LOG_METHODS | frozenset(
    {"print", "sleep", "cancel", "create_task",
     "isinstance", "hasattr", "getattr", "setattr", "len", "set", "clear", "append", "add", "update", "get", "discard"}
)  # fmt: skip
_BROAD = frozenset({"Exception", "BaseException"})


class SkippedClose(NamedTuple):
    """`text` at `span` closes what start-up opened, unless `step` on line `step_line` raises first.

    `at_startup`: the step comes before the lifespan's `yield`, else it is a step of the shutdown.
    """

    path: str
    span: Span
    text: str
    step: str
    step_line: int
    at_startup: bool
    function: str


class _Step(NamedTuple):
    statement: m.Statement
    text: str
    line: int


def answers(program: Program) -> Iterator[SkippedClose]:
    """Every closing call that an earlier step may skip, by file and line."""
    bodies = program.answers(Bodies)[0]
    found: dict[tuple[str, Span], SkippedClose] = {}
    for frame in _ending_frames(program):
        assert frame.function is not None
        body = bodies.of(frame.function.facts.body)
        for node, place in _closing_calls(frame, body):
            key = (frame.module.path, node.span)
            if key in found:
                continue
            step, at_startup = _first_step(frame, body, node, place)
            if step is not None:
                found[key] = SkippedClose(
                    *key, f"{render(node.function)}()", step.text, step.line, at_startup, frame.name
                )
    yield from [found[key] for key in sorted(found)]


def _ending_frames(program: Program) -> list[Frame]:
    """Lifespans and shutdown handlers with the helpers that they call."""
    level = {
        entry.frame
        for entry in program.entries
        if entry.kind in START_KINDS - {"startup"} and not entry.frame.module.is_test
    }
    seen = set(level)
    for _ in range(DEEPEST_HELPER):
        level = {
            site.target
            for frame in level
            for site in frame.calls
            if site.edge in (Edge.CALL, Edge.AWAIT) and not site.target.module.is_test
        } - seen
        seen |= level
    return [frame for frame in program.interpreter.frames if frame in seen and frame.function is not None]


def _closing_calls(frame: Frame, body: Body) -> Iterator[tuple[m.Call, Place]]:
    for call in body.calls:
        if not isinstance(call.function, m.Attribute) or call.function.attribute not in all_closing_methods():
            continue
        value = frame.value_of(call.function.value)
        for atom in value:
            resource = resource_by_type(atom.type) if isinstance(atom, InstanceAtom) else None
            if resource is not None and call.function.attribute in closing_methods(resource):
                places = sorted(places_in(value))
                if places and not _is_with(resource, call):
                    yield call, places[0]
                    break


def _is_with(resource: Resource, call: m.Call) -> bool:
    return isinstance(call.function, m.Attribute) and call.function.attribute.startswith("__")


def _first_step(frame: Frame, body: Body, call: m.Call, place: Place) -> tuple[_Step | None, bool]:
    """The step that would skip `call`, one of the shutdown if there is one; and whether it is one of start-up."""
    before = _before(body, call)
    if not frame.is_generator:
        return next((step for s in before if (step := _step(frame, s)) is not None), None), False
    startup: list[m.Statement] = []
    shutdown: list[m.Statement] = []
    opened = served = False
    for statement in before:
        if any(isinstance(node, m.Yield) for node in walk(statement)):
            served = True
        elif served:
            shutdown.append(statement)
        elif opened:
            startup.append(statement)
        opened = opened or _makes(frame, statement, place)
    # The `yield` stands in the body of a `try` whose `finally` closes: what comes before the call there is shutdown.
    if not served:
        inside = _final_part(body, call)
        shutdown = [s for s in before if s in inside]
        startup = [s for s in startup if s not in inside]
    for statements, at_startup in ((shutdown, False), (startup, True)):
        for statement in statements:
            step = _step(frame, statement)
            if step is not None:
                return step, at_startup
    return None, False


def _before(body: Body, call: m.Call) -> list[m.Statement]:
    """Statements that run before `call` and, by raising, keep it from running; in their order."""
    found: list[m.Statement] = []
    for parent, child in body.ancestors(call):
        found = [*_siblings_before(parent, child), *found]
    top = next((s for s in body.statements if _is_in(body, call, s)), None)
    if top is not None:
        found = [*body.statements[: _index(body.statements, top)], *found]
    return found


def _siblings_before(parent: Any, child: Any) -> tuple[m.Statement, ...]:
    """The statements before `child` in the same block of `parent`."""
    for field in parent:
        if isinstance(field, tuple) and not hasattr(field, "_fields"):
            for index, one in enumerate(field):
                if one is child and _is_statement(one):
                    return tuple(field[:index])
    return ()


def _is_statement(node: Any) -> bool:
    return not isinstance(node, (m.Handler, m.Case, m.WithItem, m.Argument))


def _index(statements: tuple[m.Statement, ...], wanted: m.Statement) -> int:
    return next(index for index, one in enumerate(statements) if one is wanted)


def _is_in(body: Body, node: Any, statement: m.Statement) -> bool:
    return node is statement or any(parent is statement for parent, _ in body.ancestors(node))


def _final_part(body: Body, call: m.Call) -> tuple[m.Statement, ...]:
    """The `finally` block that holds the call and whose `try` serves."""
    for parent, child in body.ancestors(call):
        if not isinstance(parent, m.Try) or not any(child is one for one in parent.final):
            continue
        if any(isinstance(node, m.Yield) for one in parent.body for node in walk(one)):
            return parent.final
    return ()


def _makes(frame: Frame, statement: m.Statement, place: Place) -> bool:
    return any(
        isinstance(node, (m.Call, m.Await, m.Attribute, m.Name)) and place in places_in(frame.value_of(node))
        for node in walk(statement)
    )


def _step(frame: Frame, statement: m.Statement) -> _Step | None:
    """The first thing in the statement that may raise: something awaited, closed, or done by the project."""
    if isinstance(statement, (m.Define, m.DefineClass, m.Import, m.Scope, m.Jump)):
        return None
    if isinstance(statement, m.Try):
        if any(_is_broad(handler) for handler in statement.handlers):
            return None
        parts = (*statement.body, *statement.orelse, *statement.final)
        return next((step for one in parts if (step := _step(frame, one)) is not None), None)
    if isinstance(statement, m.With) and any("suppress" in render(item.context) for item in statement.items):
        return None
    for node in walk(statement):
        if isinstance(node, m.Await) and _may_raise(frame, node.value):
            return _Step(statement, f"await {render(node.value)}", node.span.line)
        if isinstance(node, m.Call) and _is_work(frame, node):
            return _Step(statement, render(node), node.span.line)
    return None


def _is_broad(handler: m.Handler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(node, m.Name) and node.id in _BROAD for node in walk(handler.type)) and not any(
        isinstance(node, m.Raise) for one in handler.body for node in walk(one)
    )


def _may_raise(frame: Frame, awaited: m.Expression) -> bool:
    if not isinstance(awaited, m.Call):
        return True
    if any(argument.keyword == "return_exceptions" for argument in awaited.arguments):
        return False
    return _last_name(awaited) not in _NEVER_RAISE


def _is_work(frame: Frame, call: m.Call) -> bool:
    """Whether a plain call may well fail: one that closes something, or a function of the project."""
    last = _last_name(call)
    if last in _NEVER_RAISE:
        return False
    callee = frame.value_of(call.function)
    if any(isinstance(atom, FunctionAtom) and not atom.function.facts.is_async for atom in callee):
        return True
    if any(isinstance(atom, ClassAtom) for atom in callee):
        return False
    return last in all_closing_methods() and bool(callee)


def _last_name(call: m.Call) -> str:
    return render(call.function).rpartition(".")[2]
