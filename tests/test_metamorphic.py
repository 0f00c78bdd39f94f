"""Changes to a program whose effect on the findings FastAPI's semantics decide."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from expectations import (
    Finding,
    Fixture,
    all_fixtures,
    expectations,
    findings,
    fixture_named,
    lint_project,
    lint_sources,
    write_project,
)
from rewriting import calls_in_threads, split_in_two, with_renamed_imports, without_async

BLOCKING = [
    fixture
    for fixture in all_fixtures()
    if fixture.code.startswith("FAP1")
    or any(item.code[:4] == "FAP1" for item in expectations(fixture.sources()))
]
SINGLE = [fixture for fixture in all_fixtures() if fixture.path.is_file() and fixture.code != "FAP001"]

# These run on the event loop even when they are written with `def`.
_ON_THE_LOOP_EITHER_WAY = re.compile(
    r"@\w+\.(?:middleware|websocket|on_event)\(|BaseHTTPMiddleware|def __call__\(self, scope|get_route_handler"
    r"|_validator\(|_serializer\(|AfterValidator|from_thread|add_done_callback|\(StaticFiles\)|AuthenticationBackend"
)
# Marked as missed or false: what is not understood need not be stable.
_DOUBTFUL = re.compile(r"# (?:missed|false):")


def named(fixtures: list[Fixture]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fixture", fixtures, ids=lambda fixture: fixture.name)


def extra_codes(fixture: Fixture) -> list[str]:
    return [fixture.code] if fixture.code else []


def places(found: list[Finding]) -> list[tuple[str, int, str]]:
    return sorted({finding.place for finding in found})


def text_of(fixture: Fixture) -> str:
    return "\n".join(content.decode() for content in fixture.sources().values())


@named([fixture for fixture in BLOCKING if not _ON_THE_LOOP_EITHER_WAY.search(text_of(fixture))])
def test_without_async_nothing_blocks_the_loop(fixture: Fixture, tmp_path: Path) -> None:
    sources = {
        file: without_async(content.decode()).encode() if file.endswith(".py") else content
        for file, content in fixture.sources().items()
    }
    found = lint_sources(tmp_path, sources, extra_codes(fixture))
    assert [str(finding) for finding in found if finding.code.startswith("FAP1")] == []


@named([fixture for fixture in SINGLE if not _DOUBTFUL.search(text_of(fixture))])
def test_other_names_for_imports_change_nothing(fixture: Fixture, tmp_path: Path) -> None:
    source = fixture.path.read_text(encoding="utf-8")
    renamed = with_renamed_imports(source)
    assert renamed != source
    ast.parse(renamed)
    before = lint_sources(tmp_path, {"main.py": source.encode()}, extra_codes(fixture))
    after = lint_sources(tmp_path, {"main.py": renamed.encode()}, extra_codes(fixture))
    assert places(after) == places(before)


@named([fixture for fixture in SINGLE if split_in_two(fixture.path.read_text(encoding="utf-8"))])
def test_helpers_in_another_module_change_nothing(fixture: Fixture, tmp_path: Path) -> None:
    source = fixture.path.read_text(encoding="utf-8")
    split = split_in_two(source)
    assert split is not None
    rest, helpers, names = split
    ast.parse(rest)
    ast.parse(helpers)
    before = lint_sources(tmp_path, {"main.py": source.encode()}, extra_codes(fixture))
    after = lint_sources(
        tmp_path, {"main.py": rest.encode(), "helpers.py": helpers.encode()}, extra_codes(fixture)
    )
    moved = lines_of(source, names)
    assert places([finding for finding in after if finding.file == "main.py"]) == places(
        [finding for finding in before if finding.line not in moved]
    )
    assert sorted(finding.code for finding in after if finding.file == "helpers.py") == sorted(
        finding.code for finding in before if finding.line in moved
    )


def lines_of(source: str, names: list[str]) -> set[int]:
    """The lines of the functions with these names."""
    return {
        line
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name in names
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }


THREADED = ("FAP101", "FAP102", "FAP103", "FAP105", "FAP107", "FAP108", "FAP112")


@named([fixture for fixture in BLOCKING if fixture.code in THREADED and fixture.path.is_file()])
def test_a_call_handed_to_a_thread_is_silent(fixture: Fixture, tmp_path: Path) -> None:
    source = fixture.path.read_text(encoding="utf-8")
    marked = {item.line for item in expectations(fixture.sources()) if item.code == fixture.code}
    rewritten, lines = calls_in_threads(source, marked)
    if not lines:
        pytest.skip("no call of the shape that can be rewritten")
    ast.parse(rewritten)
    before = lint_sources(tmp_path, {"main.py": source.encode()}, extra_codes(fixture))
    after = lint_sources(tmp_path, {"main.py": rewritten.encode()}, extra_codes(fixture))
    assert [str(finding) for finding in after if finding.line in lines and finding.code[:4] == "FAP1"] == []
    assert lines_with(fixture.code, after) == lines_with(fixture.code, before) - lines


def lines_with(code: str, found: list[Finding]) -> set[int]:
    return {finding.line for finding in found if finding.code == code}


PROJECTS = [
    "FAP101/across_modules",
    "FAP103/across_modules",
    "FAP301/across_modules",
    "FAP401/across_modules",
]


@pytest.mark.parametrize("name", PROJECTS)
def test_the_order_of_files_changes_nothing(name: str, tmp_path: Path) -> None:
    root = write_project(tmp_path, fixture_named(name).sources())
    files = sorted(root.rglob("*.py"))
    forwards = lint_project(root, paths=files)
    backwards = lint_project(root, paths=files[::-1])
    assert forwards
    assert forwards == backwards == lint_project(root)


@pytest.mark.parametrize("name", PROJECTS)
def test_the_number_of_processes_changes_nothing(name: str, tmp_path: Path) -> None:
    root = write_project(tmp_path, fixture_named(name).sources())
    alone = lint_project(root, jobs=1)
    assert alone
    assert lint_project(root, jobs=2) == alone


@pytest.mark.parametrize("name", PROJECTS)
def test_names_of_files_that_sort_differently_change_nothing(name: str, tmp_path: Path) -> None:
    """Modules are linked by import, not by the order in which they happen to be read."""
    sources = fixture_named(name).sources()
    root = write_project(tmp_path, sources)
    before = findings(root, lint_project(root))
    renamed = {file.replace("main.py", "zz_last.py"): content for file, content in sources.items()}
    root = write_project(tmp_path, renamed)
    after = findings(root, lint_project(root))
    assert before
    assert places(
        [finding._replace(file=finding.file.replace("zz_last.py", "main.py")) for finding in after]
    ) == places(before)


def test_only_one_of_the_files_is_checked_with_the_whole_project_in_view(tmp_path: Path) -> None:
    root = write_project(tmp_path, fixture_named("FAP101/across_modules").sources())
    main = root / "app" / "main.py"
    whole = [finding for finding in findings(root, lint_project(root)) if finding.file == "app/main.py"]
    assert whole
    assert findings(root, lint_project(root, paths=[main])) == whole
