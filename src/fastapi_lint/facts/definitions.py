"""LibCST definitions to the facts model: functions, classes, and what their bodies tell about them."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.expressions import ExpressionBuilder
from fastapi_lint.facts.positions import Positions
from fastapi_lint.facts.walk import walk

Statements = tuple[m.Statement, ...]


class FunctionScope:
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


class ClassScope:
    """The class whose body is read."""

    def __init__(self, index: int, qualname: str) -> None:
        self.index = index
        self.qualname = qualname


class DefinitionBuilder(ExpressionBuilder):
    """Turns LibCST's definitions into functions and classes."""

    def __init__(self, positions: Positions) -> None:
        super().__init__(positions)
        self.functions: list[m.FunctionFacts | None] = []
        self.classes: list[m.ClassFacts | None] = []
        self.scopes: list[FunctionScope | ClassScope] = []

    def block(self, nodes: Sequence[cst.CSTNode]) -> Statements:
        """The statements of a body or a module."""
        raise NotImplementedError

    def suite(self, node: cst.BaseSuite | None) -> Statements:
        """The statements below a header; none where there is no such part."""
        return self.block(node.body) if node is not None else ()

    def optional(self, node: cst.BaseExpression | None) -> m.Expression | None:
        """The expression, if there is one."""
        return self.expression(node) if node is not None else None

    # --- what the expression builder asks ----------------------------------------------------

    def bind(self, name: str) -> None:
        if self.scopes and isinstance(self.scopes[-1], FunctionScope):
            self.scopes[-1].bound.add(name)

    def note_yield(self) -> None:
        if self.scopes and isinstance(self.scopes[-1], FunctionScope):
            self.scopes[-1].yields = True

    def note_loop(self) -> None:
        if self.scopes and isinstance(self.scopes[-1], FunctionScope):
            self.scopes[-1].has_loops = True

    def note_call(self, name: str, arguments: tuple[m.Argument, ...]) -> None:
        scope = self.scopes[-1] if self.scopes else None
        if not isinstance(scope, FunctionScope):
            return
        if name == "range":
            scope.counted.add(name)
            scope.counted.update(node.id for node in walk(arguments) if isinstance(node, m.Name))
        elif name == scope.qualname.rpartition(".")[2]:
            scope.calls_itself = True

    def note_test(self, test: m.Expression) -> None:
        scope = self.scopes[-1] if self.scopes else None
        if isinstance(scope, FunctionScope):
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

    # --- definitions -----------------------------------------------------------------------------

    def _qualified(self, name: str) -> str:
        return f"{self.scopes[-1].qualname}.{name}" if self.scopes else name

    def _enter_function(self, name: str) -> FunctionScope:
        scope = FunctionScope(len(self.functions), self._qualified(name))
        self.functions.append(None)
        self.scopes.append(scope)
        return scope

    def _finish_function(
        self,
        scope: FunctionScope,
        name: str,
        parameters: tuple[m.Parameter, ...],
        returns: m.Expression | None,
        decorators: tuple[m.Expression, ...],
        is_async: bool,
        span: Span,
        end_line: int,
        body: Statements,
    ) -> None:
        self.scopes.pop()
        parent = self.scopes[-1] if self.scopes else None
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
            parent_class=parent.index if isinstance(parent, ClassScope) else None,
            parent_function=parent.index if isinstance(parent, FunctionScope) else None,
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
                        param.name.value, annotation, self.optional(param.default), kind, self.span(param)
                    )
                )
        return tuple(out)

    def function(self, node: cst.FunctionDef) -> Statements:
        """`def` and `async def`."""
        name = node.name.value
        self.bind(name)
        decorators = tuple([self.expression(decorator.decorator) for decorator in node.decorators])
        whole = self.span(node)
        header = len(name) + (10 if node.asynchronous else 4)
        span = Span(whole.line, whole.column, whole.line, whole.column + header)
        scope = self._enter_function(name)
        parameters = self._parameters(node.params)
        returns = self.annotation(node.returns)
        body = self.suite(node.body)
        is_async = node.asynchronous is not None
        self._finish_function(
            scope, name, parameters, returns, decorators, is_async, span, whole.end_line, body
        )
        return (m.Define(scope.index),)

    def class_(self, node: cst.ClassDef) -> Statements:
        """`class`."""
        name = node.name.value
        self.bind(name)
        decorators = tuple([self.expression(decorator.decorator) for decorator in node.decorators])
        bases = self.arguments(node.bases) + self.arguments(node.keywords)
        whole = self.span(node)
        parent = self.scopes[-1] if self.scopes else None
        scope = ClassScope(len(self.classes), self._qualified(name))
        self.classes.append(None)
        self.scopes.append(scope)
        body = self.suite(node.body)
        self.scopes.pop()
        self.classes[scope.index] = m.ClassFacts(
            number=scope.index,
            name=name,
            qualname=scope.qualname,
            bases=bases,
            decorators=decorators,
            span=Span(whole.line, whole.column, whole.line, whole.column + len(name) + 6),
            parent_class=parent.index if isinstance(parent, ClassScope) else None,
            parent_function=parent.index if isinstance(parent, FunctionScope) else None,
            body=body,
        )
        return (m.DefineClass(scope.index),)


def _add_tested(test: m.Expression, names: set[str]) -> None:
    """The names that a test consists of: `flag`, `not flag`, `a and flag`."""
    if isinstance(test, m.Name):
        names.add(test.id)
    elif isinstance(test, m.UnaryOperation):
        _add_tested(test.value, names)
    elif isinstance(test, m.BooleanOperation):
        _add_tested(test.left, names)
        _add_tested(test.right, names)
