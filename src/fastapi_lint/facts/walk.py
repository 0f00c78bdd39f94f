"""Walking over facts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model

_KINDS = [kind for kind in vars(model).values() if isinstance(kind, type) and issubclass(kind, tuple)]
_HOLDERS = {"Expression", "Statement", *(kind.__name__ for kind in _KINDS)} - {"Span"}


def _holding(kind: type) -> tuple[int, ...]:
    """The places of the fields that hold nodes, the last first."""
    texts = [
        getattr(hint, "__forward_arg__", None) or str(hint)
        for hint in getattr(kind, "__annotations__", {}).values()
    ]
    places = [place for place, text in enumerate(texts) if _HOLDERS & set(re.findall(r"\w+", text))]
    return tuple(reversed(places))


_FIELDS: dict[type, tuple[int, ...]] = {kind: _holding(kind) for kind in _KINDS if kind is not Span}


def walk(node: Any) -> Iterator[Any]:
    """The node and all nodes below it; nested functions and classes are not entered (they are numbers)."""
    return iter(_nodes(node))


def _nodes(node: Any) -> list[Any]:
    found: list[Any] = []
    note = found.append
    stack = [node]
    pop, push = stack.pop, stack.append
    fields_of = _FIELDS.get
    while stack:
        current = pop()
        kind = type(current)
        fields = fields_of(kind)
        if fields is not None:
            note(current)
            for place in fields:
                push(current[place])
        elif kind is tuple:
            stack += current[::-1]
    return found


Kind = TypeVar("Kind", bound=model.Node)


class Nodes(tuple[Any, ...]):
    """The nodes of a body in the order of `walk`, which can also be looked up by their type."""

    @cached_property
    def by_type(self) -> dict[type, list[Any]]:
        found: dict[type, list[Any]] = defaultdict(list)
        for node in self:
            found[type(node)].append(node)
        return dict(found)

    def of_type(self, kind: type[Kind]) -> Sequence[Kind]:
        return self.by_type.get(kind, ())


def nodes_of(function: model.FunctionFacts) -> Nodes:
    """All nodes of the function's body, as `walk` gives them; kept, since many questions look through them."""
    nodes = function.nodes
    if not isinstance(nodes, Nodes):
        nodes = function.nodes = Nodes(_nodes(function.body))
    return nodes


def nodes_of_type(function: model.FunctionFacts, kind: type[Kind]) -> Sequence[Kind]:
    """The nodes of one type in the function's body, in the order of `walk`."""
    return nodes_of(function).of_type(kind)
