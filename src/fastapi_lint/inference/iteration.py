"""Iterating, indexing and entering values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.diagnostics import Span
from fastapi_lint.inference import attributes, calls
from fastapi_lint.inference.frames import Edge, Form
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    GeneratorAtom,
    InstanceAtom,
    ManagerAtom,
    MemberAtom,
    ObjectAtom,
    Value,
    join_all,
)
from fastapi_lint.knowledge.blocking import blocks_on, returned_type

if TYPE_CHECKING:
    from fastapi_lint.inference.evaluator import ExpressionEvaluator


def iterate(
    evaluator: ExpressionEvaluator, value: Value, span: Span | None, is_async: bool, text: str
) -> Value:
    """What a loop over `value` binds; generators of the project run now. `span` None: nothing is recorded.

    `text` is the call or loop that iterates, as messages show it.
    """
    results: list[Value] = []
    for atom in value:
        if isinstance(atom, ContainerAtom):
            if atom.kind == "dict":
                continue
            results.append(atom.element)
        elif isinstance(atom, GeneratorAtom):
            if is_async and not atom.is_async:
                continue  # `async for` over a plain generator raises: another value is meant
            if span is not None and not atom.is_async:
                evaluator.record_call(Edge.CALL, span, text, atom.frame)
            results.append(atom.frame.yields.read(evaluator.frame))
        elif isinstance(atom, ObjectAtom) and span is not None:
            enter = "__aiter__" if is_async else "__iter__"
            step = "__anext__" if is_async else "__next__"
            iterator = calls.method(evaluator, atom, enter, [], span, text)
            results.append(evaluator.await_value(calls.method(evaluator, atom, step, [], span, text), span))
            others = tuple([other for other in iterator if other != atom])
            results.append(iterate(evaluator, others, span, is_async, text))
        elif isinstance(atom, InstanceAtom):
            if span is not None and not is_async and atom.detail != "memory":
                evaluator.record_blocking(span, text, blocks_on(atom.type, "iterate"), form=Form.ITERATE)
            element = returned_type(atom.type, "__iter__")
            if element:
                results.append((InstanceAtom(element),))
        elif isinstance(atom, ClassAtom) and atom.cls.inherits("enum.Enum", "enum.StrEnum", "enum.IntEnum"):
            results.append((ObjectAtom(atom.cls, True),))
    return join_all(results)


def iterate_elsewhere(
    evaluator: ExpressionEvaluator, value: Value, context: calls.CallContext, edge: Edge
) -> Value:
    """What iterating over `value` in another thread gives; an async iterator is left to the event loop."""
    results: list[Value] = []
    for atom in value:
        if isinstance(atom, GeneratorAtom):
            if not atom.is_async:
                evaluator.record_call(edge, context.span, context.text, atom.frame)
            results.append(atom.frame.yields.read(evaluator.frame))
        elif isinstance(atom, ObjectAtom):
            for enter, step in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
                made = calls.method(evaluator, atom, enter, [], context.span, context.text, None, edge)
                others = tuple([other for other in made if other != atom])
                results.append(iterate_elsewhere(evaluator, others, context, edge))
                element = calls.method(evaluator, atom, step, [], context.span, context.text, None, edge)
                results.append(element)
        else:
            results.append(iterate(evaluator, (atom,), None, False, ""))
    return join_all(results)


def position(value: Value, index: int) -> Value:
    """The element at a constant position: tuple assignment."""
    results: list[Value] = []
    for atom in value:
        if isinstance(atom, ContainerAtom):
            if atom.kind == "tuple" and index < len(atom.items):
                results.append(atom.items[index])
            elif atom.kind != "dict":
                results.append(atom.element)
    return join_all(results)


def item(container: ContainerAtom, index: Value) -> Value:
    """`container[index]`: one entry for a constant index, any entry otherwise."""
    constants = [atom.value for atom in index if isinstance(atom, ConstantAtom)]
    if len(constants) == 1 and container.items:
        if container.kind == "dict" and constants[0] in container.keys:
            return container.items[container.keys.index(constants[0])]
        if container.kind in ("tuple", "list") and isinstance(constants[0], int):
            if -len(container.items) <= constants[0] < len(container.items):
                return container.items[constants[0]]
            return UNKNOWN
    return container.element


def enter(evaluator: ExpressionEvaluator, value: Value, span: Span, is_async: bool, text: str) -> Value:
    """What `with value as target` binds. Enter and exit methods of project classes run now. `text`: for messages."""
    results: list[Value] = []
    for atom in value:
        if isinstance(atom, ManagerAtom):
            edge = Edge.AWAIT if atom.is_async else Edge.CALL
            evaluator.record_call(edge, span, text, atom.frame)
            results.append(atom.frame.yields.read(evaluator.frame))
        elif isinstance(atom, ObjectAtom):
            prefix = "a" if is_async else ""
            entered = calls.method(evaluator, atom, f"__{prefix}enter__", [], span, text)
            calls.method(evaluator, atom, f"__{prefix}exit__", [], span, text)
            if is_async:
                entered = evaluator.await_value(entered, span)
            if not entered and atom.cls.externals:
                entered = (atom,)
            results.append(entered)
        elif isinstance(atom, (InstanceAtom, MemberAtom)):
            results.append(attributes.enter_external(evaluator, atom, span, is_async, text))
        elif isinstance(atom, CoroutineAtom):
            results.append(atom.result)
        elif isinstance(atom, ContainerAtom):
            results.append((atom,))
        elif isinstance(atom, DecoratorAtom) and atom.kind == "entered":
            results.append(atom.data)
    return join_all(results)
