"""The tables in the form the look-ups need: built once, at the first look-up."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from typing import TypeVar

from fastapi_lint.knowledge.blocking.rows import Function, Tier, Type

T = TypeVar("T")

TABLES = (
    "stdlib_files",
    "stdlib_process",
    "stdlib_network",
    "stdlib_compute",
    "http",
    "databases",
    "stores",
    "cloud",
    "messaging",
    "services",
    "ai",
    "models",
    "documents",
    "security",
    "tools",
)


def fits(text: str, pattern: str) -> bool:
    """Whether one segment fits one segment of a pattern, alternatives included."""
    return any(fnmatchcase(text, alternative) for alternative in pattern.split("|"))


def matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether the segments of `path` fit `pattern`, in which `**` stands for one or more segments."""
    if not pattern:
        return not path
    if not path:
        return False
    if pattern[0] == "**":
        return any(matches(pattern[1:], path[taken:]) for taken in range(1, len(path) + 1))
    return fits(path[0], pattern[0]) and matches(pattern[1:], path[1:])


def starts(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether more segments after `path` could make it fit `pattern`."""
    if not path:
        return bool(pattern)
    if not pattern:
        return False
    if pattern[0] == "**":
        return True
    return fits(path[0], pattern[0]) and starts(pattern[1:], path[1:])


class Entry:
    """One type with the rows that speak of it, its names split."""

    def __init__(self, row: Type, tiers: list[Tier]) -> None:
        self.row = row
        self.events = frozenset(row.blocks_on.split())
        self.bases = tuple(row.bases.split())
        self._nonblocking = frozenset(row.nonblocking.split())
        self._methods: dict[str, Type | Tier] = {}
        self._chains: list[tuple[tuple[str, ...], Type | Tier]] = []
        self._returns: dict[str, str] = {}
        for pair in row.returns.split():
            method, _, result = pair.partition("=")
            self._returns[method] = result
        rows: tuple[Type | Tier, ...] = (row, *tiers)
        for source in rows:
            for name in source.blocking.split():
                self._methods.setdefault(name, source)
            for chain in source.chains.split():
                self._chains.append((tuple(chain.split(".")), source))

    def is_nonblocking(self, name: str) -> bool:
        """Whether the row says that the method or chain does not block."""
        return name in self._nonblocking or any(
            "*" in pattern and fnmatchcase(name, pattern) for pattern in self._nonblocking
        )

    def method(self, name: str) -> Type | Tier | None:
        """The row that says what the method does."""
        found = self._methods.get(name)
        if found is not None or name.startswith("_"):
            return found
        for pattern, row in self._methods.items():
            if "*" in pattern and fnmatchcase(name, pattern):
                return row
        return None

    def chain(self, name: str) -> Type | Tier | None:
        """The row that says what the chain does."""
        segments = tuple(name.split("."))
        for pattern, row in self._chains:
            if matches(pattern, segments):
                return row
        return None

    def starts_chain(self, prefix: str) -> bool:
        """Whether `prefix` may go on to a chain of the row, or to one with a known result."""
        segments = tuple(prefix.split("."))
        return any(starts(pattern, segments) for pattern, _ in self._chains) or any(
            "." in name and starts(tuple(name.split(".")), segments) for name in self._returns
        )

    def result(self, name: str) -> str | None:
        """The type that the method or chain gives; "" when the row says it is unknown; None when it says nothing."""
        found = self._returns.get(name)
        if found is not None or name.startswith("_"):
            return found
        segments = tuple(name.split("."))
        for pattern, result in self._returns.items():
            if "*" in pattern and matches(tuple(pattern.split(".")), segments):
                return result
        return None


class Tables:
    """All rows, by the names they are asked for."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}
        self.types: dict[str, Type] = {}
        self.tiers: dict[str, list[Tier]] = {}
        self.spellings: dict[str, str] = {}
        self.factories: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        self.decorators: dict[str, str] = {}
        self.function_patterns: dict[str, list[tuple[tuple[str, ...], Function]]] = {}
        self.spelling_patterns: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self.factory_patterns: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for table in TABLES:
            module = import_module(f"fastapi_lint.knowledge.blocking.{table}")
            for function in module.FUNCTIONS:
                if "*" in function.path:
                    self._add_pattern(self.function_patterns, function.path, function)
                else:
                    self.functions.setdefault(function.path, function)
            for row in module.TYPES:
                self._add_type(row)
            for tier in module.TIERS:
                self.tiers.setdefault(tier.name, []).append(tier)

    def _add_type(self, row: Type) -> None:
        self.types[row.name] = row
        self.spellings[row.name] = row.name
        for path in row.spellings.split():
            if "*" in path:
                self._add_pattern(self.spelling_patterns, path, row.name)
            else:
                self.spellings.setdefault(path, row.name)
        for path in row.made_by.split():
            if "*" in path:
                self._add_pattern(self.factory_patterns, path, row.name)
            else:
                self.factories.setdefault(path, row.name)
        for path in row.attributes.split():
            self.attributes.setdefault(path, row.name)
        for path in row.decorators.split():
            self.decorators.setdefault(path, row.name)

    @staticmethod
    def _add_pattern(table: dict[str, list[tuple[tuple[str, ...], T]]], path: str, value: T) -> None:
        first, *rest = path.split(".")
        for root in first.split("|"):
            table.setdefault(root, []).append((tuple(rest), value))


@cache
def tables() -> Tables:
    """The tables, imported and indexed at the first call."""
    return Tables()


def _by_pattern(table: dict[str, list[tuple[tuple[str, ...], T]]], path: str) -> T | None:
    root, *rest = path.split(".")
    for pattern, value in table.get(root, ()):
        if matches(pattern, tuple(rest)):
            return value
    return None


def function(path: str) -> Function | None:
    """The row of the function at `path`."""
    found = tables().functions.get(path)
    return found if found is not None else _by_pattern(tables().function_patterns, path)


def spellings() -> dict[str, str]:
    """Every path of a catalogued class, to its catalogued name."""
    return tables().spellings


def factories() -> dict[str, str]:
    """Every callable known to make a catalogued type, to that type."""
    return tables().factories


def attributes() -> dict[str, str]:
    """`type.attribute`, to the type the attribute holds."""
    return tables().attributes


def decorators() -> dict[str, str]:
    """Every decorator known to make a catalogued type of a function, to that type."""
    return tables().decorators


def spelled_by_pattern(path: str) -> str | None:
    """The type whose `spellings` hold a pattern that fits `path`."""
    return _by_pattern(tables().spelling_patterns, path)


def made_by_pattern(path: str) -> str | None:
    """The type whose `made_by` holds a pattern that fits `path`."""
    return _by_pattern(tables().factory_patterns, path)


@cache
def harmless() -> frozenset[str]:
    """Paths that the tables say do not block."""
    from fastapi_lint.knowledge.blocking.not_blocking import NOT_BLOCKING

    return frozenset(row.path.removesuffix("()") for row in NOT_BLOCKING)


@cache
def entry(name: str) -> Entry | None:
    """The catalogued type called `name`."""
    row = tables().types.get(name)
    return None if row is None else Entry(row, tables().tiers.get(name, []))


@cache
def lineage(name: str) -> tuple[Entry, ...]:
    """The type called `name` and then its bases, nearest first; empty when it has no row."""
    order: list[Entry] = []
    waiting = [name]
    while waiting:
        found = entry(waiting.pop(0))
        if found is not None and found not in order:
            order.append(found)
            waiting.extend(found.bases)
    return tuple(order)


def constructed(path: str) -> Entry | None:
    """The type that calling `path` makes."""
    name = factories().get(path) or spellings().get(path) or made_by_pattern(path) or spelled_by_pattern(path)
    return None if name is None else entry(name)
