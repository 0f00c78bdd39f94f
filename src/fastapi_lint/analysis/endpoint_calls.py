"""Endpoints that are called as plain functions while a request is served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.dependencies import Omitted, omitted_markers
from fastapi_lint.analysis.request_code import RequestCode
from fastapi_lint.analysis.routes import Route, endpoint_functions, functions_in, unwrapped
from fastapi_lint.analysis.tree import with_parents
from fastapi_lint.diagnostics import Span, Step
from fastapi_lint.facts import model as m
from fastapi_lint.inference.frames import Application, Edge, Frame
from fastapi_lint.inference.functions import ProjectFunction

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class EndpointCall(NamedTuple):
    """In `caller`, `text` at `span` calls the function of the endpoint `endpoint`, which serves `route`.

    `omitted` are parameters that arrive as markers, `skipped` dependencies of the endpoint's route that the routes calling it do
    not have. `takes_nothing`: the endpoint has neither parameters nor dependencies. `unawaited` is True when a coroutine is used as if it were the result. `chain` leads from the entry point to the
    call; a direct call has a chain of one step.
    """

    path: str
    span: Span
    text: str
    caller: str
    endpoint: str
    route: str
    omitted: tuple[Omitted, ...]
    skipped: tuple[str, ...]
    takes_nothing: bool
    unawaited: bool
    chain: tuple[Step, ...]
    routes: tuple[str, ...]


def answers(program: Program) -> Iterator[EndpointCall]:
    """Every place at which request code calls an endpoint's function, by file and line."""
    # For a route of Starlette nothing is done but to call its function.
    endpoints = {
        function: routes
        for function, routes in endpoint_functions(program.table).items()
        if not all(route.registration.is_plain for route in routes)
    }
    code = program.answers(RequestCode)[0]
    found: dict[tuple[str, Span], EndpointCall] = {}
    for frame, call, function in _calls(code, endpoints):
        key = (frame.module.path, call.span)
        if key in found:
            continue
        omitted = omitted_markers(program.interpreter, call) if call.target.function is function else ()
        if frame.function is function and not omitted:
            continue
        found[key] = EndpointCall(
            *key,
            text=call.text,
            caller=frame.name,
            endpoint=unwrapped(function).facts.qualname,
            route=_label(endpoints[function][0]),
            omitted=omitted,
            skipped=_skipped(code, frame, endpoints[function], endpoints),
            takes_nothing=not unwrapped(function).facts.parameters
            and not any(route.dependency_frames for route in endpoints[function]),
            unawaited=_is_unawaited(frame, call, frame.function in endpoints),
            chain=(*code.chain_to(frame), Step(frame.module.path, call.span, frame.name, call.text)),
            routes=code.routes_of(frame),
        )
    yield from sorted(found.values(), key=lambda one: (one.path, one.span))


def _calls(
    code: RequestCode, endpoints: dict[ProjectFunction, list[Route]]
) -> Iterator[tuple[Frame, Application, ProjectFunction]]:
    """Calls of endpoints; where a helper calls a function that it was given, the call that gave it."""
    takers: dict[Frame, ProjectFunction] = {}
    for frame in code.frames:
        for call in frame.applications:
            function = call.target.function
            if function is None or function not in endpoints or call.edge is Edge.DEPENDENCY:
                continue
            if call.text.startswith("super()."):
                continue  # the implementation that a subclass extends
            taker = _taker(frame, function)
            if taker is None:
                yield frame, call, function
            else:
                takers[taker] = function
    for frame in code.frames if takers else ():
        for call in frame.applications:
            given = takers.get(call.target)
            if given is not None and call.edge is not Edge.DEPENDENCY and _taker(frame, given) is None:
                yield frame, call, given


def _taker(frame: Frame, function: ProjectFunction) -> Frame | None:
    """The frame that got `function` as an argument: this one, or one around it (a decorator and its wrapper)."""
    one: Frame | None = frame
    while one is not None and one.function is not None:
        if any(function in functions_in(value) for value in one.arguments.values()):
            return one
        one = one.function.outer
    return None


def _label(route: Route) -> str:
    return f"{route.methods[0] if route.methods else 'WEBSOCKET'} {route.path}"


def _skipped(
    code: RequestCode, frame: Frame, routes: list[Route], endpoints: dict[ProjectFunction, list[Route]]
) -> tuple[str, ...]:
    """Dependencies that each route of the endpoint declares apart from its parameters and that some calling route lacks."""
    needed = [
        target.function for target in routes[0].dependency_frames
        if all(target.function in {other.function for other in route.dependency_frames} for route in routes)
    ]  # fmt: skip
    if not needed:
        return ()
    lacking = []
    for function in dict.fromkeys(needed):
        for entry in code.entries_of(frame):
            callers = endpoints.get(entry.function) if entry.function is not None else None
            for caller in callers or ():
                own = {site.target.function for one in caller.frames for site in one.dependencies}
                shared = {one.function for one in caller.dependency_frames}
                if function is not None and function not in own | shared:
                    lacking.append(function)
    return tuple(dict.fromkeys([function.facts.qualname.removesuffix(".__call__") for function in lacking]))


def _is_unawaited(frame: Frame, call: Application, in_endpoint: bool) -> bool:
    """Whether the coroutine that the call makes is surely taken for its result."""
    callee = call.target.function
    if frame.function is None or callee is None or call.edge is not Edge.CALL:
        return False
    if not callee.facts.is_async or callee.facts.is_generator:
        return False
    for node, parent in with_parents(frame.function.facts.body):
        if isinstance(node, m.Call) and node.span == call.span:
            if isinstance(parent, (m.Evaluate, m.Attribute, m.Subscript, m.Comparison, m.DictDisplay)):
                return True
            if isinstance(parent, m.UnaryOperation):
                return parent.operator == "not"
            if isinstance(parent, (m.If, m.While, m.Conditional)):
                return parent.test is node
            return isinstance(parent, m.Return) and in_endpoint
    return False
