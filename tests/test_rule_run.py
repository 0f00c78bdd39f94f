"""The rules in two processes find what they find in one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint import rule_run
from fastapi_lint.linter import Report, lint
from fastapi_lint.run_cache import RunCache
from fastapi_lint.settings import Overrides
from fastapi_lint.store import DIRECTORY

if TYPE_CHECKING:
    from conftest import Tree
    from fastapi_lint.analysis.program import Program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one process")

FIXTURES = Path(__file__).parent / "fixtures"
EXAMPLE = Path(__file__).parents[1] / "examples"


def _run(root: Path, jobs: int) -> Report:
    return lint([root], jobs=jobs, overrides=Overrides(extend_select=("FAP",)))


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were made; even the smallest project is worth one."""
    made: list[int] = []
    fork = os.fork

    def noted() -> int:
        child = fork()
        made.append(child)
        return child

    monkeypatch.setattr(rule_run, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr("fastapi_lint.rule_run.os.fork", noted)
    return made


def _copied(root: Path, into: Path) -> Path:
    """A project of its own, so small that it is read in one process."""
    copy = into / "project"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("__pycache__", DIRECTORY))
    (copy / "pyproject.toml").touch()
    return copy


@pytest.mark.parametrize(
    "root",
    [EXAMPLE, *[FIXTURES / code for code in ("FAP103", "FAP203", "FAP205", "FAP404")]],
    ids=lambda path: path.name,
)
def test_two_processes_find_what_one_finds(root: Path, forks: list[int], tmp_path: Path) -> None:
    root = _copied(root, tmp_path)
    one = _run(root, jobs=1)
    assert forks == []
    two = _run(root, jobs=2)
    assert len(forks) >= 1
    assert two == one
    assert len(one.diagnostics) >= 3


def test_a_process_that_is_killed_is_done_without(
    forks: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = _copied(EXAMPLE, tmp_path)
    one = _run(root, jobs=1)

    def die(program: object) -> None:
        os._exit(9)

    monkeypatch.setattr(rule_run, "_asked", die)  # in the other process alone
    assert _run(root, jobs=2) == one
    assert len(forks) >= 1


def test_large_projects_are_not_copied(
    forks: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rule_run, "MOST_COPIED", 1)
    _run(_copied(EXAMPLE, tmp_path), jobs=2)
    assert forks == []


def test_what_the_other_process_looked_at_counts_as_looked_at(tree: Tree, forks: list[int]) -> None:
    """Else an edit of it would be taken for one that cannot matter."""
    root = tree({"pyproject.toml": "", "main.py": (FIXTURES / "FAP203/check_then_act.py").read_text()})
    looked: list[set[str]] = []
    for jobs in (1, 2):
        for _ in range(2):  # what is read from the cache is looked at when it is asked for
            found: set[str] = set()
            lint([root], jobs=jobs, cache=RunCache(str(root / DIRECTORY)), watcher=Watcher(found, jobs))
        looked.append(found)
    assert looked[0] == looked[1] != set()


class Watcher:
    """Runs the rules and takes down which functions were looked at then."""

    def __init__(self, found: set[str], jobs: int) -> None:
        self._found = found
        self._jobs = jobs

    def __call__(self, _: object, program: Program) -> None:
        rule_run.findings(program, frozenset({"FAP101", "FAP203", "FAP404"}), self._jobs)
        self._found.update(
            one.qualname for facts in program.facts for one in facts.functions if one.was_asked
        )
