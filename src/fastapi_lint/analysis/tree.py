"""Looking around in the facts of one function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m


def with_parents(roots: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Every statement and expression below `roots`, in no particular order, each with what it stands in.

    Nested functions and classes are not entered: their bodies belong to themselves.
    """
    stack: list[tuple[Any, Any]] = [(root, None) for root in roots]
    while stack:
        node, parent = stack.pop()
        yield node, parent
        for field in node:
            if isinstance(field, tuple) and not isinstance(field, Span):
                if hasattr(field, "_fields"):
                    stack.append((field, node))
                else:
                    stack.extend((part, node) for part in field if hasattr(part, "_fields"))


def names_read(module: m.ModuleFacts, function: m.FunctionFacts) -> frozenset[str]:
    """The names that the body of `function`, nested functions included, reads."""
    found: set[str] = set()
    pending = [function]
    while pending:
        for node, parent in with_parents(pending.pop().body):
            if isinstance(node, m.Name):
                if not isinstance(parent, m.Assign) or node not in parent.targets:
                    found.add(node.id)
            elif isinstance(node, (m.Define, m.Lambda)):
                pending.append(module.functions[node.function])
    return frozenset(found)
