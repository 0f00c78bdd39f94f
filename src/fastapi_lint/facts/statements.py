"""LibCST statements to the facts model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from fastapi_lint.facts import model as m
from fastapi_lint.facts.definitions import DefinitionBuilder, FunctionScope, Statements
from fastapi_lint.facts.expressions import operator_of
from fastapi_lint.facts.positions import Positions
from fastapi_lint.facts.walk import walk


class StatementBuilder(DefinitionBuilder):
    """Turns a LibCST module into statements, functions and classes."""

    def __init__(self, positions: Positions) -> None:
        super().__init__(positions)
        self.imports: dict[str, None] = {}
        self._statement: dict[type[cst.CSTNode], Callable[[Any], Statements]] = {
            cst.SimpleStatementLine: self._simple_statements,
            cst.SimpleStatementSuite: self._simple_statements,
            cst.FunctionDef: self.function,
            cst.ClassDef: self.class_,
            cst.If: self._if,
            cst.While: self._while,
            cst.For: self._for,
            cst.With: self._with,
            cst.Try: self._try,
            cst.TryStar: self._try,
            cst.Match: self._match,
            cst.Assign: self._assign,
            cst.AnnAssign: self._annotated_assign,
            cst.AugAssign: self._augmented_assign,
            cst.Expr: self._evaluate,
            cst.Return: lambda node: (m.Return(self.optional(node.value), self.span(node)),),
            cst.Raise: self._raise,
            cst.Assert: lambda node: (m.Assert(self.expression(node.test), self.optional(node.msg)),),
            cst.Del: self._delete,
            cst.Import: self._import,
            cst.ImportFrom: self._import_from,
            cst.Global: lambda node: self._scope_statement("global", node.names),
            cst.Nonlocal: lambda node: self._scope_statement("nonlocal", node.names),
            cst.Break: lambda node: (m.Jump("break"),),
            cst.Continue: lambda node: (m.Jump("continue"),),
            cst.Pass: lambda node: (m.Jump("pass"),),
            cst.TypeAlias: self._type_alias,
        }
        # Python 3.15's `lazy import`, which older releases of LibCST do not know.
        for name, build in (("LazyImport", self._import), ("LazyImportFrom", self._import_from)):
            if hasattr(cst, name):
                self._statement[getattr(cst, name)] = build

    # --- blocks --------------------------------------------------------------------------------

    def block(self, nodes: Sequence[cst.CSTNode]) -> Statements:
        out: list[m.Statement] = []
        for node in nodes:
            out.extend(self._statement[type(node)](node))
        return tuple(out)

    def _simple_statements(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> Statements:
        return self.block(node.body)

    # --- compound statements -----------------------------------------------------------------------

    def _if(self, node: cst.If) -> Statements:
        test = self.expression(node.test)
        self.note_test(test)
        orelse: Statements = ()
        body = self.suite(node.body)
        if isinstance(node.orelse, cst.If):
            orelse = self._if(node.orelse)
        elif node.orelse is not None:
            orelse = self.suite(node.orelse.body)
        return (m.If(test, body, orelse, self.span(node)),)

    def _while(self, node: cst.While) -> Statements:
        orelse = self.suite(node.orelse.body) if node.orelse else ()
        self.note_loop()
        test = self.expression(node.test)
        scope = self.scopes[-1] if self.scopes else None
        if isinstance(scope, FunctionScope):
            scope.counted.update(one.id for one in walk(test) if isinstance(one, m.Name))
        return (m.While(test, self.suite(node.body), orelse, self.span(node)),)

    def _for(self, node: cst.For) -> Statements:
        self.note_loop()
        iterable = self.expression(node.iter)
        target = self._target(node.target)
        body = self.suite(node.body)
        orelse = self.suite(node.orelse.body) if node.orelse else ()
        return (m.For(target, iterable, body, orelse, node.asynchronous is not None, self.span(node)),)

    def _with(self, node: cst.With) -> Statements:
        items = []
        for item in node.items:
            context = self.expression(item.item)
            target = self._target(item.asname.name) if item.asname else None
            items.append(m.WithItem(context, target, self.span(item)))
        return (m.With(tuple(items), self.suite(node.body), node.asynchronous is not None, self.span(node)),)

    def _try(self, node: cst.Try | cst.TryStar) -> Statements:
        body = self.suite(node.body)
        handlers = []
        for handler in node.handlers:
            name = (
                handler.name.name.value if handler.name and isinstance(handler.name.name, cst.Name) else None
            )
            if name:
                self.bind(name)
            handlers.append(m.Handler(self.optional(handler.type), name, self.suite(handler.body)))
        orelse = self.suite(node.orelse.body) if node.orelse else ()
        final = self.suite(node.finalbody.body) if node.finalbody else ()
        return (m.Try(body, tuple(handlers), orelse, final),)

    def _match(self, node: cst.Match) -> Statements:
        subject = self.expression(node.subject)
        cases = []
        for case in node.cases:
            captures: list[str] = []
            mentions: list[m.Expression] = []
            self._pattern(case.pattern, captures, mentions)
            for name in captures:
                self.bind(name)
            irrefutable = isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None
            guard = self.optional(case.guard)
            cases.append(
                m.Case(
                    tuple(captures),
                    tuple(mentions),
                    guard,
                    irrefutable and guard is None,
                    self.suite(case.body),
                )
            )
        return (m.Match(subject, tuple(cases), self.span(node)),)

    def _pattern(self, node: cst.CSTNode, captures: list[str], mentions: list[m.Expression]) -> None:
        if isinstance(node, (cst.MatchAs, cst.MatchStar)):
            if node.name is not None:
                captures.append(node.name.value)
        elif isinstance(node, cst.MatchMapping) and node.rest is not None:
            captures.append(node.rest.value)
        elif isinstance(node, cst.MatchClass):
            mentions.append(self.expression(node.cls))
        elif isinstance(node, cst.MatchValue):
            mentions.append(self.expression(node.value))
        for child in node.children:
            self._pattern(child, captures, mentions)

    # --- simple statements ---------------------------------------------------------------------------

    def _target(self, node: cst.BaseExpression) -> m.Expression:
        """An assignment's target: the names in it become bound."""
        self._bind_target(node)
        return self.expression(node)

    def _bind_target(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.Name):
            self.bind(node.value)
        elif isinstance(node, (cst.Tuple, cst.List)):
            for element in node.elements:
                self._bind_target(element.value)

    def _assign(self, node: cst.Assign) -> Statements:
        value = self.expression(node.value)
        targets = tuple([self._target(target.target) for target in node.targets])
        return (m.Assign(targets, value, None, self.span(node)),)

    def _annotated_assign(self, node: cst.AnnAssign) -> Statements:
        annotation = self.annotation(node.annotation, node)
        value = self.optional(node.value)
        return (m.Assign((self._target(node.target),), value, annotation, self.span(node)),)

    def _augmented_assign(self, node: cst.AugAssign) -> Statements:
        operator = operator_of(node.operator)
        target = self._target(node.target)
        return (m.AugmentedAssign(target, operator, self.expression(node.value), self.span(node)),)

    def _evaluate(self, node: cst.Expr) -> Statements:
        if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
            return ()  # a docstring, or text that does nothing
        return (m.Evaluate(self.expression(node.value), self.span(node)),)

    def _raise(self, node: cst.Raise) -> Statements:
        cause = self.optional(node.cause.item) if node.cause else None
        return (m.Raise(self.optional(node.exc), cause, self.span(node)),)

    def _delete(self, node: cst.Del) -> Statements:
        targets = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else ()
        expressions = [self.expression(t.value) for t in targets] or [self.expression(node.target)]
        return (m.Delete(tuple(expressions), self.span(node)),)

    def _type_alias(self, node: cst.TypeAlias) -> Statements:
        self.bind(node.name.value)
        return (m.Assign((m.Name(node.name.value),), self.expression(node.value), None, self.span(node)),)

    def _scope_statement(self, kind: str, items: Sequence[cst.NameItem]) -> Statements:
        names = tuple([item.name.value for item in items])
        if self.scopes and isinstance(self.scopes[-1], FunctionScope):
            self.scopes[-1].outer_names.update(names)
        return (m.Scope(kind, names),)

    def _import(self, node: cst.Import) -> Statements:
        out = []
        for alias in node.names:
            dotted = _dotted(alias.name)
            self.imports[dotted] = None
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                name, module = alias.asname.name.value, dotted
            else:
                name = module = dotted.partition(".")[0]
            self.bind(name)
            out.append(m.Import(name, module, None, 0, dotted))
        return tuple(out)

    def _import_from(self, node: cst.ImportFrom) -> Statements:
        module = _dotted(node.module) if node.module is not None else ""
        level = len(node.relative)
        origin = "." * level + module
        if isinstance(node.names, cst.ImportStar):
            self.imports[origin] = None
            return (m.Import("*", module, "*", level, module),)
        out = []
        for alias in node.names:
            attribute = _dotted(alias.name)
            self.imports[f"{origin}.{attribute}" if module else origin + attribute] = None
            has_alias = alias.asname is not None and isinstance(alias.asname.name, cst.Name)
            name = alias.asname.name.value if has_alias else attribute  # type: ignore[union-attr]
            self.bind(str(name))
            out.append(m.Import(str(name), module, attribute, level, module))
        return tuple(out)


def _dotted(node: cst.CSTNode) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))
