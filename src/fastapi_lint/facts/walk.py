"""Walking over facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi_lint.diagnostics import Span


def walk(node: Any) -> Iterator[Any]:
    """The node and all nodes below it; nested functions and classes are not entered (they are indices)."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple) and not isinstance(current, Span):
            if hasattr(current, "_fields"):
                yield current
            stack.extend(reversed(current))
