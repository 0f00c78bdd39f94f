"""Each fixture says what is found in it; each rule has a module, fixtures and a page."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from expectations import (
    FIXTURES,
    PAGES,
    Fixture,
    all_fixtures,
    disagreements,
    expectations,
    findings,
    lint_project,
    read_markers,
    write_project,
)
from fastapi_lint import rules
from fastapi_lint.rules import all_rules

MODULES = Path(next(iter(rules.__path__)))
FIXTURE_LIST = all_fixtures()
CODES = sorted(
    {path.name[:6].upper() for path in MODULES.glob("fap[0-9][0-9][0-9]_*.py")}
    | {path.stem for path in PAGES.glob("FAP*.md")}
    | {path.name for path in FIXTURES.glob("FAP*")}
)


@pytest.mark.parametrize("fixture", FIXTURE_LIST, ids=lambda fixture: fixture.name)
def test_fixture(fixture: Fixture, tmp_path: Path) -> None:
    sources = fixture.sources()
    root = write_project(tmp_path, sources)
    diagnostics = lint_project(root, [fixture.code] if fixture.code else [])
    problems = disagreements(expectations(sources), findings(root, diagnostics))
    assert not problems, "\n".join(["", *problems])
    places = Counter((diagnostic.code, diagnostic.path, diagnostic.span) for diagnostic in diagnostics)
    assert [place for place, times in places.items() if times > 1] == [], "reported twice"


@pytest.mark.parametrize("fixture", FIXTURE_LIST, ids=lambda fixture: fixture.name)
def test_fixture_compiles(fixture: Fixture) -> None:
    if fixture.code == "FAP001":
        pytest.skip("broken on purpose")
    for file, content in fixture.sources().items():
        if file.endswith(".py"):
            compile(content, file, "exec", dont_inherit=True)


@pytest.mark.parametrize("code", CODES)
def test_a_rule_has_a_module_fixtures_and_a_page(code: str) -> None:
    by_code = {rule.code: rule for rule in all_rules()}
    modules = sorted(MODULES.glob(f"{code.lower()}_*.py"))
    assert len(modules) == 1, f"{code} has {len(modules)} modules"
    assert code in by_code, (
        f"{modules[0].name} defines {importlib.import_module(_dotted(modules[0])).rule.code}"
    )
    page = PAGES / f"{code}.md"
    assert page.is_file(), f"{code} has no page"
    rule = by_code[code]
    title, blank, summary = page.read_text(encoding="utf-8").splitlines()[:3]
    assert (title, blank, summary) == (f"# {rule.code}: {rule.name}", "", rule.summary)
    docstring = ast.get_docstring(ast.parse(modules[0].read_text(encoding="utf-8")))
    assert docstring, f"{modules[0].name} has no docstring"
    assert docstring.startswith(f"{code}: ")


@pytest.mark.parametrize("code", CODES)
def test_the_fixtures_of_a_rule_go_both_ways(code: str) -> None:
    """There are lines that are found, and functions in which nothing is."""
    own = [fixture for fixture in FIXTURE_LIST if fixture.code == code]
    marked = [item for fixture in own for item in expectations(fixture.sources()) if item.code == code]
    assert any(item.kind == "error" for item in marked), f"no line of {code} is found"
    if code == "FAP001":
        return
    functions, with_markers = 0, 0
    for fixture in own:
        for file, content in fixture.sources().items():
            if file.endswith(".py"):
                lines = {item.line for item in read_markers(content.decode(), file)}
                for node in ast.walk(ast.parse(content)):
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        functions += 1
                        with_markers += any(node.lineno <= line <= (node.end_lineno or 0) for line in lines)
    assert functions > with_markers, f"every function in the fixtures of {code} has a finding"


def test_markers_name_rules_that_exist() -> None:
    known = {rule.code for rule in all_rules()}
    for fixture in FIXTURE_LIST:
        unknown = {item.code for item in expectations(fixture.sources())} - known
        assert not unknown, f"{fixture.name} expects {', '.join(sorted(unknown))}"


def test_codes_and_names_are_unique_and_well_formed() -> None:
    codes = Counter(rule.code for rule in all_rules())
    names = Counter(rule.name for rule in all_rules())
    assert all(times == 1 for times in (codes + names).values())
    for rule in all_rules():
        assert re.fullmatch(r"FAP\d{3}", rule.code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.summary.endswith(".")
        assert "\n" not in rule.summary


def _dotted(module: Path) -> str:
    return f"{rules.__name__}.{module.stem}"
