"""Annotations to instances: what a parameter declared `list[Session]` holds."""

from __future__ import annotations

from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ClassAtom,
    ContainerAtom,
    CoroutineAtom,
    ExternalAtom,
    GenericAtom,
    InstanceAtom,
    ObjectAtom,
    Value,
    join_all,
)
from fastapi_lint.knowledge.blocking import canonical_type
from fastapi_lint.knowledge.fastapi_api import CANONICAL

_SEQUENCES = {
    "list",
    "List",
    "Sequence",
    "Iterable",
    "Collection",
    "MutableSequence",
    "set",
    "Set",
    "frozenset",
    "deque",
}
_ITERATORS = {"Iterator", "Generator", "AsyncIterator", "AsyncGenerator", "AsyncIterable"}
_MAPPINGS = {"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict"}
_AWAITABLES = {"Awaitable", "Coroutine"}
_MANAGERS = {"ContextManager", "AbstractContextManager", "AsyncContextManager", "AbstractAsyncContextManager"}
_TRANSPARENT = {
    "Annotated",
    "Required",
    "NotRequired",
    "ReadOnly",
    "Final",
    "ClassVar",
    "Mapped",
    "SkipValidation",
}


def instances(types: Value) -> Value:
    """Instances of the classes that an annotation evaluates to."""
    return join_all([_instances(atom) for atom in types])


def _instances(atom: Atom) -> Value:
    if isinstance(atom, ClassAtom):
        return (ObjectAtom(atom.cls),)
    if isinstance(atom, ExternalAtom):
        return external_instance(atom.path)
    if isinstance(atom, GenericAtom):
        return _generic(atom)
    return UNKNOWN


def external_instance(path: str) -> Value:
    """An instance of the library class at `path`; unknown for plain data and typing's special forms."""
    known = CANONICAL.get(path) or canonical_type(path)
    if known is not None:
        return (InstanceAtom(known),)
    if "." not in path or path.startswith(("typing.", "typing_extensions.", "collections.abc.", "types.")):
        return UNKNOWN
    return (InstanceAtom(path),)


def _generic(atom: GenericAtom) -> Value:
    name = atom.origin.rpartition(".")[2]
    arguments = atom.arguments
    first = arguments[0] if arguments else UNKNOWN
    if name in _TRANSPARENT:
        return instances(first)
    if name in ("Optional", "Union"):
        return join_all([instances(argument) for argument in arguments])
    if name in ("tuple", "Tuple"):
        items = tuple([instances(argument) for argument in arguments])
        return (ContainerAtom("tuple", join_all(items), items),)
    if name in _SEQUENCES:
        return (ContainerAtom("list", instances(first)),)
    if name in _ITERATORS:
        return (ContainerAtom("iterator", instances(first)),)
    if name in _MAPPINGS:
        return (ContainerAtom("dict", instances(arguments[-1]) if arguments else UNKNOWN),)
    if name in _AWAITABLES or atom.origin in ("asyncio.Future", "asyncio.Task"):
        return (CoroutineAtom(None, instances(arguments[-1]) if arguments else UNKNOWN),)
    if name in _MANAGERS:
        return instances(first)
    if name in ("type", "Type"):
        return tuple([one for one in first if isinstance(one, (ClassAtom, ExternalAtom))])
    return external_instance(atom.origin)
