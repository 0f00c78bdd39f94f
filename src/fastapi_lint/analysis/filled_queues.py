"""Taking from a queue right after asking whether it holds something: that does not wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi_lint.analysis.once import blocks_of, key_of, leaves
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk


def prompt_gets(body: Sequence[m.Statement]) -> frozenset[Span]:
    """The calls `queue.get()` in a function that run only where a test found the queue filled."""
    return frozenset(_in_block(body))


def _in_block(block: Sequence[m.Statement]) -> Iterator[Span]:
    for number, statement in enumerate(block):
        if isinstance(statement, (m.If, m.While)):
            yield from _gets(statement.body, _filled(statement.test, True))
            yield from _gets(statement.orelse, _filled(statement.test, False))
            if isinstance(statement, m.If) and (leaves(statement.body) or _jumps(statement.body)):
                yield from _gets(block[number + 1 :], _filled(statement.test, False))
        for node in _conditionals(statement):
            yield from _gets((node.body,), _filled(node.test, True))
            yield from _gets((node.orelse,), _filled(node.test, False))
        for inner in blocks_of(statement):
            yield from _in_block(inner)


def _conditionals(statement: m.Statement) -> Iterator[m.Conditional]:
    if isinstance(statement, (m.Assign, m.Evaluate, m.Return)):
        for node in walk(statement):
            if isinstance(node, m.Conditional):
                yield node


def _jumps(block: Sequence[m.Statement]) -> bool:
    return bool(block) and isinstance(block[-1], m.Jump) and block[-1].kind in ("break", "continue")


def _gets(block: Sequence[Any], queues: set[Any]) -> Iterator[Span]:
    if not queues:
        return
    for node in walk(tuple(block)):
        if (
            isinstance(node, m.Call)
            and isinstance(node.function, m.Attribute)
            and node.function.attribute == "get"
            and key_of(node.function.value) in queues
        ):
            yield node.span


def _filled(test: m.Expression, holds: bool) -> set[Any]:
    """The queues that are not empty where the test holds, or does not hold."""
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        return _filled(test.value, not holds)
    if isinstance(test, m.BooleanOperation) and (test.operator == "and") == holds:
        return _filled(test.left, holds) | _filled(test.right, holds)
    if isinstance(test, m.Comparison):
        test = test.left  # `queue.qsize() > 0`
    if isinstance(test, m.Call) and isinstance(test.function, m.Attribute):
        key = key_of(test.function.value)
        if key is not None and test.function.attribute == ("qsize" if holds else "empty"):
            return {key}
    return set()
