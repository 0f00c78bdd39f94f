"""The tables as tables: complete, without doubles, and true of what is installed."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from fastapi_lint.knowledge.async_types import (
    ASYNC_FACTORIES,
    ASYNC_RETURNS,
    ASYNC_SPELLINGS,
    ASYNC_TYPES,
)
from fastapi_lint.knowledge.blocking import Confidence, Kind, canonical_type
from fastapi_lint.knowledge.blocking.index import TABLES
from fastapi_lint.knowledge.blocking.not_blocking import NOT_BLOCKING
from fastapi_lint.knowledge.blocking.objects import OBJECTS
from fastapi_lint.knowledge.blocking.rows import DOCUMENTED, INSTALLED, Function, Tier, Type
from fastapi_lint.knowledge.resources import all_resources

MODULES = [importlib.import_module(f"fastapi_lint.knowledge.blocking.{table}") for table in TABLES]
FUNCTIONS: list[Function] = [row for module in MODULES for row in module.FUNCTIONS]
TYPES: list[Type] = [row for module in MODULES for row in module.TYPES]
TIERS: list[Tier] = [row for module in MODULES for row in module.TIERS]
# Methods that Python sets on the instance, not on the class.
ON_INSTANCES = {
    "threading.Condition.acquire",
    "multiprocessing.synchronize.Lock.acquire",
    "multiprocessing.managers.SyncManager.shutdown",
}
TYPE_ROWS: list[Type | Tier] = [*TYPES, *TIERS]
EVENTS = {"construct", "enter", "exit", "iterate", "getattr"}


def doubles(names: list[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def resolve(path: str) -> object | None:
    """The object at a dotted path, or None when its package is not installed here; raises when it is missing."""
    parts = path.split(".")
    if len(parts) == 1 and hasattr(builtins, path):
        found: object = getattr(builtins, path)
        return found
    found = None
    for length in range(1, len(parts) + 1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            length -= 1
            break
    if found is None:
        return None
    for part in parts[length:]:
        found = getattr(found, part)
    return found


def test_no_row_was_lost() -> None:
    entries = sum(len(row.blocking.split()) + len(row.chains.split()) for row in TYPE_ROWS)
    assert len(FUNCTIONS) >= 425
    assert len(TYPES) + len(TIERS) >= 228
    assert entries >= 1248
    assert len(NOT_BLOCKING) >= 58
    assert len(all_resources()) >= 136


def test_every_table_beside_the_index_is_read() -> None:
    package = importlib.import_module("fastapi_lint.knowledge.blocking")
    folder = next(iter(package.__path__))
    others = {"__init__", "index", "rows", "not_blocking", "objects", "waiting"}
    assert {path.stem for path in Path(folder).glob("*.py")} == {*TABLES, *others}


def test_no_doubles() -> None:
    assert doubles([row.path for row in FUNCTIONS]) == []
    assert doubles([row.name for row in TYPES]) == []
    assert doubles([path for row in TYPES for path in row.made_by.split()]) == []
    assert doubles([path for row in TYPES for path in (row.name, *row.spellings.split())]) == []
    assert doubles([path for row in TYPES for path in row.attributes.split()]) == []
    assert doubles([row.path for row in NOT_BLOCKING]) == []
    assert doubles([factory for row in all_resources() for factory in row.factories]) == []
    assert doubles([row.type for row in all_resources()]) == []


def test_no_method_stands_twice_in_one_type() -> None:
    for row in TYPE_ROWS:
        assert doubles(row.blocking.split()) == [], row.name
        assert doubles(row.chains.split()) == [], row.name


def test_no_method_both_blocks_and_does_not() -> None:
    tiers = {row.name: row.blocking.split() for row in TIERS}
    for row in TYPES:
        both = {*row.blocking.split(), *tiers.get(row.name, [])} & set(row.nonblocking.split())
        assert both == set(), row.name


@pytest.mark.parametrize("row", [*FUNCTIONS, *TYPES, *TIERS], ids=lambda row: row[0])
def test_words_are_valid(row: Function | Type | Tier) -> None:
    assert isinstance(row.kind, Kind)
    assert isinstance(row.confidence, Confidence)
    assert row.checked in {INSTALLED, DOCUMENTED}
    if isinstance(row, Type):
        assert set(row.blocks_on.split()) <= EVENTS
        assert row.construct is None or "construct" in row.blocks_on.split()
        assert all("=" in pair for pair in row.returns.split())
    if isinstance(row, Function):
        assert not row.path.partition(".")[0].count("*")


def test_types_that_rows_speak_of_are_catalogued() -> None:
    for tier in TIERS:
        assert any(row.name == tier.name for row in TYPES), tier.name
    for row in TYPES:
        for base in row.bases.split():
            assert any(other.name == base for other in TYPES), (row.name, base)
        for pair in row.returns.split():
            result = pair.partition("=")[2]
            assert not result or canonical_type(result) == result, (row.name, pair)
    for result in [*OBJECTS.values(), *ASYNC_FACTORIES.values(), *ASYNC_RETURNS.values()]:
        assert canonical_type(result) == result, result
    assert set(ASYNC_SPELLINGS.values()) <= ASYNC_TYPES
    assert {key.rpartition(".")[0] for key in ASYNC_RETURNS} <= ASYNC_TYPES


def test_resources_use_valid_words() -> None:
    for row in all_resources():
        assert row.severity in {"high", "medium", "low"}, row.type
        assert row.context_manager in {"with", "async with", "both", ""}, row.type
        assert row.evidence in {INSTALLED, DOCUMENTED}, row.type
        assert row.close or row.context_manager or row.exit_stack, row.type


def is_here(path: str) -> bool:
    root = path.partition(".")[0]
    if root in sys.stdlib_module_names and importlib.util.find_spec(root) is None:
        return False  # another operating system, or removed from this version of Python
    return "*" not in path and (hasattr(builtins, path) or _has_spec(root))


def _has_spec(root: str) -> bool:
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False


@pytest.mark.parametrize(
    "path", [row.path for row in FUNCTIONS if row.checked == INSTALLED and is_here(row.path)]
)
def test_functions_exist(path: str) -> None:
    assert resolve(path) is not None


@pytest.mark.parametrize(
    "row", [r for r in TYPES if r.checked == INSTALLED and is_here(r.name)], ids=lambda r: r.name
)
def test_types_and_their_methods_exist(row: Type) -> None:
    found = resolve(row.name)
    assert found is not None
    if isinstance(found, type) and row.name.partition(".")[0] in sys.stdlib_module_names:
        named = {name for name in row.blocking.split() if f"{row.name}.{name}" not in ON_INSTANCES}
        assert {name for name in named if "*" not in name and not hasattr(found, name)} == set()
