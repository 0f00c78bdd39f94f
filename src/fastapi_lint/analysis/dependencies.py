"""FastAPI's parameter markers where FastAPI does not read them: plain calls, and `Depends` around a result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.markers import marked_by_default
from fastapi_lint.analysis.routes import endpoint_functions
from fastapi_lint.analysis.tree import names_read
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import Application, Edge, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import (
    Atom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    FunctionAtom,
    GeneratorAtom,
    InstanceAtom,
    ManagerAtom,
    ObjectAtom,
)

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class Omitted(NamedTuple):
    """A parameter that a plain call leaves to its default: the marker `kind`."""

    parameter: str
    kind: str


class DefaultPassedThrough(NamedTuple):
    """`text` calls `callee`, no endpoint, without the parameters `omitted`, which it uses."""

    path: str
    span: Span
    text: str
    callee: str
    omitted: tuple[Omitted, ...]


class DependencyCalled(NamedTuple):
    """`Depends(name())` at `span`; `gives` says what the call gives: "a coroutine", "a `dict`"."""

    path: str
    span: Span
    name: str
    gives: str


def omitted_markers(interpreter: Interpreter, call: Application) -> tuple[Omitted, ...]:
    """The parameters that the call leaves to a marker as their default and that the callee reads."""
    function = call.target.function
    if function is None or call.given is None or _resolves_markers(function):
        return ()
    missing = []
    for position, parameter in enumerate(function.facts.parameters):
        if parameter.default is None or parameter.name in call.given:
            continue
        marker = marked_by_default(interpreter, function, position)
        if marker is not None:
            missing.append(Omitted(parameter.name, marker.kind))
    if not missing:
        return ()
    read = names_read(function.module.facts, function.facts)
    return tuple([one for one in missing if one.parameter in read])


def _resolves_markers(function: ProjectFunction) -> bool:
    """Whether a decorator such as `@inject` fills the parameters for any caller."""
    return any("inject" in render(decorator).lower() for decorator in function.facts.decorators)


def frames_outside_tests(interpreter: Interpreter) -> Iterator[Frame]:
    """Every function and module body that is no test."""
    for module in interpreter.project.modules.values():
        if not module.is_test:
            yield interpreter.names.module_frame(module)
    for frame in interpreter.frames:
        if not frame.module.is_test:
            yield frame


def answers_defaultpassedthrough(program: Program) -> Iterator[DefaultPassedThrough]:
    """Plain calls of functions that count on FastAPI for their parameters, by file and line."""
    interpreter = program.interpreter
    endpoints = endpoint_functions(program.table)
    found: dict[tuple[str, Span], DefaultPassedThrough] = {}
    for frame in frames_outside_tests(interpreter):
        for call in frame.applications:
            function = call.target.function
            key = (frame.module.path, call.span)
            if call.edge is Edge.DEPENDENCY or function is None or function in endpoints or key in found:
                continue
            omitted = omitted_markers(interpreter, call)
            if omitted:
                callee = (
                    function.cls.name
                    if function.cls is not None and call.target.name.endswith("__init__")
                    else call.target.name
                )
                found[key] = DefaultPassedThrough(*key, call.text, callee, omitted)
    yield from sorted(found.values())


PLAIN_TYPES = frozenset(
    {
        "str",
        "int",
        "float",
        "bool",
        "bytes",
        "dict",
        "list",
        "tuple",
        "set",
        "frozenset",
        "None",
        "Dict",
        "List",
        "Tuple",
        "Set",
    }
)

NO_CALLABLES = frozenset({"Session", "AsyncSession", "scoped_session", "Connection", "AsyncConnection", "Engine", "AsyncEngine",
                          "Redis", "Client", "AsyncClient", "ClientSession"})  # fmt: skip
"""Library classes, by their last name, whose instances cannot be called."""

DATA_BASES = frozenset({"object", "pydantic.BaseModel", "pydantic_settings.BaseSettings", "pydantic.BaseSettings",
                        "sqlmodel.SQLModel", "abc.ABC", "typing.Generic", "typing.NamedTuple", "typing.TypedDict"})  # fmt: skip


def answers_dependencycalled(program: Program) -> Iterator[DependencyCalled]:
    """`Depends(f())` where what the project's function `f` gives cannot be called, by file and line."""
    for place, (call, callee) in sorted(program.interpreter.markers_of_calls.items()):
        module = program.interpreter.project.modules.get(place.path)
        functions = [atom.function for atom in callee if isinstance(atom, FunctionAtom)]
        if module is None or module.is_test or not functions or len(functions) != len(callee):
            continue
        gives = [_what_it_gives(program.interpreter, function) for function in functions]
        known = [one for one in gives if one is not None]
        if len(known) == len(gives):
            yield DependencyCalled(place.path, place.span, render(call.function), known[0])


def _what_it_gives(interpreter: Interpreter, function: ProjectFunction) -> str | None:
    """What a call of `function` gives, in words, when that is surely not callable."""
    facts = function.facts
    if function.is_manager:
        return "a context manager"
    if facts.is_generator:
        return "an async generator" if facts.is_async else "a generator"
    if facts.is_async:
        return "a coroutine"
    results = [atom for frame in function.frames.values() for atom in frame.result.value]
    declared = _declared_plain(facts.returns)
    if declared is not None and not any(_may_be_callable(atom) for atom in results):
        return f"a `{declared}`" if declared != "None" else "`None`"
    values = results or list(interpreter.signature(function).returns)
    if not values or any(_may_be_callable(atom) for atom in values):
        return None
    first = values[0]
    if not results and isinstance(first, ObjectAtom):
        return f"a `{first.cls.name}`"
    # Results that are not known are dropped from a value: without a declared type only a sole `return` is sure.
    return _name_of(first) if facts.returns is not None or _returns(facts) == 1 else None


def _returns(facts: m.FunctionFacts) -> int:
    return sum(isinstance(node, m.Return) for node in nodes_of(facts))


def _declared_plain(returns: m.Expression | None) -> str | None:
    """The built-in data type that a return annotation names."""
    if isinstance(returns, m.Constant) and returns.type == "NoneType":
        return "None"
    if isinstance(returns, m.Subscript):
        returns = returns.value
    return returns.id if isinstance(returns, m.Name) and returns.id in PLAIN_TYPES else None


def _may_be_callable(atom: Atom) -> bool:
    if isinstance(atom, (ConstantAtom, ContainerAtom, CoroutineAtom, GeneratorAtom, ManagerAtom)):
        return False
    if isinstance(atom, InstanceAtom):
        return atom.type.rpartition(".")[2] not in NO_CALLABLES
    if isinstance(atom, ObjectAtom):
        classes = [atom.cls] if atom.exact else [atom.cls, *atom.cls.descendants()]
        return any(cls.find("__call__") is not None or not _is_all_known(cls) for cls in classes)
    return True


def _is_all_known(cls: ProjectClass) -> bool:
    """Whether every ancestor is a class of the project or a data class of a library."""
    if not DATA_BASES.issuperset(cls.externals):
        return False
    return all(
        sum(base.keyword is None for base in one.facts.bases) <= len(one.bases) + len(one.own_externals)
        for one in cls.mro
    )


def _name_of(atom: Atom) -> str:
    if isinstance(atom, ConstantAtom):
        return f"a `{type(atom.value).__name__}`" if atom.value is not None else "`None`"
    if isinstance(atom, ContainerAtom):
        return f"a `{atom.kind}`"
    if isinstance(atom, ObjectAtom):
        return f"a `{atom.cls.name}`"
    if isinstance(atom, InstanceAtom):
        return f"a `{atom.type.rpartition('.')[2]}`"
    return "an object"
