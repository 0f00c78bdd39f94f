"""Code that runs only where no event loop runs: it asked, and starts a loop of its own for that case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi_lint.analysis.once import blocks_of, leaves
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk

_GETTERS = ("get_running_loop", "_get_running_loop", "current_task")


def without_loop(facts: m.FunctionFacts) -> frozenset[Span]:
    """The spans in a function that run only where no event loop does.

    `loop.run_until_complete(...)` in the `else` of `if loop.is_running():`, and `asyncio.run(...)` in the
    `except RuntimeError:` of a `try` that calls `asyncio.get_running_loop()`, or where the name it gave is `None`.
    """
    loops = frozenset(_loop_names(facts))
    return frozenset(_in_block(facts.body, loops))


def _in_block(block: Sequence[m.Statement], loops: frozenset[str]) -> Iterator[Span]:
    for number, statement in enumerate(block):
        if isinstance(statement, m.If):
            if _says(statement.test, True, loops):
                yield from _spans(statement.orelse)
                if leaves(statement.body):
                    yield from _spans(block[number + 1 :])
            if _says(statement.test, False, loops):
                yield from _spans(statement.body)
        elif isinstance(statement, m.Try) and any(map(_is_getter, walk(statement.body))):
            for handler in statement.handlers:
                if handler.type is None or _names(handler.type) & {"RuntimeError", "Exception"}:
                    yield from _spans(handler.body)
            if leaves((*statement.body, *statement.orelse)) and not statement.final:
                yield from _spans(block[number + 1 :])
        for inner in blocks_of(statement):
            yield from _in_block(inner, loops)


def _says(test: m.Expression, runs: bool, loops: frozenset[str]) -> bool:
    """Whether a test that holds says that a loop runs, or with `runs=False` that none does.

    Where "runs" is only one of two conditions (`loop and loop.is_running()`), the other asks about the loop as well.
    """
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        return _says(test.value, not runs, loops)
    if isinstance(test, m.BooleanOperation):
        return (test.operator == "and") == runs and all(
            _says(side, runs, loops) for side in (test.left, test.right)
        )
    if isinstance(test, m.Comparison) and len(test.operators) == 1 and _is_loop(test.left, loops):
        return test.operators[0] == ("is not" if runs else "is")
    if isinstance(test, m.Call) and isinstance(test.function, m.Attribute):
        return runs and test.function.attribute == "is_running"
    return runs and _is_loop(test, loops)


def _is_loop(node: m.Expression, loops: frozenset[str]) -> bool:
    return isinstance(node, m.Name) and node.id in loops


def _loop_names(facts: m.FunctionFacts) -> Iterator[str]:
    """The local names that hold the running loop, or `None` where there is none."""
    for node in nodes_of(facts):
        if isinstance(node, m.Assign) and node.value is not None and _is_getter(node.value):
            for target in node.targets:
                if isinstance(target, m.Name):
                    yield target.id


def _is_getter(node: Any) -> bool:
    return isinstance(node, m.Call) and bool(_names(node.function) & set(_GETTERS))


def _names(node: Any) -> set[str]:
    """The last names of what an expression spells, those of a tuple's items included."""
    if isinstance(node, m.Name):
        return {node.id}
    if isinstance(node, m.Attribute):
        return {node.attribute}
    return {name for item in node.items for name in _names(item)} if isinstance(node, m.Display) else set()


def _spans(block: Sequence[m.Statement]) -> Iterator[Span]:
    for node in walk(tuple(block)):
        span = getattr(node, "span", None)
        if span is not None:
            yield span
