"""What pydantic and FastAPI run of the project's models: validators, serializers, computed fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.inference import calls, implicit
from fastapi_lint.inference.annotations import instances
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    DecoratorAtom,
    FunctionAtom,
    GenericAtom,
    MarkerAtom,
    ObjectAtom,
    Place,
    Value,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import CallContext
    from fastapi_lint.inference.classes import ProjectClass
    from fastapi_lint.inference.evaluator import ExpressionEvaluator
    from fastapi_lint.inference.fastapi_model import Registration
    from fastapi_lint.inference.frames import Frame
    from fastapi_lint.inference.interpreter import Interpreter

MODELS = ("pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic.RootModel", "pydantic.BaseSettings",
          "pydantic_settings.BaseSettings", "pydantic.generics.GenericModel", "sqlmodel.SQLModel")  # fmt: skip
"""Classes whose instances are validated when they are made, and serialized."""

VALIDATOR = "validator"
SERIALIZER = "serializer"

ROLES: dict[str, str] = {
    "pydantic.field_validator": VALIDATOR,
    "pydantic.model_validator": VALIDATOR,
    "pydantic.validator": VALIDATOR,
    "pydantic.root_validator": VALIDATOR,
    "pydantic.field_serializer": SERIALIZER,
    "pydantic.model_serializer": SERIALIZER,
    "pydantic.computed_field": SERIALIZER,
}
"""Decorators of methods that pydantic calls: when an instance is made, or written out."""

ANNOTATED: dict[str, str] = {
    **dict.fromkeys(
        ("pydantic.AfterValidator", "pydantic.BeforeValidator", "pydantic.PlainValidator", "pydantic.WrapValidator",
         "pydantic.functional_validators.AfterValidator", "pydantic.functional_validators.BeforeValidator"),
        VALIDATOR,
    ),
    **dict.fromkeys(("pydantic.PlainSerializer", "pydantic.WrapSerializer"), SERIALIZER),
}  # fmt: skip
"""Functions in an `Annotated[...]` that pydantic calls."""

AFTER_INIT = ("model_post_init", "__post_init__")
"""Methods of models and data classes that run when an instance is made."""

CONSTRUCTORS = frozenset({"model_validate", "model_validate_json", "model_validate_strings", "parse_obj", "parse_raw",
                          "from_orm"})  # fmt: skip
"""Class methods of a model that make a validated instance."""

WRITERS = frozenset({"model_dump", "model_dump_json", "dict", "json"})
"""Methods of a model that serialize it."""

RESPONSES = ("fastapi.Response", "starlette.responses.", "fastapi.responses.")


class ModelRun(NamedTuple):
    """FastAPI runs `frame`, a function of a model or response, for a route: on the event loop or in a thread."""

    registration: Registration
    frame: Frame
    on_loop: bool


def is_model(cls: ProjectClass) -> bool:
    return cls.inherits(*MODELS)


def is_response(cls: ProjectClass) -> bool:
    """Whether the class is a response: making one renders its content."""
    return any(path.startswith(RESPONSES) for path in cls.externals)


def methods_of(cls: ProjectClass, role: str) -> Iterator[FunctionAtom]:
    """The model's own methods of that role, bound to an instance or, for class methods, to the class."""
    seen: set[str] = set()
    for ancestor in cls.mro:
        for name, value in ancestor.namespace.items():
            if name in seen:
                continue
            for atom in value:
                if isinstance(atom, FunctionAtom) and (
                    atom.function.role == role or (role == VALIDATOR and name in AFTER_INIT)
                ):
                    seen.add(name)
                    is_of_class = atom.function.kind == "classmethod"
                    yield FunctionAtom(atom.function, ClassAtom(cls) if is_of_class else ObjectAtom(cls))


def functions_of(interpreter: Interpreter, cls: ProjectClass, role: str) -> Iterator[FunctionAtom]:
    """Methods of that role, and the functions in the annotations of the model's fields."""
    yield from methods_of(cls, role)
    for types in _field_types(interpreter, cls):
        yield from annotated_functions(types, role)


def annotated_functions(types: Value, role: str) -> Iterator[FunctionAtom]:
    """The functions that an `Annotated[...]` anywhere in an annotation names for pydantic."""
    for atom in types:
        if isinstance(atom, GenericAtom):
            for argument in atom.arguments:
                yield from annotated_functions(argument, role)
        elif isinstance(atom, DecoratorAtom) and atom.kind == role:
            yield from [function for function in atom.data if isinstance(function, FunctionAtom)]


def models_in(interpreter: Interpreter, types: Value) -> list[ProjectClass]:
    """The models that an annotation (or a value) mentions, and those of their fields."""
    found: dict[ProjectClass, None] = {}
    pending = list(_classes(types))
    while pending:
        cls = pending.pop(0)
        if cls not in found and (is_model(cls) or cls.is_data):
            found[cls] = None
            for field in _field_types(interpreter, cls):
                pending += _classes(field)
    return list(found)


def _classes(value: Value) -> Iterator[ProjectClass]:
    for atom in value:
        if isinstance(atom, (ClassAtom, ObjectAtom)):
            yield atom.cls
        elif isinstance(atom, GenericAtom):
            for argument in atom.arguments:
                yield from _classes(argument)
        elif isinstance(atom, ContainerAtom):
            for item in (atom.element, *atom.items):
                yield from _classes(item)


def _field_types(interpreter: Interpreter, cls: ProjectClass) -> Iterator[Value]:
    for ancestor in cls.mro:
        for annotation in ancestor.annotations.values():
            yield interpreter.types_in_class(ancestor, annotation)


def run_validators(evaluator: ExpressionEvaluator, cls: ProjectClass, context: CallContext) -> None:
    """An instance of the model is made here."""
    for atom in dict.fromkeys(functions_of(evaluator.interpreter, cls, VALIDATOR)):
        calls.function(evaluator, atom, [], {}, context.span, context.text, context.edge, True)


def make(evaluator: ExpressionEvaluator, cls: ProjectClass, context: CallContext) -> Value:
    """`Model.model_validate(data)`: an instance made from data that is not known."""
    return calls.construct(evaluator, cls, calls.Arguments([], {}, True), context)


def run_serializers(evaluator: ExpressionEvaluator, cls: ProjectClass, context: CallContext) -> None:
    """An instance of the model is written out here."""
    for atom in dict.fromkeys(functions_of(evaluator.interpreter, cls, SERIALIZER)):
        calls.function(evaluator, atom, [], {}, context.span, context.text, context.edge, True)


def adapter_method(types: Value, name: str) -> Value:
    """A method of `TypeAdapter(types)`: it validates, or writes out."""
    if name.startswith("validate_"):
        return (DecoratorAtom("checked", types),)
    return (DecoratorAtom("written", types),) if name.startswith("dump_") else UNKNOWN


def adapt(evaluator: ExpressionEvaluator, kind: str, types: Value, context: CallContext) -> Value:
    """Data is validated as `types` here ("checked"), or an instance of them is written out ("written")."""
    role = VALIDATOR if kind == "checked" else SERIALIZER
    atoms = [*annotated_functions(types, role)]
    for cls in models_in(evaluator.interpreter, types):
        atoms += functions_of(evaluator.interpreter, cls, role)
    for atom in dict.fromkeys(atoms):
        calls.function(evaluator, atom, [], {}, context.span, context.text, context.edge, True)
    return evaluator.interpreter.instances(types) if kind == "checked" else UNKNOWN


# --- on behalf of path operations --------------------------------------------------------------------


def runs(interpreter: Interpreter, registration: Registration) -> Iterator[ModelRun]:
    """What FastAPI runs of models for one registration: parameters in, results out."""
    handlers = [frame for atom in registration.work for frame in interpreter.entry_frames(atom)]
    if registration.kind not in ("route", "websocket"):
        handlers = []
    shared = [
        frame
        for marker in registration.dependencies
        if isinstance(marker, MarkerAtom)
        for provider in marker.provider
        for frame in interpreter.entry_frames(provider)
    ]
    pending = [*handlers, *shared]
    seen = set(pending)
    while pending:
        frame = pending.pop()
        # Parameters are validated on the event loop, whatever the function is.
        for types in _validated_parameters(interpreter, frame):
            for atom in annotated_functions(types, VALIDATOR):
                yield _run(interpreter, registration, atom, True)
            for cls in models_in(interpreter, types):
                for atom in functions_of(interpreter, cls, VALIDATOR):
                    yield _run(interpreter, registration, atom, True)
                for _, factory in implicit.default_factories(interpreter, cls):
                    for maker in factory:
                        if isinstance(maker, FunctionAtom):
                            yield _run(interpreter, registration, maker, True)
        for site in frame.dependencies:
            if site.target not in seen:
                seen.add(site.target)
                pending.append(site.target)
    if registration.kind == "route":
        for frame in handlers:
            yield from _results(interpreter, registration, frame)
        for answer in _answers(interpreter, registration, handlers):
            if isinstance(answer, ClassAtom):
                found = answer.cls.find("render")
                for member in found[1] if found is not None else ():
                    if isinstance(member, FunctionAtom):
                        receiver = ObjectAtom(answer.cls)
                        yield _run(interpreter, registration, FunctionAtom(member.function, receiver), True)


def _answers(interpreter: Interpreter, registration: Registration, handlers: list[Frame]) -> Value:
    """The response classes that FastAPI puts results into; none where the endpoints return responses themselves."""
    results = join_all([frame.result.value for frame in handlers])
    if results and all(isinstance(atom, ObjectAtom) and is_response(atom.cls) for atom in results):
        return UNKNOWN
    return registration.response_class or _default_answer(interpreter, registration.owner, set())


def _default_answer(interpreter: Interpreter, owner: Place | None, seen: set[Place]) -> Value:
    """`default_response_class` of the router, or of the router or app that includes it."""
    defaults = interpreter.default_answers
    if not defaults or owner is None or owner in seen:
        return UNKNOWN
    seen.add(owner)
    if owner in defaults:
        return defaults[owner]
    return join_all(
        [
            _default_answer(interpreter, one.owner, seen)
            for one in interpreter.registrations.values()
            if one.kind == "include" and any(getattr(atom, "place", None) == owner for atom in one.work)
        ]
    )


def _results(interpreter: Interpreter, registration: Registration, frame: Frame) -> Iterator[ModelRun]:
    """What an endpoint returns is validated where the endpoint runs, and written out on the event loop."""
    assert frame.function is not None
    result = join_all([frame.result.value, frame.yields.value])
    given = registration.response_model
    if given is None:
        declared = interpreter.signature(frame.function).returns
    else:
        declared = instances(tuple([atom for atom in given if not isinstance(atom, ConstantAtom)]))
    answers = models_in(interpreter, declared)
    is_stream = frame.is_generator and not frame.is_async
    writes_in_thread = is_stream and not any(
        getattr(atom, "path", "").endswith("EventSourceResponse") for atom in registration.response_class
    )
    for cls in answers or models_in(interpreter, result):
        for atom in functions_of(interpreter, cls, SERIALIZER):
            yield _run(interpreter, registration, atom, not writes_in_thread)
    returned = set(_classes(result))
    if not result or returned & set(answers):
        return  # an instance of the model is not validated again
    for cls in answers:
        for atom in functions_of(interpreter, cls, VALIDATOR):
            yield _run(interpreter, registration, atom, frame.is_async)
        for name in {name for ancestor in cls.mro for name in ancestor.annotations}:
            for other in returned:
                found = other.find(name)
                for member in found[1] if found is not None else ():
                    if isinstance(member, FunctionAtom) and member.function.kind == "property":
                        bound = FunctionAtom(member.function, ObjectAtom(other))
                        yield _run(interpreter, registration, bound, frame.is_async)


def _run(interpreter: Interpreter, registration: Registration, atom: FunctionAtom, on_loop: bool) -> ModelRun:
    return ModelRun(registration, interpreter.frame(atom.function, atom.receiver, {}), on_loop)


def _validated_parameters(interpreter: Interpreter, frame: Frame) -> Iterator[Value]:
    """The annotations of the parameters that a request fills, not a dependency."""
    if frame.function is None:
        return
    signature = interpreter.signature(frame.function)
    for position in range(len(frame.function.facts.parameters)):
        types = signature.types[position]
        if not _is_dependency(signature.defaults[position]) and not _is_dependency(types):
            yield types


def _is_dependency(value: Value) -> bool:
    return any(
        (isinstance(atom, MarkerAtom) and atom.kind in ("Depends", "Security"))
        or (isinstance(atom, GenericAtom) and any(_is_dependency(a) for a in atom.arguments))
        for atom in value
    )


__all__ = [
    "ANNOTATED", "CONSTRUCTORS", "ROLES", "UNKNOWN", "WRITERS", "ModelRun", "is_model", "is_response", "run_serializers",
    "run_validators", "runs",
]  # fmt: skip
