"""Walking over facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model

_NODES = frozenset(
    kind
    for kind in vars(model).values()
    if isinstance(kind, type) and issubclass(kind, tuple) and kind is not Span
)
_ENTERED = _NODES | {tuple}


def walk(node: Any) -> Iterator[Any]:
    """The node and all nodes below it; nested functions and classes are not entered (they are numbers)."""
    stack = [node]
    while stack:
        current = stack.pop()
        if type(current) in _NODES:
            yield current
        elif type(current) is not tuple:
            continue
        stack.extend([part for part in reversed(current) if type(part) in _ENTERED])
