"""Models of objects that libraries give: context variables, fields, tasks, exit stacks, containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.inference import builtin_functions, calls, iteration
from fastapi_lint.inference.annotations import instances
from fastapi_lint.inference.frames import Cell, Edge
from fastapi_lint.inference.modeled import model
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    FunctionAtom,
    GeneratorAtom,
    GenericAtom,
    InstanceAtom,
    Value,
    join,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.evaluator import ExpressionEvaluator

CONTEXT_VARIABLE = "contextvars.ContextVar"


@model("contextvars.ContextVar")
def _context_variable(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    variable = InstanceAtom(CONTEXT_VARIABLE, evaluator.interpreter.place(evaluator.frame, context.span))
    evaluator.interpreter.add_to(_held(evaluator, variable), arguments.keywords.get("default", UNKNOWN))
    return (variable,)


def _held(evaluator: ExpressionEvaluator, variable: InstanceAtom) -> Cell:
    """What the context variable holds, in any context."""
    return evaluator.interpreter.state_cell("variable", repr(variable.place))


def declare_variable(evaluator: ExpressionEvaluator, value: Value, types: Value) -> None:
    """`current: ContextVar[Session] = ContextVar("current")`."""
    for atom in value:
        if isinstance(atom, InstanceAtom) and atom.type == CONTEXT_VARIABLE and atom.place is not None:
            for written in types:
                if isinstance(written, GenericAtom):
                    held = join_all([instances(argument) for argument in written.arguments])
                    evaluator.interpreter.add_to(_held(evaluator, atom), held)


def call_variable(
    evaluator: ExpressionEvaluator, variable: InstanceAtom, method: str, arguments: Arguments
) -> Value:
    """`variable.get()` and `variable.set(value)`."""
    if method == "set":
        evaluator.interpreter.add_to(_held(evaluator, variable), arguments.get(0, "value"))
    if method == "get":
        return join(_held(evaluator, variable).read(evaluator.frame), arguments.get(0, "default"))
    return UNKNOWN


@model("pydantic.TypeAdapter", "pydantic.type_adapter.TypeAdapter")
def _adapter(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    return (DecoratorAtom("adapter", arguments.get(0, "type")),)


@model("dataclasses.field", "pydantic.Field", "pydantic.fields.Field", "pydantic.PrivateAttr", "attrs.field", "attr.ib",
       "sqlmodel.Field")  # fmt: skip
def _field(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    factory = arguments.keywords.get("default_factory") or arguments.keywords.get("factory") or UNKNOWN
    if factory:
        return calls.apply_all(evaluator, factory, calls.Arguments([], {}), context)
    default = arguments.get(0, "default")
    return tuple([atom for atom in default if not isinstance(atom, ConstantAtom)])


def as_task(arguments: Arguments, type_: str) -> Value:
    """A task queue's decorator, with or without arguments: the function gets the methods of `type_`."""
    value = arguments.positional[0] if arguments.positional else UNKNOWN
    functions = [atom for atom in value if isinstance(atom, FunctionAtom)]
    if not functions:
        return (DecoratorAtom("task", type_),)
    for atom in functions:
        atom.function.task_type = type_
    return value


def enter_context(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    """`stack.enter_async_context(manager)`: as `async with`, left when the stack is."""
    is_async = "async" in context.text
    value = iteration.enter(evaluator, arguments.get(0, "cm"), context.span, is_async, context.text)
    return (CoroutineAtom(None, value),) if is_async else value


def call_builtin_member(
    evaluator: ExpressionEvaluator, owner: Atom, name: str, arguments: Arguments, context: CallContext
) -> Value:
    """A method of a container, generator or coroutine."""
    if isinstance(owner, GeneratorAtom):
        if name in ("__next__", "send"):
            evaluator.record_call(Edge.CALL, context.span, context.text, owner.frame)
            return owner.frame.yields.read(evaluator.frame)
        if name in ("__anext__", "asend"):
            return (CoroutineAtom(None, owner.frame.yields.read(evaluator.frame)),)
        return UNKNOWN
    if isinstance(owner, CoroutineAtom):
        if name == "add_done_callback":
            calls.hand_over(
                evaluator, arguments.get(0, "fn"), calls.Arguments([], {}, True), context, Edge.LOOP
            )
        return owner.result if name == "result" else UNKNOWN
    if not isinstance(owner, ContainerAtom):
        return UNKNOWN
    if name in ("get", "setdefault", "pop"):
        found = iteration.item(owner, arguments.get(0, "key")) if arguments.positional else owner.element
        return join(found, arguments.get(1, "default"))
    if name in ("popitem", "popleft"):
        return owner.element
    if name == "values":
        return evaluator.container("iterator", owner.element)
    if name == "items":
        pair = evaluator.container("tuple", owner.element, (UNKNOWN, owner.element))
        known: list[Value] = []
        if owner.keys and None not in owner.keys:
            for key, value in zip(owner.keys, owner.items, strict=True):
                known.append(evaluator.container("tuple", value, ((ConstantAtom(key),), value)))
        return evaluator.container("iterator", pair, tuple(known))
    if name == "copy":
        return (owner,)
    if name == "sort":
        builtin_functions.call_key(evaluator, arguments, context)
    return UNKNOWN
