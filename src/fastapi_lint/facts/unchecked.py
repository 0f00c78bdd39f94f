"""Trees made without checking each node.

LibCST's nodes are frozen dataclasses that validate themselves as they are made, which catches mistakes of
code that changes trees. What the parser makes is valid: there the checks, and the slow way in which a frozen
class sets its fields, are a sixth of the time that parsing takes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import libcst as cst

FREQUENT = (
    "SimpleWhitespace", "Name", "Newline", "TrailingWhitespace", "Arg", "Dot", "Attribute", "Comma",
    "ParenthesizedWhitespace", "SimpleStatementLine", "Call", "SimpleString", "AssignEqual", "EmptyLine", "IndentedBlock",
    "Annotation", "AssignTarget", "Assign", "Param", "LeftSquareBracket", "RightSquareBracket", "SubscriptElement", "Index",
    "Subscript", "Expr", "ImportAlias", "Return", "If", "Integer", "Parameters", "FunctionDef", "FormattedStringText",
    "BinaryOperation", "Element", "AnnAssign", "FormattedStringExpression", "Await", "ComparisonTarget", "Comparison",
    "ImportFrom", "DictElement", "FormattedString", "LeftParen", "RightParen", "Comment", "BooleanOperation",
)  # fmt: skip
"""The node types that make up 98 of 100 nodes of a web application."""

_active = 0


@contextmanager
def unchecked_nodes() -> Iterator[None]:
    """While inside, LibCST's nodes are made without checks, in every thread of the process."""
    global _active
    saved: list[tuple[Any, Any, Any, Any]] = []
    _active += 1
    try:
        if _active == 1:
            for node_type, initialise in _initialisers().items():
                saved.append((node_type, node_type.__init__, node_type.__setattr__, node_type.__delattr__))
                node_type.__init__ = initialise
                # One slot of the type serves both: setting a field is quick only when neither is Python's.
                node_type.__setattr__ = object.__setattr__
                node_type.__delattr__ = object.__delattr__
        yield
    finally:
        for node_type, initialise, set_attribute, delete_attribute in saved:
            node_type.__init__ = initialise
            node_type.__setattr__ = set_attribute
            node_type.__delattr__ = delete_attribute
        _active -= 1


@cache
def _initialisers() -> dict[Any, Callable[..., None]]:
    """For each frequent node type an `__init__` that does no more than set its fields."""
    names: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    lines: list[str] = []
    types = [getattr(cst, name) for name in FREQUENT]
    for node_type in types:
        parameters: list[str] = []
        body: list[str] = []
        for field in dataclasses.fields(node_type):
            default = f"{node_type.__name__}_{field.name}"
            value = field.name
            if field.default is not dataclasses.MISSING:
                names[default] = field.default
                parameters.append(f"{field.name}={default}")
            elif field.default_factory is not dataclasses.MISSING:
                names[default] = field.default_factory
                parameters.append(f"{field.name}=MISSING")
                value = f"{default}() if {field.name} is MISSING else {field.name}"
            else:
                parameters.append(field.name)
            body.append(f"    self.{field.name} = {value}")
        lines += [f"def {node_type.__name__}(self, {', '.join(parameters)}):", *body]
    exec("\n".join(lines), names)
    return {node_type: names[node_type.__name__] for node_type in types}
