"""Each rule's page: fixed headings, examples that behave as they say, links that are well formed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from expectations import (
    PAGES,
    ROOT,
    disagreements,
    expectations,
    findings,
    lint_project,
    write_project,
)
from fastapi_lint.pages import page_text
from fastapi_lint.rules import all_rules
from pages import (
    EXAMPLE,
    FIX_SAFETY,
    HEADINGS,
    REFERENCES,
    TURN_OFF,
    USE_INSTEAD,
    Page,
    read_page,
)

PATHS = sorted(PAGES.glob("FAP*.md"))

pages = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def example(page: Page, *, instead: bool) -> dict[str, bytes]:
    """The files of one half of the example; a `toml` block is the project's settings."""
    python = page.blocks("python", instead=instead)
    settings = page.blocks("toml", instead=False)
    assert len(python) == 1, f"{len(python)} python blocks"
    assert len(settings) <= 1
    sources = {"main.py": python[0].encode()}
    if settings:
        sources["pyproject.toml"] = settings[0].encode()
    return sources


@pages
def test_headings_are_the_fixed_ones_in_the_fixed_order(path: Path) -> None:
    page = read_page(path)
    assert re.fullmatch(rf"# {path.stem}: [a-z]+(-[a-z]+)*", page.title)
    assert "\n" not in page.summary
    assert page.summary.endswith(".")
    optional = {FIX_SAFETY}
    assert [heading for heading in page.headings if heading not in optional] == [
        heading for heading in HEADINGS if heading not in optional
    ]
    assert page.headings == [heading for heading in HEADINGS if heading in page.headings]
    assert all(page.sections.values()), "an empty section"
    assert page.sections[EXAMPLE].count(f"\n{USE_INSTEAD}\n") == 1


@pages
def test_the_example_has_exactly_the_marked_findings(path: Path, tmp_path: Path) -> None:
    sources = example(read_page(path), instead=False)
    expected = expectations(sources)
    assert any(item.code == path.stem and item.kind == "error" for item in expected)
    root = write_project(tmp_path, sources)
    found = lint_project(root, [path.stem])
    problems = disagreements(expected, findings(root, found))
    assert not problems, "\n".join(["", *problems])
    offers_a_fix = any(finding.fix for finding in found if finding.code == path.stem)
    assert offers_a_fix == (FIX_SAFETY in read_page(path).headings)


@pages
def test_what_to_use_instead_is_silent(path: Path, tmp_path: Path) -> None:
    sources = example(read_page(path), instead=True)
    compile(sources["main.py"], "main.py", "exec", dont_inherit=True)
    root = write_project(tmp_path, sources)
    assert findings(root, lint_project(root, [path.stem])) == []


@pages
def test_links_are_well_formed(path: Path) -> None:
    page = read_page(path)
    links = re.findall(r"\[([^\]]+)\]\(([^)]*)\)", page.prose)
    assert page.prose.count("](") == len(links)
    for text, target in links:
        assert text.strip() == text
        if not re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]+(/[\w./~%-]*)?(#[\w.-]+)?", target):
            assert (path.parent / target.partition("#")[0]).is_file(), f"{target} leads nowhere"
    references = [line for line in page.sections[REFERENCES].splitlines() if line]
    assert references
    assert all(re.fullmatch(r"- \[[^\]]+\]\(https://[^)]+\)", line) for line in references)
    bare = re.sub(r"\[[^\]]+\]\([^)]*\)|`[^`]+`", "", page.prose)
    assert "http" not in bare, "a link without a text"


@pages
def test_codes_that_a_page_mentions_have_pages(path: Path) -> None:
    mentioned = set(re.findall(r"FAP\d{3}", read_page(path).text))
    assert mentioned <= {page.stem for page in PATHS}


@pages
def test_a_page_says_when_its_rule_is_off(path: Path) -> None:
    is_off = {rule.code: not rule.default for rule in all_rules()}
    says_so = "off by default" in read_page(path).sections[TURN_OFF]
    assert is_off.get(path.stem) == says_so


@pages
def test_the_command_line_finds_the_page(path: Path) -> None:
    assert page_text(path.stem) == path.read_text(encoding="utf-8")


def test_the_generated_tables_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
