"""Evaluating `def` and `class`: decorators, bases, class bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference import calls
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.evaluator import ExpressionEvaluator
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    ConstantAtom,
    ExternalAtom,
    FunctionAtom,
    GenericAtom,
    InstanceAtom,
    Value,
    join,
)
from fastapi_lint.knowledge.fastapi_api import CANONICAL


class DefinitionEvaluator(ExpressionEvaluator):
    """Binds functions and classes to what their decorators make of them."""

    def block(self, statements: Sequence[m.Statement]) -> bool:
        """Supplied by the statement evaluator."""
        raise NotImplementedError

    def _define(self, statement: m.Define) -> bool:
        function = self.define(statement.function)
        value: Value = (FunctionAtom(function),)
        for decorator in reversed(function.facts.decorators):
            value = self._decorate(decorator, value, function.facts.span)
        for atom in value:
            if isinstance(atom, FunctionAtom) and atom.function.task_type is not None:
                function.task_type = atom.function.task_type  # also under a wrapper of the project's own
        self.bind(function.facts.name, value)
        return True

    def _decorate(self, decorator: m.Expression, value: Value, span: Span) -> Value:
        applied = self.expression(decorator)
        if not applied:
            return value
        decorator_span = span_of(decorator, span)
        context = calls.CallContext(decorator_span, _last_name(decorator))
        results = []
        for atom in applied:
            made = calls.apply(self, atom, calls.Arguments([value], {}), context)
            # A decorator that nothing is known about leaves the function as it is.
            is_function = any(not isinstance(a, (InstanceAtom, ConstantAtom)) or _is_task(a) for a in made)
            results.append(made if is_function else value)
        return join(*results)

    def _define_class(self, statement: m.DefineClass) -> bool:
        facts = self.module.facts.classes[statement.cls]
        outer = self.frame if self.frame.function is not None else None
        cls = self.interpreter.cls(self.module, facts, outer)
        bases: list[ProjectClass] = []
        externals: list[str] = []
        for base in facts.bases:
            if base.keyword is not None:
                self.expression(base.value)
                continue
            for atom in self.expression(base.value):
                if isinstance(atom, ClassAtom):
                    bases.append(atom.cls)
                elif isinstance(atom, (ExternalAtom, GenericAtom)):
                    path = atom.path if isinstance(atom, ExternalAtom) else atom.origin
                    externals.append(CANONICAL.get(path, path))
        if not cls.bases and not cls.own_externals:
            cls.set_bases(bases, externals)
            self.interpreter.note_external_bases(cls)
        body = type(self)(
            self.interpreter, self.interpreter.class_frame(cls), local_names=None, outer=outer, cls=cls
        )
        body.env = dict(self.env) if self.local_names is not None else {}
        body.block(facts.body)
        hook = cls.find("__init_subclass__", after=cls)
        for member in hook[1] if hook is not None else UNKNOWN:
            if isinstance(member, FunctionAtom):
                bound = FunctionAtom(member.function, ClassAtom(cls))
                calls.function(self, bound, [], {}, facts.span, "__init_subclass__", is_open=True)
        value: Value = (ClassAtom(cls),)
        for decorator in reversed(facts.decorators):
            value = self._decorate(decorator, value, facts.span)
        self.bind(facts.name, value)
        return True


def _is_task(atom: Any) -> bool:
    return isinstance(atom, InstanceAtom) and atom.type == "celery.app.task.Task"


def span_of(node: m.Expression, default: Span) -> Span:
    """Where an expression stands; `default` for one that keeps no place."""
    span = getattr(node, "span", None)
    return span if isinstance(span, Span) else default


def _last_name(node: m.Expression) -> str:
    while isinstance(node, m.Call):
        node = node.function
    return (
        node.attribute
        if isinstance(node, m.Attribute)
        else node.id
        if isinstance(node, m.Name)
        else "decorator"
    )
