"""What a fixture expects: `# error: FAP101 "time.sleep"`, `# missed: FAP102`, `# false: FAP103`.

A marker speaks of its own line. Several findings are separated by commas, and a quoted text has to
occur in the message. `error` has to be found. `missed` is a known missed alarm and `false` a known
false alarm: each fails the day it changes, so that the marker is corrected. A line without a marker has
to stay silent.
"""

from __future__ import annotations

import io
import re
import shutil
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.linter import lint
from fastapi_lint.settings import Overrides

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
PAGES = ROOT / "docs" / "rules"

_ITEM = r'FAP\d{3}(?: "[^"]+")?'
_MARKER = re.compile(rf"#\s*(?P<kind>error|missed|false):\s*(?P<items>{_ITEM}(?:, {_ITEM})*)\s*$")
_LOOKS_LIKE_A_MARKER = re.compile(r"#\s*(?:error|missed|false)\s*:")


class Expectation(NamedTuple):
    """One item of a marker; `file` is relative to the fixture, `text` is "" when any message will do."""

    kind: str
    file: str
    line: int
    code: str
    text: str

    def __str__(self) -> str:
        text = f' "{self.text}"' if self.text else ""
        return f"{self.file}:{self.line} {self.code}{text}"


class Fixture(NamedTuple):
    """A file, or a folder that is a project of its own; `code` is "" for those that belong to no one rule."""

    path: Path
    code: str

    @property
    def name(self) -> str:
        return self.path.relative_to(FIXTURES).with_suffix("").as_posix()

    def sources(self) -> dict[str, bytes]:
        """Its files by relative path."""
        if self.path.is_file():
            return {self.path.name: self.path.read_bytes()}
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for path in sorted(self.path.rglob("*"))
            if path.suffix in (".py", ".toml")
        }


def all_fixtures() -> list[Fixture]:
    """Every fixture below `tests/fixtures`: the children of its folders."""
    return [
        Fixture(path, folder.name if folder.name.startswith("FAP") else "")
        for folder in sorted(FIXTURES.iterdir())
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if (path.suffix == ".py" and not path.name.endswith(".fixed.py"))
        or (path.is_dir() and path.name != "__pycache__")
    ]


def fixture_named(name: str) -> Fixture:
    """The fixture `FAP101/direct`."""
    return next(fixture for fixture in all_fixtures() if fixture.name == name)


def read_markers(source: str, file: str) -> list[Expectation]:
    """The expectations in the comments of one file. Raises ValueError for a marker that cannot be read."""
    expectations = []
    for line, comment in _comments(source):
        match = _MARKER.search(comment)
        if match is None:
            if _LOOKS_LIKE_A_MARKER.search(comment):
                raise ValueError(f"{file}:{line}: not a marker: {comment}")
            continue
        for item in re.findall(_ITEM, match["items"]):
            code, _, text = item.partition(" ")
            expectations.append(Expectation(match["kind"], file, line, code, text.strip('"')))
    return expectations


def _comments(source: str) -> Iterator[tuple[int, str]]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # a fixture may be broken on purpose
        for line, text in enumerate(source.splitlines(), 1):
            if "#" in text:
                yield line, text[text.index("#") :]
        return
    for token in tokens:
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def expectations(sources: dict[str, bytes]) -> list[Expectation]:
    """The expectations of all files."""
    return [
        expectation
        for file, content in sources.items()
        if file.endswith(".py")
        for expectation in read_markers(content.decode("utf-8", errors="replace"), file)
    ]


def write_project(directory: Path, sources: dict[str, bytes]) -> Path:
    """Write the files below `directory`, as a project of its own, and return its root."""
    root = directory / "project"
    shutil.rmtree(root, ignore_errors=True)
    for file, content in {"pyproject.toml": b"", **sources}.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


class Finding(NamedTuple):
    """A diagnostic with its file relative to the project."""

    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.code} {self.message}"

    @property
    def place(self) -> tuple[str, int, str]:
        return (self.file, self.line, self.code)


def lint_project(
    root: Path, codes: Iterable[str] = (), *, paths: Sequence[Path] | None = None, jobs: int = 1
) -> list[Diagnostic]:
    """The diagnostics of the rules that are on by default, and of `codes`, which may be off."""
    overrides = Overrides(extend_select=tuple(codes))
    return list(lint(paths or [root], overrides=overrides, jobs=jobs).diagnostics)


def findings(root: Path, diagnostics: Iterable[Diagnostic]) -> list[Finding]:
    """The diagnostics as the places that markers speak of."""
    real = root.resolve()
    return sorted(
        Finding(
            Path(diagnostic.path).relative_to(real).as_posix(),
            diagnostic.span.line,
            diagnostic.code,
            diagnostic.message,
        )
        for diagnostic in diagnostics
    )


def lint_sources(directory: Path, sources: dict[str, bytes], codes: Iterable[str] = ()) -> list[Finding]:
    """The findings in files written below `directory`."""
    root = write_project(directory, sources)
    return findings(root, lint_project(root, codes))


def disagreements(expected: Iterable[Expectation], found: Iterable[Finding]) -> list[str]:
    """One line for each way in which the findings differ from the markers."""
    expected, found = list(expected), list(found)
    by_place: dict[tuple[str, int, str], list[Finding]] = {}
    for finding in found:
        by_place.setdefault(finding.place, []).append(finding)
    problems = []
    explained = set()
    for expectation in expected:
        place = (expectation.file, expectation.line, expectation.code)
        there = by_place.get(place, [])
        if expectation.kind == "missed":
            explained.add(place)
            if there:
                problems.append(f"is found now, so write `error` instead of `missed`: {expectation}")
            continue
        explained.add(place)
        if not there:
            cured = "no longer found, so drop the marker" if expectation.kind == "false" else "not found"
            problems.append(f"{cured}: {expectation}")
        elif not any(expectation.text in finding.message for finding in there):
            problems.append(f"message without the text: {expectation}: {there[0].message}")
    problems += [f"false alarm: {finding}" for finding in found if finding.place not in explained]
    return problems
