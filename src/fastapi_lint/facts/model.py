"""The facts of one module: what it says, without judgement.

A reduction of the module: imports, definitions, and for each function a small structured body.
No LibCST in here, and nothing but strings, numbers, tuples and the named tuples below, so that
facts can be stored, sent between processes and compared. Spans are 1-based (`diagnostics.Span`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from fastapi_lint.diagnostics import Span

# --- expressions ---------------------------------------------------------------------------


class Name(NamedTuple):
    """A name that is read or bound."""

    id: str


class Constant(NamedTuple):
    """A literal. `type` is the Python type's name; `value` is its value, or None for bytes, complex and `...`."""

    type: str
    value: str | int | float | bool | None


class Replacement(NamedTuple):
    """`{value}` in an f-string; `conversion` is "r", "s", "a" or ""."""

    value: Expression
    conversion: str
    span: Span


class FormattedString(NamedTuple):
    """An f-string: constants and the replacements between them."""

    pieces: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The constants, and the expressions in the replacements."""
        return tuple([one.value if isinstance(one, Replacement) else one for one in self.pieces])


class Attribute(NamedTuple):
    value: Expression
    attribute: str
    span: Span


class Subscript(NamedTuple):
    value: Expression
    index: Expression  # type: ignore[assignment]  # `tuple.index` is hidden, and nobody asks a node for it
    span: Span


class Argument(NamedTuple):
    """`star` is "", "*" or "**"; `keyword` is None for a positional argument."""

    value: Expression
    keyword: str | None
    star: str


class Call(NamedTuple):
    function: Expression
    arguments: tuple[Argument, ...]
    span: Span


class Await(NamedTuple):
    value: Expression
    span: Span


class Lambda(NamedTuple):
    """`function` is the index of its `FunctionFacts` in the module."""

    function: int


class Loop(NamedTuple):
    """One `for ... in ... if ...` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]
    is_async: bool


class Comprehension(NamedTuple):
    """`kind` is "list", "set", "dict" or "generator"; `value` is a dict comprehension's value."""

    kind: str
    element: Expression
    value: Expression | None
    loops: tuple[Loop, ...]
    span: Span


class Display(NamedTuple):
    """`kind` is "list", "tuple" or "set"."""

    kind: str
    items: tuple[Expression, ...]


class DictDisplay(NamedTuple):
    """A key of None stands for `**value`."""

    keys: tuple[Expression | None, ...]
    values: tuple[Expression, ...]


class BinaryOperation(NamedTuple):
    operator: str
    left: Expression
    right: Expression
    span: Span


class BooleanOperation(NamedTuple):
    """`operator` is "and" or "or"."""

    operator: str
    left: Expression
    right: Expression


class UnaryOperation(NamedTuple):
    operator: str
    value: Expression
    span: Span


class Comparison(NamedTuple):
    """`left op right op right ...`; operators as written, `not in` and `is not` included."""

    left: Expression
    operators: tuple[str, ...]
    comparators: tuple[Expression, ...]
    span: Span


class Conditional(NamedTuple):
    test: Expression
    body: Expression
    orelse: Expression


class Walrus(NamedTuple):
    target: Expression
    value: Expression
    span: Span


class Starred(NamedTuple):
    value: Expression


class Slice(NamedTuple):
    parts: tuple[Expression, ...]


class Yield(NamedTuple):
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

# --- statements ----------------------------------------------------------------------------


class Assign(NamedTuple):
    """`targets = value`, also annotated: then `annotation` is set, and `value` may be None."""

    targets: tuple[Expression, ...]
    value: Expression | None
    annotation: Expression | None
    span: Span


class AugmentedAssign(NamedTuple):
    """`target operator= value`; `operator` without the equals sign."""

    target: Expression
    operator: str
    value: Expression
    span: Span


class Evaluate(NamedTuple):
    """An expression as a statement."""

    value: Expression
    span: Span


class Return(NamedTuple):
    value: Expression | None
    span: Span


class Raise(NamedTuple):
    exception: Expression | None
    cause: Expression | None
    span: Span


class Assert(NamedTuple):
    test: Expression
    message: Expression | None


class Delete(NamedTuple):
    targets: tuple[Expression, ...]
    span: Span


class If(NamedTuple):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    span: Span


class While(NamedTuple):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    span: Span


class For(NamedTuple):
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    is_async: bool
    span: Span


class WithItem(NamedTuple):
    context: Expression
    target: Expression | None
    span: Span


class With(NamedTuple):
    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    is_async: bool
    span: Span


class Handler(NamedTuple):
    """`except type as name:`; `type` is None for a bare `except`."""

    type: Expression | None
    name: str | None
    body: tuple[Statement, ...]


class Try(NamedTuple):
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]


class Case(NamedTuple):
    """One `case`: the names its pattern binds, the values and classes it mentions, its guard and body."""

    captures: tuple[str, ...]
    mentions: tuple[Expression, ...]
    guard: Expression | None
    irrefutable: bool
    body: tuple[Statement, ...]


class Match(NamedTuple):
    subject: Expression
    cases: tuple[Case, ...]
    span: Span


class Import(NamedTuple):
    """One bound name: `import module as name` (attribute None) or `from module import attribute as name`.

    `level` counts the leading dots. `attribute` is "*" for a star import. For `import a.b`, `name` is "a" and
    `module` is "a"; `submodule` keeps the "a.b" that is loaded.
    """

    name: str
    module: str
    attribute: str | None
    level: int
    submodule: str


class Define(NamedTuple):
    """`def` as a statement: the index of its `FunctionFacts` in the module."""

    function: int


class DefineClass(NamedTuple):
    """`class` as a statement: the index of its `ClassFacts` in the module."""

    cls: int


class Scope(NamedTuple):
    """`global` or `nonlocal` (`kind`) with the names declared."""

    kind: str
    names: tuple[str, ...]


class Jump(NamedTuple):
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


class Parameter(NamedTuple):
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


class ClassFacts(NamedTuple):
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


class ModuleFacts(NamedTuple):
    """One Python file. `body` holds its top-level statements in order."""

    path: str
    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
    body: tuple[Statement, ...]
