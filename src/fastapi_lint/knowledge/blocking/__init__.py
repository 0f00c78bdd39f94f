"""Which calls block, and which types have methods that do: look-ups over the tables beside this file.

All look-ups take dotted paths with imports and aliases already resolved. None means "not known", and unknown
means silent. The tables are read at the first look-up, so importing this package costs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from fastapi_lint.diagnostics import Confidence
from fastapi_lint.knowledge.blocking.rows import THREAD, Function, Kind, Tier, Type

__all__ = [
    "BlockingCall",
    "Confidence",
    "Kind",
    "async_twin",
    "attribute_type",
    "blocking_chain",
    "blocking_function",
    "blocking_method",
    "blocks_on",
    "canonical_type",
    "constructed_type",
    "decorated_type",
    "is_chain_prefix",
    "is_known_type",
    "is_not_blocking",
    "object_type",
    "returned_type",
]


class BlockingCall(NamedTuple):
    """One blocking call: the name to show, and what its row says about it."""

    name: str
    kind: Kind
    confidence: Confidence
    replacement: str
    note: str
    holds_gil: bool = False


@lru_cache(maxsize=8192)
def blocking_function(path: str) -> BlockingCall | None:
    """The row of the function, blocking constructor or `Class.method` at `path`."""
    from fastapi_lint.knowledge.blocking import index

    if path in index.harmless():
        return None
    row = index.function(path)
    if row is not None:
        return _call(path, row)
    owner = index.constructed(path)
    if owner is not None and "construct" in owner.events:
        kind, confidence = owner.row.construct or (owner.row.kind, owner.row.confidence)
        return _call(path, owner.row)._replace(kind=kind, confidence=confidence)
    prefix, _, method = path.rpartition(".")
    if prefix and canonical_type(prefix) is not None:
        return blocking_method(prefix, method)
    return None


@lru_cache(maxsize=4096)
def canonical_type(path: str) -> str | None:
    """The catalogued name of the type that `path` spells, or None."""
    from fastapi_lint.knowledge import async_types
    from fastapi_lint.knowledge.blocking import index

    name = index.spellings().get(path)
    if name is not None:
        return name
    if path in async_types.ASYNC_TYPES:
        return path
    if path in async_types.ASYNC_SPELLINGS:
        return async_types.ASYNC_SPELLINGS[path]
    return index.spelled_by_pattern(path)


@lru_cache(maxsize=8192)
def constructed_type(path: str) -> str | None:
    """The catalogued type of what the callable at `path` returns; of a catalogued class, the class itself."""
    from fastapi_lint.knowledge import async_types
    from fastapi_lint.knowledge.blocking import index

    name = index.factories().get(path)
    if name is not None:
        return name
    if path in async_types.ASYNC_FACTORIES:
        return async_types.ASYNC_FACTORIES[path]
    name = canonical_type(path)
    if name is not None:
        return name
    prefix, _, method = path.rpartition(".")
    owner = canonical_type(prefix) if prefix else None
    if owner is not None:
        name = returned_type(owner, method)
    return name or index.made_by_pattern(path)


@lru_cache(maxsize=512)
def object_type(path: str) -> str | None:
    """The catalogued type of a library's own module-level object ("fastapi_sqlalchemy.db.session")."""
    from fastapi_lint.knowledge.blocking.objects import OBJECTS

    return OBJECTS.get(path)


@lru_cache(maxsize=512)
def decorated_type(decorator: str) -> str | None:
    """The catalogued type that a function becomes under the decorator at this path ("celery.shared_task")."""
    from fastapi_lint.knowledge.blocking import index

    return index.decorators().get(decorator)


def blocking_method(type: str, method: str) -> BlockingCall | None:
    """What `method` does on an instance of `type`, its bases included."""
    return _blocking(type, method, is_chain=False)


def blocking_chain(type: str, chain: str) -> BlockingCall | None:
    """What the call `instance.a.b.c(...)` does, where `chain` is "a.b.c"."""
    if "." not in chain:
        return blocking_method(type, chain)
    return _blocking(type, chain, is_chain=True)


@lru_cache(maxsize=8192)
def _blocking(type: str, name: str, is_chain: bool) -> BlockingCall | None:
    from fastapi_lint.knowledge.blocking import index

    known = canonical_type(type) or type
    for owner in index.lineage(known):
        if owner.is_nonblocking(name):
            return None
        row = owner.chain(name) if is_chain else owner.method(name)
        if row is not None:
            return _call(f"{known}.{name}", row)
    return None


def _call(name: str, row: Function | Type | Tier) -> BlockingCall:
    twin = "" if isinstance(row, Tier) else row.twin.replace("{name}", name)
    holds_gil = isinstance(row, Function) and row.holds_gil
    replacement = row.replacement or twin or ("" if holds_gil else THREAD)
    return BlockingCall(name, row.kind, row.confidence, replacement, row.note, holds_gil)


@lru_cache(maxsize=8192)
def is_chain_prefix(type: str, prefix: str) -> bool:
    """Whether `instance.prefix` may go on to a blocking chain or to an object of a known type."""
    from fastapi_lint.knowledge.blocking import index

    return any(owner.starts_chain(prefix) for owner in index.lineage(canonical_type(type) or type))


@lru_cache(maxsize=8192)
def returned_type(type: str, method: str) -> str | None:
    """The catalogued type that `method` (or a chain, or a dunder name) of `type` gives, or None."""
    from fastapi_lint.knowledge import async_types
    from fastapi_lint.knowledge.blocking import index

    name = canonical_type(type)
    if name is None:
        return None
    for owner in index.lineage(name):
        result = owner.result(method)
        if result is not None:
            return result or None
    for owner in index.lineage(name):
        made = index.factories().get(f"{owner.row.name}.{method}")
        if made is not None:
            return made
    path = f"{name}.{method}"
    made = async_types.ASYNC_RETURNS.get(path) or async_types.ASYNC_FACTORIES.get(path)
    if made is not None:
        return made
    # Nearly every context manager of the tables enters as itself; the others say so in `returns`.
    return name if method in ("__enter__", "__aenter__") else None


@lru_cache(maxsize=4096)
def attribute_type(type: str, attribute: str) -> str | None:
    """The catalogued type of `instance.attribute` (no call), or None."""
    from fastapi_lint.knowledge.blocking import index

    name = canonical_type(type) or type
    held = index.attributes().get(f"{name}.{attribute}")
    if held is not None:
        return held
    for owner in index.lineage(name):
        held = index.attributes().get(f"{owner.row.name}.{attribute}")
        if held is not None:
            return held
    return None


@lru_cache(maxsize=4096)
def blocks_on(type: str, event: str) -> BlockingCall | None:
    """Whether "enter", "exit", "iterate" or "getattr" of an instance of `type` blocks."""
    from fastapi_lint.knowledge.blocking import index

    words = {"enter": "__enter__", "exit": "__exit__", "iterate": "__iter__", "getattr": "__getattr__"}
    known = canonical_type(type) or type
    for owner in index.lineage(known):
        if event in owner.events:
            return _call(f"{known}.{words[event]}", owner.row)
    return None


def is_known_type(type: str) -> bool:
    """Whether `type` is catalogued, blocking or not."""
    return canonical_type(type) is not None


@lru_cache(maxsize=1024)
def async_twin(path: str) -> str | None:
    """The async counterpart of the function or type at `path`, or None."""
    from fastapi_lint.knowledge.blocking import index

    row = index.function(path)
    if row is not None and row.twin:
        return row.twin.replace("{name}", path)
    name = canonical_type(path)
    for owner in index.lineage(name) if name is not None else ():
        if owner.row.twin:
            return owner.row.twin
    return None


def is_not_blocking(path: str) -> bool:
    """Whether the tables say outright that the call at `path` ("threading.Event.set") does not block."""
    from fastapi_lint.knowledge.blocking import index

    if path in index.harmless():
        return True
    prefix, _, method = path.rpartition(".")
    name = canonical_type(prefix) if prefix else None
    return name is not None and any(owner.is_nonblocking(method) for owner in index.lineage(name))
