"""Gives each test of this folder one application of `apps`, and the lines marked in it.

An application takes `POST /`, which changes shared state, and `GET /`, which answers with a number. A
trailing `# error: FAP201` marks the line that corrupts the number when requests come at once.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

import pytest

APPS = Path(__file__).parent / "apps"
MARKER = re.compile(r"# error: (?P<code>FAP\d{3})$")


@dataclass(frozen=True)
class Race:
    """One application: its file, and the (line, code) of each marker in it."""

    path: Path
    errors: tuple[tuple[int, str], ...]


def read_race(path: Path) -> Race:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    comments = (
        (token.start[0], MARKER.search(token.string)) for token in tokens if token.type == tokenize.COMMENT
    )
    return Race(path, tuple((line, match["code"]) for line, match in comments if match))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "race" in metafunc.fixturenames:
        races = [read_race(path) for path in sorted(APPS.glob("*.py"))]
        metafunc.parametrize("race", races, ids=[race.path.stem for race in races])
