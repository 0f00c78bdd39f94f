"""Evaluating statements, in order, with what each branch knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference import attributes, calls, conditions, implicit, iteration, library
from fastapi_lint.inference.definitions import DefinitionEvaluator, span_of
from fastapi_lint.inference.evaluator import OPERATORS
from fastapi_lint.inference.plain import constants, declares_plain
from fastapi_lint.inference.rendering import render, render_loop
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    ExternalAtom,
    InstanceAtom,
    ObjectAtom,
    Value,
    join,
)
from fastapi_lint.knowledge.fastapi_api import HTTP_METHODS, ROUTE_MAKERS
from fastapi_lint.project.modules import Module

_ADDING_METHODS = {
    "append": 0,
    "add": 0,
    "appendleft": 0,
    "insert": 1,
    "setdefault": 1,
    "extend": 0,
    "update": 0,
}


class Evaluator(DefinitionEvaluator):
    """Evaluates the statements of one scope. After a `return` or `raise` the rest of a block is not evaluated."""

    def block(self, statements: Sequence[m.Statement]) -> bool:
        """Evaluate statements in order. True when control can leave at the end."""
        for statement in statements:  # noqa: SIM110 (`all` would recurse through C)
            if not _STATEMENTS[type(statement)](self, statement):
                return False
        return True

    def _branches(self, branches: Sequence[tuple[Callable[[], None] | None, Sequence[m.Statement]]]) -> bool:
        """Evaluate alternatives, each from the same start, and join what they know afterwards."""
        start = self.env
        ends: list[dict[str, Value]] = []
        for prepare, body in branches:
            self.env = dict(start)
            if prepare is not None:
                prepare()
            if self.block(body):
                ends.append(self.env)
        if not ends:
            self.env = start
            return False
        merged = ends[0]
        for end in ends[1:]:
            for name, value in end.items():
                other = merged.get(name)
                merged[name] = value if other is None else value if other is value else join(other, value)
        self.env = merged
        return True

    # --- simple statements -------------------------------------------------------------------------

    def _assign(self, statement: m.Assign) -> bool:
        value = self.expression(statement.value) if statement.value is not None else UNKNOWN
        if statement.annotation is not None:
            written = self.expression(statement.annotation)
            declared = self.interpreter.instances(written)
            library.declare_variable(self, value, written)
            if self.cls is not None and self.local_names is None:
                target = statement.targets[0]
                if isinstance(target, m.Name):
                    self.cls.annotations[target.id] = statement.annotation
                    if statement.value is None:
                        return True
                    value = tuple([a for a in value if not isinstance(a, ConstantAtom)]) or value
            if declares_plain(statement.annotation):
                value = constants(value)
            else:
                value = self._narrow_to_declared(value, declared)
        if statement.value is not None and any(isinstance(t, m.Display) for t in statement.targets):
            implicit.unpack(self, statement.value, value, statement.span)
        for target in statement.targets:
            self.assign(target, value, statement.span)
        return True

    @staticmethod
    def _narrow_to_declared(value: Value, declared: Value) -> Value:
        """An annotation counts where the value is not known; that of an empty container says what it is for."""
        known = [atom for atom in value if not isinstance(atom, ConstantAtom)]
        if not known or not declared:
            return declared or value
        if len(value) == len(declared) == 1:
            made, meant = value[0], declared[0]
            if isinstance(made, ContainerAtom) and isinstance(meant, ContainerAtom) and not made.element:
                return (made._replace(element=meant.element),)
        return value

    def assign(self, target: m.Expression, value: Value, span: Span) -> None:
        if isinstance(target, m.Name):
            self.bind(target.id, value)
        elif isinstance(target, m.Display):
            for position, item in enumerate(target.items):
                if isinstance(item, m.Starred):
                    self.assign(item.value, UNKNOWN, span)
                else:
                    self.assign(item, iteration.position(value, position), span)
        elif isinstance(target, m.Attribute):
            for atom in self.expression(target.value):
                attributes.set_attribute(self, atom, target.attribute, value)
                if isinstance(atom, ObjectAtom):
                    text = f"{render(target)} = ..."
                    implicit.set_property(self, atom, target.attribute, value, span, text)
        elif isinstance(target, m.Subscript):
            owners = self.expression(target.value)
            self.expression(target.index)
            for atom in owners:
                if isinstance(atom, ObjectAtom):
                    calls.method(self, atom, "__setitem__", [UNKNOWN, value], span, f"{render(target)} = ...")
            self.put_into(target.value, owners, value)
        elif isinstance(target, m.Starred):
            self.assign(target.value, UNKNOWN, span)

    def put_into(self, owner: m.Expression, owners: Value, value: Value) -> None:
        """A container now holds `value` too; the variable that holds the container learns it."""
        kept = tuple([atom for atom in value if not isinstance(atom, ConstantAtom)])
        if not kept:
            return
        grown: list[Atom] = []
        for atom in owners:
            if isinstance(atom, ContainerAtom):
                grown += self.container(atom.kind, join(atom.element, kept))
        if not grown:
            return
        inner = _container_of(owner)
        if inner is not None:
            # `listeners[name].append(f)`, `listeners.setdefault(name, []).append(f)`
            self.put_into(inner, self.frame.value_of(inner), tuple(grown))
        elif isinstance(owner, m.Name):
            declared_here = self.local_names is None or owner.id in self.local_names
            if declared_here:
                self.bind(owner.id, tuple(grown))
            else:
                self.interpreter.names.grow_outer(self.module, self.outer, owner.id, tuple(grown))
        elif isinstance(owner, m.Attribute):
            for atom in self.expression(owner.value):
                attributes.set_attribute(self, atom, owner.attribute, tuple(grown))

    def _augmented(self, statement: m.AugmentedAssign) -> bool:
        value = self.expression(statement.value)
        old = self.expression(statement.target)
        special = OPERATORS.get(statement.operator)
        if special is not None and any(isinstance(atom, ObjectAtom) for atom in old):
            text = f"{render(statement.target)} {statement.operator}= ..."
            names = (special.replace("__", "__i", 1), special)
            implicit.ask(self, old, names, statement.span, text)
        if isinstance(statement.target, m.Name):
            self.bind(
                statement.target.id,
                join(old, value) if old and not isinstance(old[0], ConstantAtom) else UNKNOWN,
            )
        return True

    def _evaluate(self, statement: m.Evaluate) -> bool:
        node = statement.value
        self.expression(node)
        if isinstance(node, m.Call) and isinstance(node.function, m.Attribute) and node.arguments:
            position = _ADDING_METHODS.get(node.function.attribute)
            if position is not None and position < len(node.arguments):
                owners = self.frame.value_of(node.function.value)
                if any(isinstance(atom, ContainerAtom) for atom in owners):
                    added = self.frame.value_of(node.arguments[position].value)
                    if node.function.attribute in ("extend", "update"):
                        added = join(*[a.element for a in added if isinstance(a, ContainerAtom)])
                    self.put_into(node.function.value, owners, added)
        return True

    def _return(self, statement: m.Return) -> bool:
        if not self.frame.is_async:
            self.given_back = id(statement.value)
        value = self.expression(statement.value) if statement.value is not None else UNKNOWN
        function = self.frame.function
        if function is not None and declares_plain(function.facts.returns):
            value = constants(value)
        if self.frame.result.add(value):
            self.interpreter.grew(self.frame.result)
        return False

    def _raise(self, statement: m.Raise) -> bool:
        for part in (statement.exception, statement.cause):
            if part is not None:
                self.expression(part)
        return False

    def _assert(self, statement: m.Assert) -> bool:
        self.expression(statement.test)
        conditions.narrow(self, statement.test, True)
        return True

    def _delete(self, statement: m.Delete) -> bool:
        for target in statement.targets:
            if isinstance(target, m.Name):
                self.env.pop(target.id, None)
            else:
                self.expression(target)
        return True

    def _jump(self, statement: m.Jump) -> bool:
        return statement.kind == "pass"

    def _scope(self, statement: m.Scope) -> bool:
        if statement.kind == "global":
            self.global_names.update(statement.names)
        return True

    def _import(self, statement: m.Import) -> bool:
        if statement.attribute == "*":
            self.interpreter.names.import_star(self.module, statement)
            return True
        self.bind(statement.name, self.interpreter.names.imported(self.module, statement, self.frame))
        return True

    # --- compound statements -------------------------------------------------------------------------

    def _if(self, statement: m.If) -> bool:
        test = statement.test
        self.expression(test)
        implicit.test_truth(self, test, span_of(test, statement.span))
        holds = conditions.truth(self, test)
        if holds is not None:
            return self.block(statement.body if holds else statement.orelse)
        return self._branches(
            [
                (lambda: conditions.narrow(self, test, True), statement.body),
                (lambda: conditions.narrow(self, test, False), statement.orelse),
            ]
        )

    def _while(self, statement: m.While) -> bool:
        self.expression(statement.test)
        implicit.test_truth(self, statement.test, span_of(statement.test, statement.span))
        self._branches([(None, statement.body), (None, ())])
        self.block(statement.orelse)
        endless = (
            isinstance(statement.test, m.Constant) and statement.test.value and not _breaks(statement.body)
        )
        return not endless

    def _for(self, statement: m.For) -> bool:
        iterable = self.expression(statement.iterable)
        span = span_of(statement.iterable, statement.span)
        element = iteration.iterate(self, iterable, span, statement.is_async, render_loop(statement.iterable))

        rounds = self._rounds(statement, iterable)
        if rounds:
            for one in rounds:
                self.assign(statement.target, one, statement.span)
                self._branches([(None, statement.body)])
            self.block(statement.orelse)
            return True

        def bind_target() -> None:
            self.assign(statement.target, element, statement.span)

        self._branches([(bind_target, statement.body), (None, ())])
        self.block(statement.orelse)
        return True

    def _rounds(self, statement: m.For, iterable: Value) -> tuple[Value, ...]:
        """The values of the target one by one, where the loop adds routes: `for path, f in ROUTES: app.add_api_route(path, f)`."""
        if (
            len(iterable) != 1
            or not isinstance(iterable[0], ContainerAtom)
            or not _adds_routes(self.module, statement.body)
        ):
            return ()
        container = iterable[0]
        if container.kind == "dict":
            return tuple([(ConstantAtom(key),) for key in container.keys if key is not None])
        return container.items

    def _with(self, statement: m.With) -> bool:
        for item in statement.items:
            if statement.is_async:
                self.awaited.add(id(item.context))
            value = self.expression(item.context)
            if statement.is_async:
                managers = [a.result for a in value if isinstance(a, CoroutineAtom)]
                value = join(tuple([a for a in value if not isinstance(a, CoroutineAtom)]), *managers)
            entered = iteration.enter(
                self, value, item.span, statement.is_async, f"with {render(item.context)}"
            )
            if item.target is not None:
                self.assign(item.target, entered, item.span)
        completes = self.block(statement.body)
        return completes or any(self._suppresses(item) for item in statement.items)

    def _suppresses(self, item: m.WithItem) -> bool:
        value = self.frame.value_of(item.context)
        return any(isinstance(atom, InstanceAtom) and atom.type == "contextlib.suppress" for atom in value)

    def _try(self, statement: m.Try) -> bool:
        start = dict(self.env)
        completes = self.block(statement.body)
        if completes:
            completes = self.block(statement.orelse)
        after_body = self.env
        # A handler may start anywhere in the body.
        in_handler = dict(start)
        for name, value in after_body.items():
            in_handler[name] = join(in_handler.get(name, UNKNOWN), value)
        ends = [after_body] if completes else []
        for handler in statement.handlers:
            self.env = dict(in_handler)
            if handler.type is not None:
                caught = self.expression(handler.type)
                if handler.name is not None:
                    self.bind(handler.name, self.interpreter.instances(caught))
            if self.block(handler.body):
                ends.append(self.env)
        merged = dict(ends[0]) if ends else in_handler
        for end in ends[1:]:
            for name, value in end.items():
                merged[name] = join(merged.get(name, UNKNOWN), value)
        self.env = merged
        completes_finally = self.block(statement.final)
        return bool(ends) and completes_finally

    def _match(self, statement: m.Match) -> bool:
        subject = self.expression(statement.subject)
        branches: list[tuple[Callable[[], None] | None, Sequence[m.Statement]]] = []
        for case in statement.cases:

            def prepare(case: m.Case = case) -> None:
                classes = tuple(
                    [
                        a
                        for e in case.mentions
                        for a in self.expression(e)
                        if isinstance(a, (ClassAtom, ExternalAtom))
                    ]
                )
                for name in case.captures:
                    self.bind(name, self.interpreter.instances(classes) if classes else subject)
                if case.guard is not None:
                    self.expression(case.guard)

            branches.append((prepare, case.body))
        if not any(case.irrefutable for case in statement.cases):
            branches.append((None, ()))
        return self._branches(branches)


def _adds_routes(module: Module, body: Sequence[m.Statement | m.Expression]) -> bool:
    for node in walk(body):
        if isinstance(node, m.Define) and _adds_routes(
            module, module.facts.functions[node.function].decorators
        ):
            return True
        function = node.function if isinstance(node, m.Call) else None
        if isinstance(function, m.Attribute) and function.attribute in ROUTE_MAKERS | HTTP_METHODS:
            return True
    return False


def _container_of(element: m.Expression) -> m.Expression | None:
    """The container of which `element` looks one entry up."""
    if isinstance(element, m.Subscript):
        return element.value
    if isinstance(element, m.Call) and isinstance(element.function, m.Attribute):
        return element.function.value if element.function.attribute in ("setdefault", "get") else None
    return None


def _breaks(statements: Sequence[m.Statement]) -> bool:
    for statement in statements:
        if isinstance(statement, m.Jump) and statement.kind == "break":
            return True
        if isinstance(statement, m.If) and (_breaks(statement.body) or _breaks(statement.orelse)):
            return True
        if isinstance(statement, m.With) and _breaks(statement.body):
            return True
        if isinstance(statement, m.Match) and any(_breaks(case.body) for case in statement.cases):
            return True
        if isinstance(statement, m.Try) and (
            _breaks(statement.body)
            or _breaks(statement.orelse)
            or _breaks(statement.final)
            or any(_breaks(handler.body) for handler in statement.handlers)
        ):
            return True
    return False


_STATEMENTS: dict[type, Callable[[Any, Any], bool]] = {
    m.Assign: Evaluator._assign,
    m.AugmentedAssign: Evaluator._augmented,
    m.Evaluate: Evaluator._evaluate,
    m.Return: Evaluator._return,
    m.Raise: Evaluator._raise,
    m.Assert: Evaluator._assert,
    m.Delete: Evaluator._delete,
    m.If: Evaluator._if,
    m.While: Evaluator._while,
    m.For: Evaluator._for,
    m.With: Evaluator._with,
    m.Try: Evaluator._try,
    m.Match: Evaluator._match,
    m.Import: Evaluator._import,
    m.Define: DefinitionEvaluator._define,
    m.DefineClass: DefinitionEvaluator._define_class,
    m.Scope: Evaluator._scope,
    m.Jump: Evaluator._jump,
}
