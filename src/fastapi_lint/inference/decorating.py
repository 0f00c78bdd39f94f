"""Models of library decorators and of what else gives one callable for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.inference import attributes, calls, iteration, models
from fastapi_lint.inference.frames import Edge
from fastapi_lint.inference.modeled import MODELS, Model, model
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    DecoratorAtom,
    FunctionAtom,
    ManagerAtom,
    ObjectAtom,
    PartialAtom,
    Value,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.evaluator import ExpressionEvaluator


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
