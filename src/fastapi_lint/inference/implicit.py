"""Calls that no call expression spells: default factories, truth tests, setters, operators that assign, unpacking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference import calls, iteration
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ConstantAtom,
    ContainerAtom,
    ExternalAtom,
    FunctionAtom,
    ObjectAtom,
    Value,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.classes import ProjectClass
    from fastapi_lint.inference.evaluator import ExpressionEvaluator
    from fastapi_lint.inference.frames import Frame
    from fastapi_lint.inference.interpreter import Interpreter

SHOWN_BY = {
    "": ("__format__", "__str__", "__repr__"),
    "s": ("__str__", "__repr__"),
    "r": ("__repr__",),
    "a": ("__repr__",),
}
"""The methods that make an object's text, by how it is asked for: the first that its class has."""

FIELDS = frozenset(
    {"dataclasses.field", "pydantic.Field", "pydantic.fields.Field", "attrs.field", "sqlmodel.Field"}
)
"""What gives a field of a class its default."""


def default_factories(interpreter: Interpreter, cls: ProjectClass) -> Iterator[tuple[str, Value]]:
    """Fields that a function gives a value when nobody passes one, with that function."""
    seen: set[str] = set()
    for ancestor in cls.mro:
        for statement in ancestor.facts.body:
            if not isinstance(statement, m.Assign) or not isinstance(statement.targets[0], m.Name):
                continue
            name = statement.targets[0].id
            if name in seen:
                continue
            seen.add(name)
            if isinstance(statement.value, m.Call):
                yield name, _factory(interpreter.class_frame(ancestor), statement.value)


def _factory(frame: Frame, node: m.Call) -> Value:
    callee = frame.value_of(node.function)
    if any(isinstance(atom, ExternalAtom) and atom.path in FIELDS for atom in callee):
        for argument in node.arguments:
            if argument.keyword in ("default_factory", "factory"):
                return frame.value_of(argument.value)
    return UNKNOWN


def run_factories(
    evaluator: ExpressionEvaluator, cls: ProjectClass, arguments: Arguments, context: CallContext
) -> None:
    """An instance is made here: the fields that the call leaves out get their defaults."""
    if arguments.is_open:
        return
    fields = list(dict.fromkeys(name for ancestor in reversed(cls.mro) for name in ancestor.annotations))
    given = {*fields[: len(arguments.positional)], *arguments.keywords}
    for name, factory in default_factories(evaluator.interpreter, cls):
        if name not in given:
            made_by = tuple([atom for atom in factory if isinstance(atom, FunctionAtom)])
            calls.apply_all(evaluator, made_by, calls.Arguments([], {}), context)


def test_truth(evaluator: ExpressionEvaluator, node: m.Expression, span: Span) -> None:
    """`if value:` asks an object of the project for its truth."""
    inner = node.value if isinstance(node, m.UnaryOperation) and node.operator == "not" else node
    if isinstance(inner, (m.Name, m.Attribute)):
        ask(evaluator, evaluator.frame.value_of(inner), ("__bool__", "__len__"), span, render(inner))


def ask(
    evaluator: ExpressionEvaluator,
    value: Value,
    names: tuple[str, ...],
    span: Span,
    text: str,
    positional: tuple[Value, ...] = (),
) -> Value:
    """Call the first of the special methods that each object of the project has."""
    results: list[Value] = []
    for atom in value:
        if isinstance(atom, ObjectAtom):
            name = next((name for name in names if atom.cls.find(name) is not None), None)
            if name is not None:
                passed = list(positional)
                results.append(calls.method(evaluator, atom, name, passed, span, text, is_open=True))
    return join_all(results)


def show(
    evaluator: ExpressionEvaluator, node: m.Expression, value: Value, conversion: str, span: Span
) -> None:
    """`f"{value}"` has an object of the project format itself."""
    if any(isinstance(atom, ObjectAtom) for atom in value):
        inner = f"{render(node)}!{conversion}" if conversion else render(node)
        ask(evaluator, value, SHOWN_BY[conversion], span, f'f"{{{inner}}}"')


def fill_in(evaluator: ExpressionEvaluator, node: m.BinaryOperation, template: Value, value: Value) -> None:
    """`"%s, %r" % (one, other)` asks the objects among the values for their texts."""
    if not isinstance(node.left, m.FormattedString) and not any(map(_is_text, template)):
        return
    texts = [atom.value for atom in template if isinstance(atom, ConstantAtom)]
    conversion = "r" if texts and all("%s" not in str(text) for text in texts) else "s"
    shown: list[Value] = [value]
    for atom in value:
        if isinstance(atom, ContainerAtom):
            shown += atom.items
    for one in shown:
        ask(evaluator, one, SHOWN_BY[conversion], node.span, f'"..." % {render(node.right)}')


def format_text(evaluator: ExpressionEvaluator, node: m.Call, template: Value, arguments: Arguments) -> None:
    """`"{} {name}".format(one, name=other)` has the objects among the arguments format themselves."""
    function = node.function
    if not isinstance(function, m.Attribute) or function.attribute != "format":
        return
    if isinstance(function.value, m.FormattedString) or any(map(_is_text, template)):
        for value in arguments.every():
            ask(evaluator, value, SHOWN_BY[""], node.span, '"...".format')


def _is_text(atom: Atom) -> bool:
    return isinstance(atom, ConstantAtom) and isinstance(atom.value, str)


def set_property(
    evaluator: ExpressionEvaluator, receiver: ObjectAtom, name: str, value: Value, span: Span, text: str
) -> None:
    """`receiver.name = value` runs the setter of a property."""
    found = receiver.cls.find(name)
    for member in found[1] if found is not None else UNKNOWN:
        if isinstance(member, FunctionAtom) and member.function.kind == "property":
            for setter in member.function.setter:
                if isinstance(setter, FunctionAtom):
                    bound = FunctionAtom(setter.function, receiver)
                    calls.function(evaluator, bound, [value], {}, span, text)


def unpack(evaluator: ExpressionEvaluator, node: m.Expression, value: Value, span: Span) -> None:
    """`first, second = value`, `call(*value)`: whatever is no plain container is iterated now."""
    others = tuple([atom for atom in value if not isinstance(atom, ContainerAtom)])
    if others:
        iteration.iterate(evaluator, others, span, False, render(node))


__all__ = [
    "ask", "default_factories", "fill_in", "format_text", "run_factories", "set_property", "show", "test_truth", "unpack",
]  # fmt: skip
