"""Arguments to parameters: which of them tell one evaluation of a function from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi_lint.facts.model import Constant, Parameter
from fastapi_lint.inference.plain import constants
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    ExternalAtom,
    FunctionAtom,
    GeneratorAtom,
    InstanceAtom,
    MemberAtom,
    ObjectAtom,
    OffloadedAtom,
    PartialAtom,
    Value,
    depth,
)
from fastapi_lint.knowledge.async_types import ASYNC_TYPES
from fastapi_lint.knowledge.blocking import is_known_type
from fastapi_lint.knowledge.fastapi_api import APP, ROUTER

if TYPE_CHECKING:
    from fastapi_lint.inference.functions import ProjectFunction
    from fastapi_lint.inference.interpreter import Interpreter

_CALLABLES = (FunctionAtom, ClassAtom, PartialAtom, OffloadedAtom, MemberAtom, ExternalAtom, DecoratorAtom)


def bind_arguments(
    interpreter: Interpreter,
    function: ProjectFunction,
    receiver: Atom | None,
    positional: list[Value],
    keywords: dict[str, Value],
) -> dict[str, Value]:
    """The arguments that matter, by parameter: objects, callables, clients; plain data is left out."""
    parameters = function.facts.parameters
    layout = function.layout
    if not parameters:
        return {}
    skip = 1 if receiver is not None and layout.takes_own else 0
    bound: dict[str, Value] = {}
    places, rest, others = layout.places, layout.rest, layout.others
    for index, value in enumerate(positional):
        if index + skip < len(places):
            bound[places[index + skip]] = value
        elif rest is not None:
            old = bound.get(rest, UNKNOWN)
            items = (old[0].items if old and isinstance(old[0], ContainerAtom) else ()) + (value,)
            bound[rest] = (ContainerAtom("tuple", UNKNOWN, items),)
    extra: dict[str, Value] = {}
    for name, value in keywords.items():
        if name in layout.keywords:
            bound[name] = value
        else:
            extra[name] = value
    registers = function.makes_routes or any(
        is_route_method(atom) for value in bound.values() for atom in value
    )
    if others is not None and any(
        _matters(interpreter, a, UNKNOWN, registers) for value in extra.values() for a in value
    ):
        bound[others] = (ContainerAtom("dict", UNKNOWN, tuple(extra.values()), tuple(extra)),)
    kept = _flags(function, bound) if function.flag_parameters else {}
    for name, value in bound.items():
        if name in kept:
            continue
        if name in layout.plain:
            value = constants(value)
        if not value:
            continue
        declared = interpreter.signature(function).annotations[layout.positions[name]]
        counts = registers or name in function.loop_parameters
        relevant = tuple([atom for atom in value if _matters(interpreter, atom, declared, counts)])
        if relevant and depth(relevant) <= 2:
            kept[name] = relevant
    return kept


def _flags(function: ProjectFunction, bound: dict[str, Value]) -> dict[str, Value]:
    """The switches of the function that are known to be on or off in this call."""
    known: dict[str, Value] = {}
    for parameter in function.facts.parameters:
        if parameter.name in function.flag_parameters:
            given = bound[parameter.name] if parameter.name in bound else _constant_default(parameter)
            if given and all(
                isinstance(atom, ConstantAtom) and isinstance(atom.value, bool) for atom in given
            ):
                known[parameter.name] = given
    return known


def given_parameters(
    function: ProjectFunction, receiver: Atom | None, positional: int, keywords: dict[str, Value]
) -> frozenset[str]:
    """The parameters that so many positional arguments and these keywords are passed for."""
    layout = function.layout
    skip = 1 if receiver is not None and layout.takes_own else 0
    by_keyword = [name for name in keywords if name in layout.names]
    return frozenset([*layout.places[: skip + positional], *by_keyword])


def _constant_default(parameter: Parameter) -> Value:
    """The default of a parameter, if it is a literal."""
    return (ConstantAtom(parameter.default.value),) if isinstance(parameter.default, Constant) else UNKNOWN


def _matters(interpreter: Interpreter, atom: Atom, declared: Value, registers: bool) -> bool:
    """Whether a call with this argument may differ from one about which only the annotation is known."""
    if isinstance(atom, ConstantAtom):
        return registers
    if isinstance(atom, (InstanceAtom, ObjectAtom)) and atom.place is not None and _is_router(atom):
        return True
    if isinstance(atom, InstanceAtom):
        known = atom.place is not None or is_known_type(atom.type) or atom.type in ASYNC_TYPES
        return known and InstanceAtom(atom.type) not in declared
    if isinstance(atom, ObjectAtom):
        return not any(isinstance(other, ObjectAtom) and other.cls is atom.cls for other in declared)
    if isinstance(atom, ContainerAtom):
        items = (*atom.items, atom.element)
        return atom not in declared and any(
            _matters(interpreter, a, UNKNOWN, registers) for value in items for a in value
        )
    if isinstance(atom, (CoroutineAtom, GeneratorAtom)):
        return True
    return isinstance(atom, _CALLABLES) and not interpreter.is_plain(atom)


def _is_router(atom: InstanceAtom | ObjectAtom) -> bool:
    """An app or router: which one it is decides whose routes a function adds."""
    return atom.type in (APP, ROUTER) if isinstance(atom, InstanceAtom) else atom.cls.inherits(APP, ROUTER)


def is_route_method(atom: Atom) -> bool:
    """Whether the atom is a method of an app or router, as `router.get` given to a decorator of the project."""
    return isinstance(atom, MemberAtom) and atom.owner.type in (APP, ROUTER)


def frame_key(receiver: Any, function: ProjectFunction, bound: dict[str, Value]) -> object:
    """What tells evaluations of `function` apart: the receiver's class, where it is not the defining one, and arguments."""
    own = receiver
    if isinstance(receiver, (ObjectAtom, ClassAtom)):
        place = receiver.place if isinstance(receiver, ObjectAtom) else None
        own = None if receiver.cls is function.cls and place is None else (receiver.cls, place)
    elif isinstance(receiver, InstanceAtom):
        own = receiver.type
    if own is None and not bound:
        return ()
    return (
        own,
        tuple(
            [(name, tuple([(type(a).__name__, a) for a in value])) for name, value in sorted(bound.items())]
        ),
    )
