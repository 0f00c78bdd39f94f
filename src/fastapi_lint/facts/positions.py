"""Where nodes stand, found by generating the code again and counting.

LibCST's own `PositionProvider` costs two to five times the parse; this subclass of its code
generator records nothing but the node types that facts need.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

RECORDED: frozenset[type[cst.CSTNode]] = frozenset(
    {
        cst.AnnAssign,
        cst.Assign,
        cst.Attribute,
        cst.AugAssign,
        cst.Await,
        cst.BinaryOperation,
        cst.Call,
        cst.ClassDef,
        cst.Comparison,
        cst.Del,
        cst.DictComp,
        cst.Expr,
        cst.For,
        cst.FunctionDef,
        cst.GeneratorExp,
        cst.If,
        cst.Lambda,
        cst.ListComp,
        cst.Match,
        cst.NamedExpr,
        cst.Param,
        cst.Raise,
        cst.Return,
        cst.SetComp,
        cst.Subscript,
        cst.While,
        cst.With,
        cst.WithItem,
        cst.Yield,
    }
)


class _Ignore:
    """A context manager that does nothing, made once."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _Record:
    """Notes where the code generator stands when it enters and leaves one node."""

    __slots__ = ("column", "line", "node", "state")

    def __init__(self, state: _SpanState, node: cst.CSTNode) -> None:
        self.state = state
        self.node = node

    def __enter__(self) -> None:
        self.line = self.state.line
        self.column = self.state.column

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state = self.state
        state.spans[id(self.node)] = (self.line, self.column, state.line, state.column)


_IGNORE = _Ignore()


class _SpanState(CodegenState):
    """A code generator that keeps line and column (both 1-based) instead of the text."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.line = 1
        self.column = 1
        self.spans: dict[int, tuple[int, int, int, int]] = {}

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.column += len(token)

    def add_token(self, value: str) -> None:
        if "\n" in value:
            self.line += value.count("\n")
            self.column = len(value) - value.rfind("\n")
        elif "\r" in value:
            self.line += value.count("\r")
            self.column = len(value) - value.rfind("\r")
        else:
            self.column += len(value)

    def pop_trailing_newline(self) -> None:
        """There is no text to take it from."""

    def record_syntactic_position(self, node: cst.CSTNode, **_: Any) -> Any:
        return _Record(self, node) if type(node) in RECORDED else _IGNORE


def spans_of(module: cst.Module) -> dict[int, tuple[int, int, int, int]]:
    """The span of each node of a `RECORDED` type, by `id(node)`: valid while the module is alive."""
    state = _SpanState(module)
    module._codegen(state)
    return state.spans
