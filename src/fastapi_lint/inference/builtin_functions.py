"""Models of Python's built-in functions and of the standard library's that work on any object or collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.facts import model as m
from fastapi_lint.inference import attributes, calls, implicit, iteration
from fastapi_lint.inference.modeled import MODELS, Model, model
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    ModuleAtom,
    ObjectAtom,
    Value,
    join,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.evaluator import ExpressionEvaluator


@model("super")
def _super(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    function = evaluator.frame.function
    while function is not None and function.cls is None and function.outer is not None:
        function = function.outer.function
    if function is None or function.cls is None or not function.facts.parameters:
        return UNKNOWN
    receiver = evaluator.lookup(function.facts.parameters[0].name)
    return (DecoratorAtom("super", (function.cls, receiver[0] if receiver else ObjectAtom(function.cls))),)


@model("type")
def _type(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    if len(arguments.positional) != 1:
        return UNKNOWN
    return tuple([ClassAtom(atom.cls) for atom in arguments.positional[0] if isinstance(atom, ObjectAtom)])


@model("getattr")
def _getattr(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    given = arguments.get(1, "name")
    names = [atom.value for atom in given if isinstance(atom, ConstantAtom) and isinstance(atom.value, str)]
    # What a setting says by default is not the only class of a module that it may name; an enumeration tells all.
    is_sure = len(names) > 1 or _is_literal(context.node, 1)
    found = [
        attributes.get(evaluator, atom, name, context.span)
        for name in names
        for atom in arguments.get(0, "object")
        if is_sure or not isinstance(atom, ModuleAtom)
    ]
    return join(join_all(found), arguments.get(2, "default")) if names else UNKNOWN


def _is_literal(node: m.Call | None, position: int) -> bool:
    return (
        node is not None
        and len(node.arguments) > position
        and isinstance(node.arguments[position].value, m.Constant)
    )


@model("importlib.import_module")
def _import_module(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    name = attributes.constant_of(arguments.get(0, "name"))
    if not isinstance(name, str) or name.startswith("."):
        return UNKNOWN
    statement = m.Import(name, name, None, 0, name)
    return evaluator.interpreter.names.imported(evaluator.module, statement, evaluator.frame)


@model("setattr")
def _setattr(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    name = attributes.constant_of(arguments.get(1, "name"))
    if isinstance(name, str):
        for atom in arguments.get(0, "object"):
            attributes.set_attribute(evaluator, atom, name, arguments.get(2, "value"))
    return UNKNOWN


@model("next", "anext")
def _next(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    is_async = context.text == "anext"
    element = iteration.iterate(evaluator, arguments.get(0, "iterator"), context.span, is_async, context.text)
    return (CoroutineAtom(None, element),) if is_async else join(element, arguments.get(1, "default"))


@model("iter", "reversed", "aiter", "copy.copy", "copy.deepcopy", "contextlib.closing", "contextlib.aclosing",
       "contextlib.nullcontext", "weakref.proxy")  # fmt: skip
def _same(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    return arguments.positional[0] if arguments.positional else UNKNOWN


@model("list", "tuple", "set", "frozenset", "sorted", "dict", "sum", "min", "max", "any", "all", "collections.deque",
       "str.join", "more_itertools.chunked", "itertools.islice", "functools.reduce")  # fmt: skip
def _consume(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    """Built-ins that run an iterable to its end."""
    name = context.text.rpartition(".")[2]
    call_key(evaluator, arguments, context)
    position = 1 if name == "reduce" else 0
    iterable = arguments.positional[position] if position < len(arguments.positional) else UNKNOWN
    element = iteration.iterate(evaluator, iterable, context.span, False, context.text)
    if name in ("min", "max"):
        return element
    if name in ("sum", "any", "all"):
        return UNKNOWN
    if name == "dict":
        return tuple([a for a in iterable if isinstance(a, ContainerAtom)]) or evaluator.container(
            "dict", UNKNOWN
        )
    if name == "reduce" and arguments.positional:
        calls.apply_all(
            evaluator, arguments.positional[0], calls.Arguments([element, element], {}, True), context
        )
        return UNKNOWN
    return evaluator.container(
        "list" if name == "sorted" else "iterator" if name == "islice" else name, element
    )


def call_key(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> None:
    """`key=function` is called now."""
    if "key" in arguments.keywords:
        calls.apply_all(evaluator, arguments.keywords["key"], calls.Arguments([], {}, True), context)


@model("map", "filter")
def _map(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    if len(arguments.positional) < 2:
        return UNKNOWN
    elements = [
        iteration.iterate(evaluator, value, context.span, False, context.text)
        for value in arguments.positional[1:]
    ]
    passed = calls.Arguments(elements, {}, False)
    result = calls.apply_all(evaluator, arguments.positional[0], passed, context)
    return evaluator.container("iterator", result if context.text == "map" else elements[0])


@model("enumerate", "zip", "itertools.chain", "itertools.product")
def _zip(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    elements = [
        iteration.iterate(evaluator, value, context.span, False, context.text)
        for value in arguments.positional
    ]
    if context.text == "enumerate":
        elements = [UNKNOWN, *elements[:1]]
    elif context.text.endswith("chain"):
        return evaluator.container("iterator", join_all(elements))
    pair = evaluator.container("tuple", join_all(elements), tuple(elements))
    return evaluator.container("iterator", pair)


@model("collections.defaultdict")
def _defaultdict(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    made = calls.apply_all(evaluator, arguments.get(0, "default_factory"), calls.Arguments([], {}), context)
    return evaluator.container("dict", made)


ASKED = {
    "len": ("__len__",), "bool": ("__bool__", "__len__"), "str": ("__str__", "__repr__"), "repr": ("__repr__",),
    "format": ("__format__", "__str__", "__repr__"), "print": ("__str__", "__repr__"), "hash": ("__hash__",),
    "abs": ("__abs__",), "round": ("__round__",), "int": ("__int__",), "float": ("__float__",),
}  # fmt: skip
"""Built-ins that ask an object of the project: the first method that its class has."""


def _asking(names: tuple[str, ...]) -> Model:
    def ask(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
        for asked in arguments.positional if context.text == "print" else arguments.positional[:1]:
            implicit.ask(evaluator, asked, names, context.span, context.text)
        return UNKNOWN

    return ask


for _path, _names in ASKED.items():
    MODELS[_path] = _asking(_names)


@model("typing.cast")
def _cast(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    declared = evaluator.interpreter.instances(arguments.get(0, "typ"))
    return declared or arguments.get(1, "val")
