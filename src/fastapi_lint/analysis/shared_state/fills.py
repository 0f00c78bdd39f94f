"""Writes that do no harm to others: to a place that was read as empty, and of a flag that tells of a failure."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.summaries import Hazard
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk


def fills_what_was_missing(hazard: Hazard) -> bool:
    """`key = keys.get(name)`, and later `if not key:` with the write inside: no update of another request is lost."""
    function = hazard.frame.function
    if function is None or hazard.write.frame is not hazard.frame:
        return False
    names = set(_names_of_the_read(hazard, function.facts))
    return bool(names) and any(
        isinstance(node, m.If)
        and _is_missing(node.test, names)
        and any(getattr(inner, "span", None) == hazard.span for inner in walk(node.body))
        for node in nodes_of(function.facts)
    )


def says_that_it_failed(hazard: Hazard) -> bool:
    """A flag that the handler of an exception sets: what was tried failed, and to say so twice does no harm."""
    function = hazard.frame.function
    if function is None or hazard.write.frame is not hazard.frame:
        return False
    return any(
        _spans(hazard.suspension, node.body)
        and any(_spans(hazard.span, handler.body) for handler in node.handlers)
        for node in nodes_of(function.facts)
        if isinstance(node, m.Try)
    )


def _spans(span: Span, block: tuple[m.Statement, ...]) -> bool:
    return any(getattr(inner, "span", None) == span for inner in walk(block))


def _names_of_the_read(hazard: Hazard, facts: m.FunctionFacts) -> Iterator[str]:
    """The local names that hold what was read."""
    for node in nodes_of(facts):
        if (
            not isinstance(node, m.Assign)
            or len(node.targets) != 1
            or not isinstance(node.targets[0], m.Name)
        ):
            continue
        if getattr(node.value, "span", None) == hazard.mark.read.span:
            yield node.targets[0].id


def _is_missing(test: m.Expression, names: set[str]) -> bool:
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        return isinstance(test.value, m.Name) and test.value.id in names
    return (
        isinstance(test, m.Comparison)
        and len(test.operators) == 1
        and test.operators[0] == "is"
        and isinstance(test.left, m.Name)
        and test.left.id in names
    )
