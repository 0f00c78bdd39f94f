"""Calls whose result is awaited at once: what cannot be awaited is not what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference import calls
from fastapi_lint.inference.values import (
    Atom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    FunctionAtom,
    GeneratorAtom,
    ObjectAtom,
    Value,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.evaluator import ExpressionEvaluator

_PLAIN_BASES = (
    "pydantic.",
    "sqlmodel.",
    "enum.",
    "abc.",
    "typing.",
    "sqlalchemy.",
    "Exception",
    "dict",
    "list",
    "str",
)
"""Libraries, and built-ins, whose classes make instances that cannot be awaited."""


def apply(
    evaluator: ExpressionEvaluator, callee: Value, arguments: calls.Arguments, context: calls.CallContext
) -> Value:
    """Call what is awaited at once.

    `await f()` cannot mean a plain function that gives a list, or a generator: such a call raises, so another value
    is meant. What it would do is not recorded. The same holds for a plain function beside an async one (a client of
    either kind).
    """
    frame = evaluator.frame
    made: list[tuple[Atom, Value, slice, slice]] = []
    for atom in callee:
        before = len(frame.calls), len(frame.blocking)
        result = calls.apply(evaluator, atom, arguments, context)
        made.append((atom, result, slice(before[0], len(frame.calls)), slice(before[1], len(frame.blocking))))
    is_async = any(isinstance(one, CoroutineAtom) for _, result, _, _ in made for one in result)
    results: list[Value] = []
    for atom, result, its_calls, its_blocking in reversed(made):
        results.append(result)
        if not isinstance(atom, FunctionAtom) or any(isinstance(one, CoroutineAtom) for one in result):
            continue
        may_await = any(map(_may_be_awaited, result)) if result else _gives_unknown(atom)
        if is_async or not may_await:
            del frame.calls[its_calls]
            del frame.blocking[its_blocking]
            results[-1] = tuple([one for one in result if not isinstance(one, GeneratorAtom)])
    return join_all(results[::-1])


def is_either_kind(node: m.Call, callee: Value) -> bool:
    """Whether one of two functions is called, of which one is async: a plain function that returns what comes of it
    (`return (sync if no_loop else async_)(*args)`) is awaited where a loop runs, and calls the other where none does.

    Not so a method of an object that is of one of two types, whose callers know of which.
    """
    if isinstance(node.function, m.Attribute):
        return False
    return len({atom.function.facts.is_async for atom in callee if isinstance(atom, FunctionAtom)}) == 2


def _gives_unknown(atom: FunctionAtom) -> bool:
    """Whether a plain function of which no result is known may give something to await.

    One that returns nothing does not, and a decorator that is not known may have made it async (by a thread, say).
    """
    facts = atom.function.facts
    return not facts.decorators and any(
        isinstance(node, m.Return) and node.value is not None for node in nodes_of(facts)
    )


def _may_be_awaited(atom: Atom) -> bool:
    if isinstance(atom, ObjectAtom):
        return atom.cls.find("__await__") is not None or not all(
            external.startswith(_PLAIN_BASES) for external in atom.cls.externals
        )
    return not isinstance(atom, (ConstantAtom, ContainerAtom, GeneratorAtom))
