"""The expressions of the facts model. The model gives them out under its own name: `facts.model`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeAlias, dataclass_transform

from fastapi_lint.diagnostics import Span

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    class Node:
        """What type checkers take a node for. To compare unions of recursive tuples takes them minutes."""

        _fields: ClassVar[tuple[str, ...]]

        def __iter__(self) -> Iterator[Any]: ...
        def __getitem__(self, place: int) -> Any: ...
        def _replace(self, **changes: Any) -> Self: ...

else:
    Node = NamedTuple


class Name(Node):
    """A name that is read or bound."""

    id: str


class Constant(Node):
    """A literal. `type` is the Python type's name; `value` is its value, or None for bytes, complex and `...`."""

    type: str
    value: str | int | float | bool | None


class Replacement(Node):
    """`{value}` in an f-string; `conversion` is "r", "s", "a" or ""."""

    value: Expression
    conversion: str
    span: Span


class FormattedString(Node):
    """An f-string: constants and the replacements between them."""

    pieces: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The constants, and the expressions in the replacements."""
        return tuple([one.value if isinstance(one, Replacement) else one for one in self.pieces])


class Attribute(Node):
    value: Expression
    attribute: str
    span: Span


class Subscript(Node):
    value: Expression
    index: Expression  # `tuple.index` is hidden, and nobody asks a node for it
    span: Span


class Argument(Node):
    """`star` is "", "*" or "**"; `keyword` is None for a positional argument."""

    value: Expression
    keyword: str | None
    star: str


class Call(Node):
    function: Expression
    arguments: tuple[Argument, ...]
    span: Span


class Await(Node):
    value: Expression
    span: Span


class Lambda(Node):
    """`function` is the index of its `FunctionFacts` in the module."""

    function: int


class Loop(Node):
    """One `for ... in ... if ...` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]
    is_async: bool


class Comprehension(Node):
    """`kind` is "list", "set", "dict" or "generator"; `value` is a dict comprehension's value."""

    kind: str
    element: Expression
    value: Expression | None
    loops: tuple[Loop, ...]
    span: Span


class Display(Node):
    """`kind` is "list", "tuple" or "set"."""

    kind: str
    items: tuple[Expression, ...]


class DictDisplay(Node):
    """A key of None stands for `**value`."""

    keys: tuple[Expression | None, ...]
    values: tuple[Expression, ...]


class BinaryOperation(Node):
    operator: str
    left: Expression
    right: Expression
    span: Span


class BooleanOperation(Node):
    """`operator` is "and" or "or"."""

    operator: str
    left: Expression
    right: Expression


class UnaryOperation(Node):
    operator: str
    value: Expression
    span: Span


class Comparison(Node):
    """`left op right op right ...`; operators as written, `not in` and `is not` included."""

    left: Expression
    operators: tuple[str, ...]
    comparators: tuple[Expression, ...]
    span: Span


class Conditional(Node):
    test: Expression
    body: Expression
    orelse: Expression


class Walrus(Node):
    target: Expression
    value: Expression
    span: Span


class Starred(Node):
    value: Expression


class Slice(Node):
    parts: tuple[Expression, ...]


class Yield(Node):
    value: Expression | None
    is_from: bool
    span: Span


Expression: TypeAlias = (
    Name
    | Constant
    | FormattedString
    | Replacement
    | Attribute
    | Subscript
    | Call
    | Await
    | Lambda
    | Comprehension
    | Display
    | DictDisplay
    | BinaryOperation
    | BooleanOperation
    | UnaryOperation
    | Comparison
    | Conditional
    | Walrus
    | Starred
    | Slice
    | Yield
)
