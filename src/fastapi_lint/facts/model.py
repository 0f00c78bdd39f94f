"""The facts of one module: what it says, without judgement.

A reduction of the module: imports, definitions, and for each function a small structured body.
No LibCST in here, and nothing but strings, numbers, tuples and the named tuples below, so that
facts can be stored, sent between processes and compared. Spans are 1-based (`diagnostics.Span`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts.expression_nodes import (
    Argument as Argument,
    Attribute as Attribute,
    Await as Await,
    BinaryOperation as BinaryOperation,
    BooleanOperation as BooleanOperation,
    Call as Call,
    Comparison as Comparison,
    Comprehension as Comprehension,
    Conditional as Conditional,
    Constant as Constant,
    DictDisplay as DictDisplay,
    Display as Display,
    Expression as Expression,
    FormattedString as FormattedString,
    Lambda as Lambda,
    Loop as Loop,
    Name as Name,
    Node as Node,
    Replacement as Replacement,
    Slice as Slice,
    Starred as Starred,
    Subscript as Subscript,
    UnaryOperation as UnaryOperation,
    Walrus as Walrus,
    Yield as Yield,
)

# --- statements ----------------------------------------------------------------------------


class Assign(Node):
    """`targets = value`, also annotated: then `annotation` is set, and `value` may be None."""

    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None
    span: Span


class AugmentedAssign(Node):
    """`target operator= value`; `operator` without the equals sign."""

    target: Expression
    operator: str
    value: Expression
    span: Span


class Evaluate(Node):
    """An expression as a statement."""

    value: Expression
    span: Span


class Return(Node):
    value: Expression | None
    span: Span


class Raise(Node):
    exception: Expression | None
    cause: Expression | None
    span: Span


class Assert(Node):
    test: Expression
    message: Expression | None


class Delete(Node):
    targets: tuple[Expression, ...]
    span: Span


class If(Node):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    span: Span


class While(Node):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    span: Span


class For(Node):
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    is_async: bool
    span: Span


class WithItem(Node):
    context: Expression
    target: Expression | None
    span: Span


class With(Node):
    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    is_async: bool
    span: Span


class Handler(Node):
    """`except type as name:`; `type` is None for a bare `except`."""

    type: Expression | None
    name: str | None
    body: tuple[Statement, ...]


class Try(Node):
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]


class Case(Node):
    """One `case`: the names its pattern binds, the values and classes it mentions, its guard and body."""

    captures: tuple[str, ...]
    mentions: tuple[Expression, ...]
    guard: Expression | None
    irrefutable: bool
    body: tuple[Statement, ...]


class Match(Node):
    subject: Expression
    cases: tuple[Case, ...]
    span: Span


class Import(Node):
    """One bound name: `import module as name` (attribute None) or `from module import attribute as name`.

    `level` counts the leading dots. `attribute` is "*" for a star import. For `import a.b`, `name` is "a" and
    `module` is "a"; `submodule` keeps the "a.b" that is loaded.
    """

    name: str
    module: str
    attribute: str | None
    level: int
    submodule: str


class Define(Node):
    """`def` as a statement: the index of its `FunctionFacts` in the module."""

    function: int


class DefineClass(Node):
    """`class` as a statement: the index of its `ClassFacts` in the module."""

    cls: int


class Scope(Node):
    """`global` or `nonlocal` (`kind`) with the names declared."""

    kind: str
    names: tuple[str, ...]


class Jump(Node):
    """`break`, `continue` or `pass`."""

    kind: str


Statement: TypeAlias = (
    Assign
    | AugmentedAssign
    | Evaluate
    | Return
    | Raise
    | Assert
    | Delete
    | If
    | While
    | For
    | With
    | Try
    | Match
    | Import
    | Define
    | DefineClass
    | Scope
    | Jump
)

# --- definitions ---------------------------------------------------------------------------


class Parameter(Node):
    """`kind` is "positional" (before `/`), "normal", "keyword" (after `*`), "*" or "**"."""

    name: str
    annotation: Expression | None
    default: Expression | None
    kind: str
    span: Span


class FunctionFacts:
    """One `def`, `async def` or lambda (`name` is then "<lambda>").

    `number` is its place in the module's functions. `qualname` is as Python's `__qualname__`, without `<locals>`.
    `span` covers the header's name, `end_line` is the last line of the body. `is_generator` is True when the body itself yields.
    `locals` are all names bound in the body or as parameters, less those declared `global` or `nonlocal`. `has_loops`: the
    body has a loop or comprehension; `calls_itself`: it calls its own name; `counted` are the names in calls of
    `range`, itself included, and in the tests of `while`, `tested` the names that a branch tests by themselves.
    """

    __slots__ = (
        "_body",
        "calls_itself",
        "counted",
        "decorators",
        "end_line",
        "has_loops",
        "is_async",
        "is_generator",
        "locals",
        "name",
        "nodes",
        "number",
        "parameters",
        "parent_class",
        "parent_function",
        "qualname",
        "returns",
        "span",
        "tested",
    )

    def __init__(
        self,
        *,
        number: int,
        name: str,
        qualname: str,
        parameters: tuple[Parameter, ...],
        returns: Expression | None,
        decorators: tuple[Expression, ...],
        is_async: bool,
        is_generator: bool,
        span: Span,
        end_line: int,
        parent_class: int | None,
        parent_function: int | None,
        locals: frozenset[str],
        has_loops: bool,
        calls_itself: bool,
        counted: frozenset[str],
        tested: frozenset[str],
        body: tuple[Statement, ...] | Callable[[], tuple[Statement, ...]],
    ) -> None:
        self.number = number
        self.name = name
        self.qualname = qualname
        self.parameters = parameters
        self.returns = returns
        self.decorators = decorators
        self.is_async = is_async
        self.is_generator = is_generator
        self.span = span
        self.end_line = end_line
        self.parent_class = parent_class
        self.parent_function = parent_function
        self.locals = locals
        self.has_loops = has_loops
        self.calls_itself = calls_itself
        self.counted = counted
        self.tested = tested
        self._body = body
        self.nodes: tuple[Expression | Statement, ...] | None = None
        """All nodes of the body, once somebody asked for them (`walk.nodes_of`)."""

    @property
    def body(self) -> tuple[Statement, ...]:
        """The statements. Those of a function that was stored are decoded when they are first asked for."""
        body = self._body
        if callable(body):
            body = self._body = body()
        return body

    @property
    def was_asked(self) -> bool:
        """Whether somebody may have looked at the body: it was asked for, or has always been there."""
        return not callable(self._body)


class ClassFacts(Node):
    """One `class`; `body` holds its statements, methods as `Define`."""

    number: int
    name: str
    qualname: str
    bases: tuple[Argument, ...]
    decorators: tuple[Expression, ...]
    span: Span
    parent_class: int | None
    parent_function: int | None
    body: tuple[Statement, ...]


class ModuleFacts(Node):
    """One Python file. `body` holds its top-level statements in order.

    `imports` names what the file imports, in functions as well: `..package.name`, as in `from ..package import name`
    and, where it is a module, as in `import package.name`; without what a star stands for.
    """

    path: str
    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
    body: tuple[Statement, ...]
    imports: tuple[str, ...] = ()
