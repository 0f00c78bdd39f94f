"""The linter reports the lines that lose updates under load (see `test_under_load.py`), and no other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any


def test_the_linter_reports_the_marked_lines(race: Any, tmp_path: Path) -> None:
    from fastapi_lint.linter import lint

    # A project of its own: the same code below a folder of tests would be read as tests.
    (tmp_path / "pyproject.toml").touch()
    shutil.copy(race.path, tmp_path / "main.py")
    report = lint([tmp_path], jobs=1)
    assert report.files == 1
    assert [(found.span.line, found.code) for found in report.diagnostics] == list(race.errors)
