"""LibCST statements and definitions to the facts model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.expressions import ExpressionBuilder, operator_of
from fastapi_lint.facts.positions import Positions
from fastapi_lint.facts.walk import walk

Statements = tuple[m.Statement, ...]


class _FunctionScope:
    """What is learnt about a function while its body is read."""

    def __init__(self, index: int, qualname: str) -> None:
        self.index = index
        self.qualname = qualname
        self.bound: set[str] = set()
        self.outer_names: set[str] = set()
        self.yields = False
        self.has_loops = False
        self.calls_itself = False
        self.counted: set[str] = set()
        self.tested: set[str] = set()


class _ClassScope:
    """The class whose body is read."""

    def __init__(self, index: int, qualname: str) -> None:
        self.index = index
        self.qualname = qualname


class StatementBuilder(ExpressionBuilder):
    """Turns a LibCST module into statements, functions and classes."""

    def __init__(self, positions: Positions) -> None:
        super().__init__(positions)
        self.functions: list[m.FunctionFacts | None] = []
        self.classes: list[m.ClassFacts | None] = []
        self._scopes: list[_FunctionScope | _ClassScope] = []
        self._statement: dict[type[cst.CSTNode], Callable[[Any], Statements]] = {
            cst.SimpleStatementLine: self._simple_statements,
            cst.SimpleStatementSuite: self._simple_statements,
            cst.FunctionDef: self._function,
            cst.ClassDef: self._class,
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
            cst.Return: lambda node: (m.Return(self._optional(node.value), self.span(node)),),
            cst.Raise: self._raise,
            cst.Assert: lambda node: (m.Assert(self.expression(node.test), self._optional(node.msg)),),
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

    # --- what the expression builder asks ----------------------------------------------------

    def bind(self, name: str) -> None:
        if self._scopes and isinstance(self._scopes[-1], _FunctionScope):
            self._scopes[-1].bound.add(name)

    def note_yield(self) -> None:
        if self._scopes and isinstance(self._scopes[-1], _FunctionScope):
            self._scopes[-1].yields = True

    def note_loop(self) -> None:
        if self._scopes and isinstance(self._scopes[-1], _FunctionScope):
            self._scopes[-1].has_loops = True

    def note_call(self, name: str, arguments: tuple[m.Argument, ...]) -> None:
        scope = self._scopes[-1] if self._scopes else None
        if not isinstance(scope, _FunctionScope):
            return
        if name == "range":
            scope.counted.add(name)
            scope.counted.update(node.id for node in walk(arguments) if isinstance(node, m.Name))
        elif name == scope.qualname.rpartition(".")[2]:
            scope.calls_itself = True

    def note_test(self, test: m.Expression) -> None:
        scope = self._scopes[-1] if self._scopes else None
        if isinstance(scope, _FunctionScope):
            _add_tested(test, scope.tested)

    def define_lambda(self, node: cst.Lambda) -> m.Expression:
        span = self.span(node)
        scope = self._enter_function("<lambda>")
        parameters = self._parameters(node.params)
        value = self.expression(node.body)
        self._finish_function(
            scope, "<lambda>", parameters, None, (), False, span, span.end_line, (m.Return(value, span),)
        )
        return m.Lambda(scope.index)

    # --- blocks --------------------------------------------------------------------------------

    def block(self, nodes: Sequence[cst.CSTNode]) -> Statements:
        out: list[m.Statement] = []
        for node in nodes:
            out.extend(self._statement[type(node)](node))
        return tuple(out)

    def _body(self, node: cst.BaseSuite | None) -> Statements:
        return self.block(node.body) if node is not None else ()

    def _simple_statements(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> Statements:
        return self.block(node.body)

    def _optional(self, node: cst.BaseExpression | None) -> m.Expression | None:
        return self.expression(node) if node is not None else None

    # --- definitions -----------------------------------------------------------------------------

    def _qualified(self, name: str) -> str:
        return f"{self._scopes[-1].qualname}.{name}" if self._scopes else name

    def _enter_function(self, name: str) -> _FunctionScope:
        scope = _FunctionScope(len(self.functions), self._qualified(name))
        self.functions.append(None)
        self._scopes.append(scope)
        return scope

    def _finish_function(
        self,
        scope: _FunctionScope,
        name: str,
        parameters: tuple[m.Parameter, ...],
        returns: m.Expression | None,
        decorators: tuple[m.Expression, ...],
        is_async: bool,
        span: Span,
        end_line: int,
        body: Statements,
    ) -> None:
        self._scopes.pop()
        parent = self._scopes[-1] if self._scopes else None
        self.functions[scope.index] = m.FunctionFacts(
            number=scope.index,
            name=name,
            qualname=scope.qualname,
            parameters=parameters,
            returns=returns,
            decorators=decorators,
            is_async=is_async,
            is_generator=scope.yields,
            span=span,
            end_line=end_line,
            parent_class=parent.index if isinstance(parent, _ClassScope) else None,
            parent_function=parent.index if isinstance(parent, _FunctionScope) else None,
            has_loops=scope.has_loops,
            calls_itself=scope.calls_itself,
            counted=frozenset(scope.counted),
            tested=frozenset(scope.tested),
            locals=frozenset((scope.bound | {p.name for p in parameters}) - scope.outer_names),
            body=body,
        )

    def _parameters(self, node: cst.Parameters) -> tuple[m.Parameter, ...]:
        groups: list[tuple[str, Sequence[cst.Param]]] = [
            ("positional", node.posonly_params),
            ("normal", node.params),
            ("*", [node.star_arg] if isinstance(node.star_arg, cst.Param) else []),
            ("keyword", node.kwonly_params),
            ("**", [node.star_kwarg] if node.star_kwarg else []),
        ]
        out = []
        for kind, params in groups:
            for param in params:
                annotation = self.annotation(param.annotation, param)
                out.append(
                    m.Parameter(
                        param.name.value, annotation, self._optional(param.default), kind, self.span(param)
                    )
                )
        return tuple(out)

    def _function(self, node: cst.FunctionDef) -> Statements:
        name = node.name.value
        self.bind(name)
        decorators = tuple([self.expression(decorator.decorator) for decorator in node.decorators])
        whole = self.span(node)
        header = len(name) + (10 if node.asynchronous else 4)
        span = Span(whole.line, whole.column, whole.line, whole.column + header)
        scope = self._enter_function(name)
        parameters = self._parameters(node.params)
        returns = self.annotation(node.returns)
        body = self._body(node.body)
        is_async = node.asynchronous is not None
        self._finish_function(
            scope, name, parameters, returns, decorators, is_async, span, whole.end_line, body
        )
        return (m.Define(scope.index),)

    def _class(self, node: cst.ClassDef) -> Statements:
        name = node.name.value
        self.bind(name)
        decorators = tuple([self.expression(decorator.decorator) for decorator in node.decorators])
        bases = self.arguments(node.bases) + self.arguments(node.keywords)
        whole = self.span(node)
        parent = self._scopes[-1] if self._scopes else None
        scope = _ClassScope(len(self.classes), self._qualified(name))
        self.classes.append(None)
        self._scopes.append(scope)
        body = self._body(node.body)
        self._scopes.pop()
        self.classes[scope.index] = m.ClassFacts(
            number=scope.index,
            name=name,
            qualname=scope.qualname,
            bases=bases,
            decorators=decorators,
            span=Span(whole.line, whole.column, whole.line, whole.column + len(name) + 6),
            parent_class=parent.index if isinstance(parent, _ClassScope) else None,
            parent_function=parent.index if isinstance(parent, _FunctionScope) else None,
            body=body,
        )
        return (m.DefineClass(scope.index),)

    # --- compound statements -----------------------------------------------------------------------

    def _if(self, node: cst.If) -> Statements:
        test = self.expression(node.test)
        self.note_test(test)
        orelse: Statements = ()
        body = self._body(node.body)
        if isinstance(node.orelse, cst.If):
            orelse = self._if(node.orelse)
        elif node.orelse is not None:
            orelse = self._body(node.orelse.body)
        return (m.If(test, body, orelse, self.span(node)),)

    def _while(self, node: cst.While) -> Statements:
        orelse = self._body(node.orelse.body) if node.orelse else ()
        self.note_loop()
        test = self.expression(node.test)
        scope = self._scopes[-1] if self._scopes else None
        if isinstance(scope, _FunctionScope):
            scope.counted.update(one.id for one in walk(test) if isinstance(one, m.Name))
        return (m.While(test, self._body(node.body), orelse, self.span(node)),)

    def _for(self, node: cst.For) -> Statements:
        self.note_loop()
        iterable = self.expression(node.iter)
        target = self._target(node.target)
        body = self._body(node.body)
        orelse = self._body(node.orelse.body) if node.orelse else ()
        return (m.For(target, iterable, body, orelse, node.asynchronous is not None, self.span(node)),)

    def _with(self, node: cst.With) -> Statements:
        items = []
        for item in node.items:
            context = self.expression(item.item)
            target = self._target(item.asname.name) if item.asname else None
            items.append(m.WithItem(context, target, self.span(item)))
        return (m.With(tuple(items), self._body(node.body), node.asynchronous is not None, self.span(node)),)

    def _try(self, node: cst.Try | cst.TryStar) -> Statements:
        body = self._body(node.body)
        handlers = []
        for handler in node.handlers:
            name = (
                handler.name.name.value if handler.name and isinstance(handler.name.name, cst.Name) else None
            )
            if name:
                self.bind(name)
            handlers.append(m.Handler(self._optional(handler.type), name, self._body(handler.body)))
        orelse = self._body(node.orelse.body) if node.orelse else ()
        final = self._body(node.finalbody.body) if node.finalbody else ()
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
            guard = self._optional(case.guard)
            cases.append(
                m.Case(
                    tuple(captures),
                    tuple(mentions),
                    guard,
                    irrefutable and guard is None,
                    self._body(case.body),
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
        value = self._optional(node.value)
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
        cause = self._optional(node.cause.item) if node.cause else None
        return (m.Raise(self._optional(node.exc), cause, self.span(node)),)

    def _delete(self, node: cst.Del) -> Statements:
        targets = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else ()
        expressions = [self.expression(t.value) for t in targets] or [self.expression(node.target)]
        return (m.Delete(tuple(expressions), self.span(node)),)

    def _type_alias(self, node: cst.TypeAlias) -> Statements:
        self.bind(node.name.value)
        return (m.Assign((m.Name(node.name.value),), self.expression(node.value), None, self.span(node)),)

    def _scope_statement(self, kind: str, items: Sequence[cst.NameItem]) -> Statements:
        names = tuple([item.name.value for item in items])
        if self._scopes and isinstance(self._scopes[-1], _FunctionScope):
            self._scopes[-1].outer_names.update(names)
        return (m.Scope(kind, names),)

    def _import(self, node: cst.Import) -> Statements:
        out = []
        for alias in node.names:
            dotted = _dotted(alias.name)
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
        if isinstance(node.names, cst.ImportStar):
            return (m.Import("*", module, "*", level, module),)
        out = []
        for alias in node.names:
            attribute = _dotted(alias.name)
            has_alias = alias.asname is not None and isinstance(alias.asname.name, cst.Name)
            name = alias.asname.name.value if has_alias else attribute  # type: ignore[union-attr]
            self.bind(str(name))
            out.append(m.Import(str(name), module, attribute, level, module))
        return tuple(out)


def _add_tested(test: m.Expression, names: set[str]) -> None:
    """The names that a test consists of: `flag`, `not flag`, `a and flag`."""
    if isinstance(test, m.Name):
        names.add(test.id)
    elif isinstance(test, m.UnaryOperation):
        _add_tested(test.value, names)
    elif isinstance(test, m.BooleanOperation):
        _add_tested(test.left, names)
        _add_tested(test.right, names)


def _dotted(node: cst.CSTNode) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))
