"""What must not be imported before it is needed; each case in a fresh interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

_HEAVY = [
    "libcst",
    "rich",
    "typer",
    "pydantic",
    "pathspec",
    "flake8",
    "fastapi_lint.rules",
    "fastapi_lint.linter",
]


def _imported_after(code: str, cwd: Path | None = None) -> set[str]:
    """Which heavy modules are there after the code ran."""
    program = f"{code}\nimport json, sys\nprint('\\n' + json.dumps([name for name in {_HEAVY!r} if name in sys.modules]))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=cwd
    )
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_the_flake8_plugin_module_imports_nothing_heavy() -> None:
    assert _imported_after("import fastapi_lint.flake8_plugin") == set()


def test_the_version_imports_nothing_heavy() -> None:
    assert _imported_after("from fastapi_lint.cli import main; main(['--version'])") == set()


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["check", "--nonsense"]])
def test_help_and_misuse_need_no_analysis(arguments: list[str]) -> None:
    imported = _imported_after(f"from fastapi_lint.cli import main; main({arguments!r})")
    assert imported.isdisjoint({"libcst", "pydantic", "fastapi_lint.rules", "fastapi_lint.linter"})


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["baseline", "--help"]])
def test_help_that_goes_to_a_file_draws_nothing(arguments: list[str]) -> None:
    assert "rich" not in _imported_after(f"from fastapi_lint.cli import main; main({arguments!r})")


@pytest.mark.parametrize("arguments", [["rules"], ["rule", "FAP101"], ["check", "--select", "nonsense"]])
def test_talking_about_rules_parses_nothing(arguments: list[str]) -> None:
    imported = _imported_after(f"from fastapi_lint.cli import main; main({arguments!r})")
    assert imported.isdisjoint({"libcst", "pydantic"})


def test_concise_output_draws_nothing(project: Path) -> None:
    imported = _imported_after(
        "from fastapi_lint.cli import main; main(['check', '-j1', '--output-format', 'concise'])", cwd=project
    )
    assert imported.isdisjoint({"rich", "pydantic"})


def test_python_m_and_the_script_are_the_same() -> None:
    by_module = subprocess.run([sys.executable, "-m", "fastapi_lint", "-V"], capture_output=True, check=True)
    script = Path(sys.executable).parent / "fastapi-lint"
    if not script.exists():
        pytest.skip("the script is not installed beside this interpreter")
    assert subprocess.run([script, "-V"], capture_output=True, check=True).stdout == by_module.stdout


def _seconds(code: str) -> float:
    """Processor time of an interpreter that runs the code; the best of several."""
    times = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        after = os.times()
        times.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    return min(times)


@pytest.mark.slow
def test_importing_the_plugin_costs_less_than_40_milliseconds() -> None:
    started = time.monotonic()
    assert _seconds("import fastapi_lint.flake8_plugin") - _seconds("pass") < 0.040
    assert time.monotonic() - started < 60
