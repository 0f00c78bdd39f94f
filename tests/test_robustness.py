"""Any Python at all: no crash, no hang.

The long versions run with `FUZZ_EXAMPLES=2000 python -m pytest tests/test_robustness.py`.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import hypothesis
import hypothesmith
import pytest

from fastapi_lint.analysis.options import Options
from fastapi_lint.analysis.program import Program, SourceFile, analyse
from fastapi_lint.rules import all_rules

SITE_PACKAGES = Path(sysconfig.get_paths()["purelib"])


def findings(program: Program) -> int:
    """Ask every question that any rule asks, off by default or not, and count what comes back."""
    return sum(
        len(list(check(answer)))
        for rule in all_rules()
        for question, check in rule.checks
        for answer in program.answers(question)
    )


def packages(most_files: int) -> list[Path]:
    """Installed packages of at least three and at most `most_files` files, by name."""
    found = []
    for folder in sorted(SITE_PACKAGES.iterdir()):
        if folder.is_dir() and not folder.name.endswith(".dist-info"):
            count = sum(1 for _ in folder.rglob("*.py"))
            if 3 <= count <= most_files:
                found.append(folder)
    return found


def check_package(folder: Path) -> None:
    files = [SourceFile(str(path)) for path in sorted(folder.rglob("*.py")) if path.is_file()]
    program = analyse(str(folder.parent), files, Options())
    assert findings(program) >= len(program.unreadable)
    assert len(program.interpreter.project.modules) + len(program.unreadable) == len(files)


def test_some_installed_packages() -> None:
    names = {"starlette", "fastapi", "anyio", "click", "flake8", "httpx", "pluggy", "h11"}
    chosen = [folder for folder in packages(400) if folder.name in names]
    assert chosen
    for folder in chosen:
        check_package(folder)


@pytest.mark.skipif("FUZZ_EXAMPLES" not in os.environ, reason="takes half an hour")
@pytest.mark.parametrize("folder", packages(2_000), ids=lambda folder: folder.name)
def test_every_installed_package(folder: Path) -> None:
    check_package(folder)


@hypothesis.settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    derandomize="FUZZ_EXAMPLES" not in os.environ,
)
@hypothesis.given(source=hypothesmith.from_grammar())
def test_generated_programs(source: str) -> None:
    program = analyse(os.sep, [SourceFile(os.path.join(os.sep, "generated.py"), source)], Options())
    assert findings(program) >= len(program.unreadable)


@pytest.mark.parametrize("cut", range(40, 4_000, 97))
def test_truncated_files(cut: int) -> None:
    source = (Path(__file__).parent / "fixtures" / "FAP101" / "helpers.py").read_text(encoding="utf-8")[:cut]
    program = analyse(os.sep, [SourceFile(os.path.join(os.sep, "cut.py"), source)], Options())
    assert len(program.unreadable) <= 1
    assert findings(program) >= len(program.unreadable)
