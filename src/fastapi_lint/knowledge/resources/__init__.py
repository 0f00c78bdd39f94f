"""Which objects must be closed, and how: look-ups over the tables beside this file.

Paths are dotted, with imports and aliases resolved. The tables are read at the first look-up.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from fastapi_lint.knowledge.blocking import canonical_type
from fastapi_lint.knowledge.resources.rows import Resource

__all__ = ["Resource", "all_resources", "resource_by_factory", "resource_by_type"]

TABLES = (
    "http",
    "databases",
    "stores",
    "messaging",
    "cloud",
    "concurrency",
    "network",
    "files",
    "services",
    "ai",
)


@cache
def all_resources() -> tuple[Resource, ...]:
    """Every row."""
    rows: list[Resource] = []
    for table in TABLES:
        rows.extend(import_module(f"fastapi_lint.knowledge.resources.{table}").RESOURCES)
    return tuple(rows)


@cache
def _by_factory() -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for row in all_resources():
        for factory in row.factories:
            found.setdefault(factory, row)
    return found


@cache
def _by_type() -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for row in all_resources():
        found.setdefault(row.type, row)
        # The class itself, where it is among the factories under another path than the row's type.
        for factory in row.factories:
            if factory.rpartition(".")[2][:1].isupper():
                found.setdefault(factory, row)
    return found


def resource_by_factory(path: str) -> Resource | None:
    """The resource that calling `path` opens, or None."""
    found = _by_factory().get(path)
    if found is not None:
        return found
    name = canonical_type(path)
    return None if name is None else _by_factory().get(name)


def resource_by_type(path: str) -> Resource | None:
    """The resource whose objects have the type at `path`, or None."""
    found = _by_type().get(path)
    if found is not None:
        return found
    name = canonical_type(path)
    return None if name is None else _by_type().get(name)
