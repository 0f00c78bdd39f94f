"""Calls on receivers whose type is not known, where the name of the method says enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.facts import model as m
from fastapi_lint.inference import calls, fastapi_model, implicit, texts
from fastapi_lint.inference.frames import Edge
from fastapi_lint.inference.values import (
    UNKNOWN,
    CoroutineAtom,
    Value,
)
from fastapi_lint.knowledge import fastapi_api as api

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments
    from fastapi_lint.inference.evaluator import ExpressionEvaluator


def call_of_unknown(evaluator: ExpressionEvaluator, node: m.Call, arguments: Arguments) -> Value:
    """`something.get("/path")` on a receiver that is not known: a route if it then decorates a function."""
    function = node.function
    if isinstance(function, m.Attribute):
        literal = isinstance(function.value, m.Constant)
        receiver = (
            evaluator.expression(function.value) if literal else evaluator.frame.value_of(function.value)
        )
        text = texts.method(receiver, function.attribute, arguments.positional, arguments.keywords)
        if text:
            return text
        implicit.format_text(evaluator, node, receiver, arguments)
    if isinstance(function, m.Attribute) and arguments.positional:
        path = fastapi_model.text_of(arguments.positional[0])
        is_verb = function.attribute in api.HTTP_METHODS or function.attribute in ("api_route", "websocket")
        if is_verb and path is not None and (path == "" or path.startswith("/")):
            made = fastapi_model.decorator(None, function.attribute, arguments)
            return (made,) if made is not None else UNKNOWN
    if isinstance(function, m.Attribute) and function.attribute == "start_soon":
        rest = calls.Arguments(arguments.positional[1:], {}, arguments.is_open)
        context = calls.CallContext(node.span, "start_soon")
        return calls.hand_over(evaluator, arguments.get(0, "func"), rest, context, Edge.TASK)
    if isinstance(function, m.Attribute) and function.attribute == "run_in_executor":
        return _run_in_executor(evaluator, arguments, node)
    return UNKNOWN


def _run_in_executor(evaluator: ExpressionEvaluator, arguments: Arguments, node: m.Call) -> Value:
    """`loop.run_in_executor(executor, f)` on a loop whose type is not known: the name is distinctive enough."""
    rest = calls.Arguments(arguments.positional[2:], {}, arguments.is_open)
    context = calls.CallContext(node.span, "run_in_executor")
    result = calls.hand_over(evaluator, arguments.get(1, "func"), rest, context)
    return (CoroutineAtom(None, result),)
