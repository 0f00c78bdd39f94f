"""Abstract values.

A value is a tuple of atoms, the things that an expression may evaluate to. The empty tuple is
"unknown", and unknown alternatives are dropped: what is not known yields no finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from fastapi_lint.diagnostics import Span

if TYPE_CHECKING:
    from fastapi_lint.inference.classes import ProjectClass
    from fastapi_lint.inference.frames import Frame
    from fastapi_lint.inference.functions import ProjectFunction

MOST_ALTERNATIVES = 24
"""A value with more alternatives keeps the first ones."""


class Place(NamedTuple):
    """Where something was made: the identity of objects that need one (apps, routers, locks, clients)."""

    path: str
    span: Span
    maker: int = 0
    """Tells apart what one line makes in several calls of its function; 0 where that does not matter."""


class ModuleAtom(NamedTuple):
    """A module of the project."""

    path: str


class FolderAtom(NamedTuple):
    """A namespace package of the project."""

    path: str


class ExternalAtom(NamedTuple):
    """A module, function or class outside the project, by dotted path: `requests.get`."""

    path: str


class InstanceAtom(NamedTuple):
    """An instance of the external class `type`; `place` is where it was made, when that matters."""

    type: str
    place: Place | None = None
    detail: str = ""


class MemberAtom(NamedTuple):
    """An attribute, or chain of attributes, of an external instance: `client.chat.completions`."""

    owner: InstanceAtom
    chain: str


class FunctionAtom(NamedTuple):
    """A function of the project; `receiver` is set for bound methods."""

    function: ProjectFunction
    receiver: Any = None


class ClassAtom(NamedTuple):
    """A class of the project."""

    cls: ProjectClass


class ObjectAtom(NamedTuple):
    """An instance of a project class; `exact` is False where a subclass is as possible (annotations)."""

    cls: ProjectClass
    exact: bool = False
    place: Place | None = None


class PartialAtom(NamedTuple):
    """`functools.partial(function, *positional, **keywords)`."""

    function: Any
    positional: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


class OffloadedAtom(NamedTuple):
    """A callable that moves `function` off the caller's thread when called (`sync_to_async(f)`)."""

    function: Value
    awaitable: bool = True


class CoroutineAtom(NamedTuple):
    """A coroutine or other awaitable: `frame` is None for one that is not of the project."""

    frame: Frame | None
    result: Value


class GeneratorAtom(NamedTuple):
    """A generator of the project that has not run yet."""

    frame: Frame
    is_async: bool


class ManagerAtom(NamedTuple):
    """What a `@contextmanager` function returns; `frame` runs on enter and on exit."""

    frame: Frame
    is_async: bool


class ContainerAtom(NamedTuple):
    """A list, tuple, set, dict or iterator whose elements (a dict's values) are known to some degree.

    `items` are a tuple's positions; `keys` are a dict's constant keys, in step with `items`. `complete` is True when a dict
    display names every entry.
    """

    kind: str
    element: Value
    items: tuple[Value, ...] = ()
    keys: tuple[Any, ...] = ()


class ConstantAtom(NamedTuple):
    """A literal."""

    value: str | int | float | bool | None


class GenericAtom(NamedTuple):
    """A subscripted type: `Annotated[Session, Depends(get_db)]`, `list[User]`."""

    origin: str
    arguments: tuple[Value, ...]


class MarkerAtom(NamedTuple):
    """A FastAPI parameter marker: `Depends(provider)`, `Query(...)`. `kind` is the marker's name."""

    kind: str
    provider: Value
    place: Place


class DecoratorAtom(NamedTuple):
    """What a call returned that is waiting for a function: `app.get("/x")`, `contextmanager`."""

    kind: str
    data: Any = None


Atom: TypeAlias = (
    ModuleAtom
    | FolderAtom
    | ExternalAtom
    | InstanceAtom
    | MemberAtom
    | FunctionAtom
    | ClassAtom
    | ObjectAtom
    | PartialAtom
    | OffloadedAtom
    | CoroutineAtom
    | GeneratorAtom
    | ManagerAtom
    | ContainerAtom
    | ConstantAtom
    | GenericAtom
    | MarkerAtom
    | DecoratorAtom
)
Value: TypeAlias = tuple[Atom, ...]

UNKNOWN: Value = ()


def join(*values: Value) -> Value:
    """What may be any of `values`, in order, without repeats."""
    return join_all(values)


def join_all(values: Iterable[Value]) -> Value:
    """As `join`, for any number of values."""
    first: Value = UNKNOWN
    others: list[Value] = []
    for value in values:
        if value and value is not first:
            if not first:
                first = value
            elif value != first:
                others.append(value)
    if not others or len(first) >= MOST_ALTERNATIVES:
        return first[:MOST_ALTERNATIVES] if others else first
    # Atoms are tuples: those of different kinds may compare equal.
    atoms = {(type(atom), atom): atom for atom in first}
    for value in others:
        for atom in value:
            atoms.setdefault((type(atom), atom), atom)
    return tuple(atoms.values())[:MOST_ALTERNATIVES]


def depth(value: Value) -> int:
    """How deeply containers are nested in `value`."""
    deepest = 0
    for atom in value:
        if isinstance(atom, ContainerAtom):
            deepest = max(deepest, 1 + depth(atom.element))
        elif isinstance(atom, PartialAtom):
            deepest = max(deepest, 1 + max((depth(v) for v in atom.positional), default=0))
    return deepest
