"""Models of common library callables: what they call, what they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi_lint.facts import model as m
from fastapi_lint.inference import attributes, calls, implicit, iteration, models
from fastapi_lint.inference.annotations import instances
from fastapi_lint.inference.frames import Cell, Edge
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    FunctionAtom,
    GeneratorAtom,
    GenericAtom,
    InstanceAtom,
    ManagerAtom,
    ModuleAtom,
    ObjectAtom,
    PartialAtom,
    Value,
    join,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.evaluator import ExpressionEvaluator

Model = Callable[["ExpressionEvaluator", "Arguments", "CallContext"], Value]
MODELS: dict[str, Model] = {}

CONTEXT_VARIABLE = "contextvars.ContextVar"


def model(*paths: str) -> Callable[[Model], Model]:
    """Register the model of the callables `paths`."""

    def register(function: Model) -> Model:
        for path in paths:
            MODELS[path] = function
        return function

    return register


@model("functools.partial", "functools.partialmethod")
def _partial(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    if not arguments.positional:
        return UNKNOWN
    rest = tuple(arguments.positional[1:])
    return tuple(
        [PartialAtom(atom, rest, tuple(arguments.keywords.items())) for atom in arguments.positional[0]]
    )


@model("functools.wraps")
def _wraps(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    return (DecoratorAtom("wraps", arguments.get(0, "wrapped")),)


@model("functools.update_wrapper")
def _update_wrapper(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    return wrap(arguments.get(0, "wrapper"), arguments.get(1, "wrapped"))


def wrap(wrapper: Value, wrapped: Value) -> Value:
    """Note that the functions of the project in `wrapper` stand for `wrapped`."""
    for atom in wrapper:
        if isinstance(atom, FunctionAtom) and all(
            not isinstance(other, FunctionAtom) or other.function is not atom.function for other in wrapped
        ):
            atom.function.wrapped = wrapped
    return wrapper


@model("functools.lru_cache", "functools.cache", "async_lru.alru_cache")
def _cached(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    """Decorators that keep results, given with or without arguments."""
    value = arguments.positional[0] if arguments.positional else UNKNOWN
    if not any(isinstance(a, (FunctionAtom, ClassAtom)) for a in value):
        return (DecoratorAtom("transparent") if "ttl" in arguments.keywords else DecoratorAtom("cached"),)
    return mark_cached(value)


def mark_cached(value: Value) -> Value:
    """The functions in `value` do their work once for each set of arguments."""
    for atom in value:
        if isinstance(atom, FunctionAtom):
            atom.function.is_cached = True
    return value


@model(
    "functools.singledispatch",
    "abc.abstractmethod",
    "typing.overload",
    "typing.final",
    "typing.override",
    "typing_extensions.override",
    "typing_extensions.deprecated",
    "attr.s",
    "attrs.define",
)
def _transparent(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    """Decorators that leave what the function does as it is, given with or without arguments."""
    value = arguments.positional[0] if arguments.positional else UNKNOWN
    if not any(isinstance(a, (FunctionAtom, ClassAtom)) for a in value):
        return (DecoratorAtom("transparent"),)
    return value


@model("dataclasses.dataclass", "pydantic.dataclasses.dataclass")
def _data_class(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    value = arguments.positional[0] if arguments.positional else UNKNOWN
    return mark_data(value) if value else (DecoratorAtom("data class"),)


def mark_data(value: Value) -> Value:
    """The classes in `value` get their `__init__` from `@dataclass`."""
    for atom in value:
        if isinstance(atom, ClassAtom):
            atom.cls.is_data = True
    return value


@model("contextlib.contextmanager", "contextlib.asynccontextmanager")
def _manager(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    value = arguments.positional[0] if arguments.positional else UNKNOWN
    for atom in value:
        if isinstance(atom, FunctionAtom):
            atom.function.is_manager = True
    return value


def _kind(kind: str) -> Model:
    def change(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
        value = arguments.positional[0] if arguments.positional else UNKNOWN
        for atom in value:
            if isinstance(atom, FunctionAtom):
                atom.function.kind = kind
        return value

    return change


for _path in ("property", "abc.abstractproperty", "sqlalchemy.ext.hybrid.hybrid_property"):
    MODELS[_path] = _kind("property")


@model("functools.cached_property")
def _cached_property(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
    return mark_cached(MODELS["property"](evaluator, arguments, context))


MODELS["staticmethod"] = _kind("staticmethod")
MODELS["classmethod"] = _kind("classmethod")
MODELS["abc.abstractclassmethod"] = _kind("classmethod")


def _role(path: str) -> Model:
    """A decorator that tells pydantic to call the method; given with or without arguments."""

    def change(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
        value = arguments.positional[0] if arguments.positional else UNKNOWN
        functions = [atom for atom in value if isinstance(atom, FunctionAtom)]
        if not functions:
            mode = attributes.constant_of(arguments.keywords.get("mode", UNKNOWN))
            return (DecoratorAtom("role", (path, mode)),)
        return give_role(value, path, None)

    return change


def give_role(value: Value, path: str, mode: object) -> Value:
    """The functions in `value` are decorated with `path`."""
    for atom in value:
        if isinstance(atom, FunctionAtom):
            atom.function.role = models.ROLES[path]
            if path.endswith("computed_field"):
                atom.function.kind = "property"
            elif path.endswith("validator") and mode != "after" and atom.function.kind == "method":
                atom.function.kind = "classmethod"
    return value


def _annotated(role: str) -> Model:
    def keep(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> Value:
        return (DecoratorAtom(role, arguments.get(0, "func")),)

    return keep


for _path in models.ROLES:
    MODELS[_path] = _role(_path)
for _path, _role_name in models.ANNOTATED.items():
    MODELS[_path] = _annotated(_role_name)


@model("fastapi.concurrency.iterate_in_threadpool", "starlette.concurrency.iterate_in_threadpool")
def _iterate_in_threadpool(
    evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext
) -> Value:
    element = iteration.iterate_elsewhere(evaluator, arguments.get(0, "iterator"), context, Edge.THREAD)
    return evaluator.container("iterator", element)


@model("fastapi.concurrency.contextmanager_in_threadpool")
def _manager_in_threadpool(
    evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext
) -> Value:
    """Enters and leaves a sync context manager in threads."""
    entered: list[Value] = []
    for atom in arguments.get(0, "cm"):
        if isinstance(atom, ManagerAtom) and not atom.is_async:
            evaluator.record_call(Edge.THREAD, context.span, context.text, atom.frame)
            entered.append(atom.frame.yields.read(evaluator.frame))
        elif isinstance(atom, ObjectAtom):
            arguments_of_exit = [UNKNOWN, UNKNOWN, UNKNOWN]
            entered.append(
                calls.method(evaluator, atom, "__enter__", [], context.span, context.text, None, Edge.THREAD)
            )
            calls.method(
                evaluator, atom, "__exit__", arguments_of_exit, context.span, context.text, None, Edge.THREAD
            )
        else:
            with evaluator.silenced():
                entered.append(iteration.enter(evaluator, (atom,), context.span, False, context.text))
    return (DecoratorAtom("entered", join_all(entered)),)


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
        call_key(evaluator, arguments, context)
    return UNKNOWN
