"""LibCST expressions to the expressions of the facts model."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress
from sys import intern
from typing import Any

import libcst as cst

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.positions import Positions

LONGEST_STRING = 300
"""Longer literals are cut: no rule reads more of one."""

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//",
    cst.Modulo: "%", cst.Power: "**", cst.MatrixMultiply: "@", cst.LeftShift: "<<", cst.RightShift: ">>",
    cst.BitAnd: "&", cst.BitOr: "|", cst.BitXor: "^", cst.And: "and", cst.Or: "or",
    cst.Not: "not", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~",
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=", cst.In: "in", cst.NotIn: "not in", cst.Is: "is", cst.IsNot: "is not",
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//", cst.ModuloAssign: "%", cst.PowerAssign: "**", cst.MatrixMultiplyAssign: "@",
    cst.LeftShiftAssign: "<<", cst.RightShiftAssign: ">>", cst.BitAndAssign: "&", cst.BitOrAssign: "|",
    cst.BitXorAssign: "^",
}  # fmt: skip

_CONSTANT_NAMES: dict[str, m.Constant] = {
    "True": m.Constant("bool", True),
    "False": m.Constant("bool", False),
    "None": m.Constant("NoneType", None),
}

_NOWHERE = Span(1, 1, 1, 1)


def operator_of(node: cst.CSTNode) -> str:
    """The operator as written, an augmented one without its equals sign."""
    return _OPERATORS[type(node)]


class ExpressionBuilder:
    """Turns LibCST expressions into facts."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._in_annotation = False
        self._annotation_span: Span | None = None
        self._build: dict[type[cst.CSTNode], Callable[[Any], m.Expression]] = {
            cst.Name: self._name,
            cst.Attribute: self._attribute,
            cst.Call: self._call,
            cst.SimpleString: self._string,
            cst.ConcatenatedString: self._concatenated,
            cst.FormattedString: self._formatted,
            cst.Integer: self._integer,
            cst.Float: self._float,
            cst.Imaginary: lambda node: m.Constant("complex", None),
            cst.Ellipsis: lambda node: m.Constant("ellipsis", None),
            cst.Subscript: self._subscript,
            cst.Await: lambda node: m.Await(self.expression(node.expression), self.span(node)),
            cst.Lambda: self.define_lambda,
            cst.ListComp: lambda node: self._comprehension("list", node, node.elt, None),
            cst.SetComp: lambda node: self._comprehension("set", node, node.elt, None),
            cst.GeneratorExp: lambda node: self._comprehension("generator", node, node.elt, None),
            cst.DictComp: lambda node: self._comprehension("dict", node, node.key, node.value),
            cst.List: lambda node: m.Display("list", self._elements(node.elements)),
            cst.Tuple: lambda node: m.Display("tuple", self._elements(node.elements)),
            cst.Set: lambda node: m.Display("set", self._elements(node.elements)),
            cst.Dict: self._dict,
            cst.BinaryOperation: self._binary,
            cst.BooleanOperation: lambda node: m.BooleanOperation(
                operator_of(node.operator), self.expression(node.left), self.expression(node.right)
            ),
            cst.UnaryOperation: lambda node: m.UnaryOperation(
                operator_of(node.operator), self.expression(node.expression), self.span(node)
            ),
            cst.Comparison: self._comparison,
            cst.IfExp: self._conditional,
            cst.NamedExpr: self._walrus,
            cst.StarredElement: lambda node: m.Starred(self.expression(node.value)),
            cst.Yield: self._yield,
            cst.TemplatedString: lambda node: m.FormattedString(()),
        }

    def define_lambda(self, node: cst.Lambda) -> m.Expression:
        """Supplied by the statement builder, which keeps the functions of the module."""
        raise NotImplementedError

    def bind(self, name: str) -> None:
        """A walrus binds `name` in the function around it. Supplied by the statement builder."""
        raise NotImplementedError

    def note_yield(self) -> None:
        """The function around it is a generator. Supplied by the statement builder."""
        raise NotImplementedError

    def note_loop(self) -> None:
        """The function around it loops. Supplied by the statement builder."""
        raise NotImplementedError

    def note_call(self, name: str, arguments: tuple[m.Argument, ...]) -> None:
        """The function around it calls a plain name. Supplied by the statement builder."""
        raise NotImplementedError

    def note_test(self, test: m.Expression) -> None:
        """The function around it branches on a test. Supplied by the statement builder."""
        raise NotImplementedError

    def span(self, node: cst.CSTNode) -> Span:
        """Where `node` stands; inside a quoted annotation, where the quotes stand."""
        return self._positions.of(node) or self._annotation_span or _NOWHERE

    def expression(self, node: cst.CSTNode) -> m.Expression:
        return self._build[type(node)](node)

    def annotation(self, node: cst.Annotation | None, near: cst.CSTNode | None = None) -> m.Expression | None:
        """An annotation, quoted parts of it read as the expressions that they hold."""
        if node is None:
            return None
        outer = self._in_annotation, self._annotation_span
        self._in_annotation = True
        self._annotation_span = self.span(near) if near is not None else None
        try:
            return self.expression(node.annotation)
        finally:
            self._in_annotation, self._annotation_span = outer

    def arguments(self, nodes: Sequence[cst.Arg]) -> tuple[m.Argument, ...]:
        return tuple(
            [
                m.Argument(self.expression(arg.value), arg.keyword.value if arg.keyword else None, arg.star)
                for arg in nodes
            ]
        )

    def _name(self, node: cst.Name) -> m.Expression:
        constant = _CONSTANT_NAMES.get(node.value)
        if constant is not None:
            return constant
        # One object for each mention: values are kept by `id(expression)`.
        return m.Name(intern(node.value))

    def _attribute(self, node: cst.Attribute) -> m.Expression:
        return m.Attribute(self.expression(node.value), node.attr.value, self.span(node))

    def _call(self, node: cst.Call) -> m.Expression:
        arguments = self.arguments(node.args)
        if isinstance(node.func, cst.Name):
            self.note_call(node.func.value, arguments)
        return m.Call(self.expression(node.func), arguments, self.span(node))

    def _conditional(self, node: cst.IfExp) -> m.Expression:
        test = self.expression(node.test)
        self.note_test(test)
        return m.Conditional(test, self.expression(node.body), self.expression(node.orelse))

    def _string(self, node: cst.SimpleString) -> m.Expression:
        prefix = node.prefix.lower()
        if "b" in prefix:
            return m.Constant("bytes", None)
        text = node.raw_value
        if "\\" in text and "r" not in prefix:
            with suppress(ValueError, SyntaxError):
                text = ast.literal_eval(node.value)
        if self._in_annotation and text.isprintable() and len(text) <= LONGEST_STRING:
            try:
                return self.expression(cst.parse_expression(text.strip()))
            except (cst.ParserSyntaxError, KeyError):
                pass
        return m.Constant("str", text[:LONGEST_STRING])

    def _concatenated(self, node: cst.ConcatenatedString) -> m.Expression:
        parts = [self.expression(node.left), self.expression(node.right)]
        texts = [p.value for p in parts if isinstance(p, m.Constant) and isinstance(p.value, str)]
        if len(texts) == 2:
            return m.Constant("str", "".join(texts)[:LONGEST_STRING])
        together: list[m.Expression] = []
        for part in parts:
            together += part.pieces if isinstance(part, m.FormattedString) else (part,)
        return m.FormattedString(tuple(together))

    def _formatted(self, node: cst.FormattedString) -> m.Expression:
        parts: list[m.Expression] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                parts.append(m.Constant("str", part.value[:LONGEST_STRING]))
            elif isinstance(part, cst.FormattedStringExpression):
                value = self.expression(part.expression)
                parts.append(m.Replacement(value, part.conversion or "", self.span(part)))
        return m.FormattedString(tuple(parts))

    def _integer(self, node: cst.Integer) -> m.Expression:
        # Python refuses to convert decimal literals of thousands of digits.
        return m.Constant("int", int(node.value.replace("_", ""), 0) if len(node.value) < 40 else None)

    def _float(self, node: cst.Float) -> m.Expression:
        value = float(node.value.replace("_", ""))
        return m.Constant("float", value if abs(value) != float("inf") else None)

    def _subscript(self, node: cst.Subscript) -> m.Expression:
        items = [self._index(element) for element in node.slice]
        index = items[0] if len(items) == 1 else m.Display("tuple", tuple(items))
        return m.Subscript(self.expression(node.value), index, self.span(node))

    def _index(self, element: cst.SubscriptElement) -> m.Expression:
        inner = element.slice
        if isinstance(inner, cst.Index):
            value = self.expression(inner.value)
            return m.Starred(value) if inner.star else value
        assert isinstance(inner, cst.Slice)
        parts = [part for part in (inner.lower, inner.upper, inner.step) if part is not None]
        return m.Slice(tuple([self.expression(part) for part in parts]))

    def _comprehension(
        self, kind: str, node: cst.BaseComp, element: cst.BaseExpression, value: cst.BaseExpression | None
    ) -> m.Expression:
        self.note_loop()
        loops: list[m.Loop] = []
        loop: cst.CompFor | None = node.for_in
        while loop is not None:
            loops.append(
                m.Loop(
                    self.expression(loop.target),
                    self.expression(loop.iter),
                    tuple([self.expression(condition.test) for condition in loop.ifs]),
                    loop.asynchronous is not None,
                )
            )
            loop = loop.inner_for_in
        return m.Comprehension(
            kind,
            self.expression(element),
            self.expression(value) if value is not None else None,
            tuple(loops),
            self.span(node),
        )

    def _elements(self, elements: Sequence[cst.BaseElement]) -> tuple[m.Expression, ...]:
        return tuple(
            [
                m.Starred(self.expression(e.value))
                if isinstance(e, cst.StarredElement)
                else self.expression(e.value)
                for e in elements
            ]
        )

    def _dict(self, node: cst.Dict) -> m.Expression:
        keys: list[m.Expression | None] = []
        for element in node.elements:
            keys.append(self.expression(element.key) if isinstance(element, cst.DictElement) else None)
        return m.DictDisplay(
            tuple(keys), tuple([self.expression(element.value) for element in node.elements])
        )

    def _binary(self, node: cst.BinaryOperation) -> m.Expression:
        return m.BinaryOperation(
            operator_of(node.operator),
            self.expression(node.left),
            self.expression(node.right),
            self.span(node),
        )

    def _comparison(self, node: cst.Comparison) -> m.Expression:
        return m.Comparison(
            self.expression(node.left),
            tuple([operator_of(target.operator) for target in node.comparisons]),
            tuple([self.expression(target.comparator) for target in node.comparisons]),
            self.span(node),
        )

    def _walrus(self, node: cst.NamedExpr) -> m.Expression:
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value)
        return m.Walrus(self.expression(node.target), self.expression(node.value), self.span(node))

    def _yield(self, node: cst.Yield) -> m.Expression:
        self.note_yield()
        if isinstance(node.value, cst.From):
            return m.Yield(self.expression(node.value.item), True, self.span(node))
        return m.Yield(self.expression(node.value) if node.value else None, False, self.span(node))
