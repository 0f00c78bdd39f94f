"""Parameters of a route's path that no parameter of its function or dependencies takes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.markers import marked_by_annotation, marked_by_default
from fastapi_lint.analysis.path_templates import parameters
from fastapi_lint.analysis.routes import Route, functions_in, unwrapped
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import (
    Atom,
    ClassAtom,
    ExternalAtom,
    FunctionAtom,
    InstanceAtom,
    MarkerAtom,
    ObjectAtom,
    Value,
)
from fastapi_lint.knowledge.fastapi_api import REQUEST, WEBSOCKET

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

SCALARS = frozenset({"int", "str", "float", "bool", "UUID", "UUID4", "Decimal", "date", "datetime"})
"""Types, by last name, of parameters that FastAPI takes from the query when the path does not name them."""

DATA_BASES = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel"})
SELF_CONTAINED = ("fastapi.security.",)
"""Library dependencies that take the request and nothing else."""


class PathMismatch(NamedTuple):
    """The route `label` at `span` has `{missing}` in its path, which nothing takes.

    `instead` is the required parameter of the function that was probably meant ("" when there is none): FastAPI then expects it in
    the query.
    """

    path: str
    span: Span
    label: str
    handler: str
    missing: str
    instead: str


class _UnknownError(Exception):
    """Something may take any parameter."""


def answers(program: Program) -> Iterator[PathMismatch]:
    """Every route of which a path parameter goes nowhere, by file and line."""
    found: dict[tuple[str, Span], PathMismatch] = {}
    for route in program.table.routes:
        module = program.interpreter.project.modules[route.file]
        own = route.registration.path
        if own is None or "{?}" in route.path or module.is_test or (route.file, route.span) in found:
            continue
        functions = list(dict.fromkeys(functions_in(route.registration.work)))
        if len(functions) != 1 or len(functions) != len(route.registration.work):
            continue
        function = unwrapped(functions[0])
        names = parameters(route.path)
        taken = _taken(program.interpreter, route, function, functions[0])
        missing = [name for name in parameters(own) if taken is not None and name not in taken]
        if missing:
            instead = _instead(program.interpreter, function, missing[0], names)
            if not instead and _serves_a_page(function, own, missing[0]):
                continue
            label = f"{route.methods[0] if route.methods else 'WEBSOCKET'} {route.path}"
            key = (route.file, route.span)
            found[key] = PathMismatch(*key, label, function.facts.name, missing[0], instead)
    yield from sorted(found.values())


def _taken(
    interpreter: Interpreter, route: Route, function: ProjectFunction, registered: ProjectFunction
) -> set[str] | None:
    """The names that the function and its dependencies take from the path; None when that is not known."""
    collector = _Collector(interpreter)
    try:
        receiver = next((a.receiver for a in route.registration.work if isinstance(a, FunctionAtom)), None)
        if function is not registered and not registered.wrapped:
            raise _UnknownError
        is_method = function.cls is not None and function.kind == "method"
        collector.function(function, receiver is not None or is_method)
        for marker in (*route.registration.dependencies, *collector.shared(route)):
            if isinstance(marker, MarkerAtom):
                collector.provider(marker.provider)
    except _UnknownError:
        return None
    return collector.names


class _Collector:
    """Gathers parameter names through dependencies. Raises `_UnknownError` where any name may be taken."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self.names: set[str] = set()
        self._seen: set[object] = set()

    def shared(self, route: Route) -> Iterator[Atom]:
        """Dependencies that routers and includes add."""
        for registration in self._interpreter.registrations.values():
            if registration.kind == "router" and registration.owner in {
                route.registration.owner, *[r.owner for r in route.chain]
            }:  # fmt: skip
                yield from registration.dependencies
        for registration in route.chain:
            yield from registration.dependencies

    def function(self, function: ProjectFunction, skip_first: bool) -> None:
        if function in self._seen:
            return
        self._seen.add(function)
        signature = self._interpreter.signature(function)
        for position, parameter in enumerate(function.facts.parameters):
            if position == 0 and skip_first:
                continue
            if parameter.kind in ("*", "**"):
                raise _UnknownError
            marker = marked_by_default(self._interpreter, function, position) or marked_by_annotation(
                self._interpreter, function, position
            )
            if marker is not None and marker.kind in ("Depends", "Security"):
                self.provider(marker.provider or _classes(signature.types[position]))
                continue
            if marker is not None and marker.kind == "Path":
                # It may have an alias.
                raise _UnknownError
            if parameter.annotation is not None and not _is_readable(parameter.annotation):
                raise _UnknownError
            declared = signature.annotations[position]
            is_request = any(
                isinstance(atom, InstanceAtom) and atom.type in (REQUEST, WEBSOCKET) for atom in declared
            )
            if is_request and _gives_away(function, parameter.name):
                raise _UnknownError
            self.names.add(parameter.name)

    def provider(self, value: Value) -> None:
        """What `Depends(value)` calls."""
        if not value:
            raise _UnknownError
        for atom in value:
            if isinstance(atom, FunctionAtom):
                function = unwrapped(atom.function)
                if function is not atom.function and not atom.function.wrapped:
                    raise _UnknownError
                is_method = function.cls is not None and function.kind != "staticmethod"
                self.function(function, is_method)
            elif isinstance(atom, ClassAtom):
                self._class(atom.cls)
            elif isinstance(atom, ObjectAtom):
                found = atom.cls.find("__call__")
                members = found[1] if found is not None else ()
                if not members and not any(path.startswith(SELF_CONTAINED) for path in atom.cls.externals):
                    raise _UnknownError
                for member in members:
                    if isinstance(member, FunctionAtom):
                        self.function(member.function, True)
            elif isinstance(atom, (ExternalAtom, InstanceAtom)):
                path = atom.path if isinstance(atom, ExternalAtom) else atom.type
                if not path.startswith(SELF_CONTAINED):
                    raise _UnknownError
            else:
                raise _UnknownError

    def _class(self, cls: ProjectClass) -> None:
        initialiser = cls.find("__init__")
        if initialiser is not None:
            for member in initialiser[1]:
                if isinstance(member, FunctionAtom):
                    self.function(member.function, True)
        elif DATA_BASES.issuperset(cls.externals):
            self.names.update(name for one in cls.mro for name in one.annotations)
        else:
            raise _UnknownError


def _classes(types: Value) -> Value:
    """The classes among an annotation's types: what `Depends()` calls."""
    return tuple([atom for atom in types if isinstance(atom, ClassAtom)])


def _is_readable(annotation: m.Expression) -> bool:
    """Whether an annotation is spelled out: an alias of another module may hide an `Annotated[..., Path(alias=...)]`."""
    return isinstance(annotation, (m.Name, m.Attribute, m.Subscript, m.BinaryOperation, m.Constant))


def _gives_away(function: ProjectFunction, name: str) -> bool:
    """Whether the request is read for its path parameters, or handed to other code that may do so."""
    for node in nodes_of(function.facts):
        if isinstance(node, m.Attribute) and node.attribute in ("path_params", "scope", "url"):
            return True
        if isinstance(node, m.Call) and any(a.value == m.Name(name) for a in node.arguments):
            return True
        if isinstance(node, m.Define):
            return True
    return False


def _instead(
    interpreter: Interpreter, function: ProjectFunction, missing: str, names: tuple[str, ...]
) -> str:
    """The required plain parameter that the path does not name and that resembles what it does name."""
    candidates = []
    for position, parameter in enumerate(function.facts.parameters):
        marked = marked_by_default(interpreter, function, position) or marked_by_annotation(
            interpreter, function, position
        )
        is_required = parameter.default is None and marked is None
        if is_required and parameter.name not in names and _is_scalar(parameter.annotation):
            candidates.append(parameter.name)
    close = difflib.get_close_matches(missing, candidates, 1, 0.4)
    return close[0] if close else ""


def _serves_a_page(function: ProjectFunction, path: str, name: str) -> bool:
    """Whether the answer is a page whose script reads the address in the browser: the server may well ignore it."""
    if f"{{{name}:path}}" in path:
        return True
    return any(
        isinstance(node, m.Call) and render(node.function).endswith("Response")
        for node in nodes_of(function.facts)
    )


def _is_scalar(annotation: m.Expression | None) -> bool:
    last = annotation.attribute if isinstance(annotation, m.Attribute) else getattr(annotation, "id", "")
    return last in SCALARS
