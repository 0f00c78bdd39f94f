"""scripts/new_rule.py and scripts/docs.py, run the way a contributor runs them, on a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from expectations import ROOT, read_markers
from pages import HEADINGS, read_page


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without its fixtures: enough to write rules and documents in."""
    root = tmp_path / "copy"
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in ("src", "scripts", "docs"):
        shutil.copytree(ROOT / folder, root / folder, ignore=ignore)
    shutil.copy(ROOT / "README.md", root)
    return root


def script(root: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "scripts" / name), *arguments],
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_rule_is_three_files_that_name_it(copy: Path) -> None:
    done = script(copy, "new_rule.py", "FAP599", "some-new-name")
    assert done.returncode == 0, done.stderr
    written = done.stdout.split()
    assert written == [
        "src/fastapi_lint/rules/fap599_some_new_name.py",
        "tests/fixtures/FAP599/first.py",
        "docs/rules/FAP599.md",
    ]
    page = read_page(copy / "docs" / "rules" / "FAP599.md")
    assert page.title == "# FAP599: some-new-name"
    assert set(page.headings) <= set(HEADINGS)
    fixture = (copy / "tests" / "fixtures" / "FAP599" / "first.py").read_text()
    for source in (fixture, page.blocks("python", instead=False)[0]):
        assert [item.code for item in read_markers(source, "first.py")] == ["FAP599"]


def test_a_new_rule_is_found_and_its_examples_fail_until_they_are_filled_in(copy: Path) -> None:
    script(copy, "new_rule.py", "FAP599", "some-new-name")
    shown = subprocess.run(
        [sys.executable, "-c", PROBE, str(copy / "tests" / "fixtures" / "FAP599")],
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.stdout == "some-new-name\n0\n", shown.stderr


PROBE = """
import sys
from pathlib import Path
from fastapi_lint.linter import lint
from fastapi_lint.rules import all_rules
print(next(rule.name for rule in all_rules() if rule.code == "FAP599"))
print(len(lint([Path(sys.argv[1])], jobs=1).diagnostics))
"""


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("FAP101", "another-name"), "FAP101 exists: "),
        (("FAP598", "blocking-sleep-on-event-loop"), "is the name of FAP101"),
        (("FAP1", "a-name"), "is not a code"),
        (("fap598", "a-name"), "is not a code"),
        (("FAP598", "A_Name"), "is not a name"),
    ],
)
def test_what_exists_or_is_malformed_is_refused(copy: Path, arguments: tuple[str, str], reason: str) -> None:
    before = sorted(copy.rglob("*"))
    done = script(copy, "new_rule.py", *arguments)
    assert done.returncode == 2
    assert reason in done.stderr
    assert sorted(copy.rglob("*")) == before


def test_stale_documents_are_noticed_and_written(copy: Path) -> None:
    script(copy, "docs.py")
    assert script(copy, "docs.py", "--check").returncode == 0
    script(copy, "new_rule.py", "FAP599", "some-new-name")
    noticed = script(copy, "docs.py", "--check")
    assert noticed.returncode == 1
    assert "README.md is out of date" in noticed.stderr
    assert "docs/rules/index.md is out of date" in noticed.stderr
    assert script(copy, "docs.py").returncode == 0
    assert "FAP599" in (copy / "README.md").read_text()
    assert "FAP599" in (copy / "docs" / "rules" / "index.md").read_text()
    assert script(copy, "docs.py", "--check").returncode == 0
