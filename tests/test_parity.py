"""The command line, flake8 and the library say the same, whatever the jobs and the order of files."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint import linter
from fastapi_lint.diagnostics import Diagnostic, Span, Step
from fastapi_lint.linter import lint, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conftest import Run, Tree

    Place = tuple[str, int, int, str, str]

_ROUTER = """\
import time

from fastapi import APIRouter

from shop import stock
from shop.prices import price_of

router = APIRouter()


@router.get("/{name}/items/{{item}}")
async def {name}_item(item: int):
    return price_of(item)


@router.get("/{name}/stock")
async def {name}_stock():
    time.sleep(2)
    return stock.count()
"""
_FILES = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/main.py": (
        "from fastapi import FastAPI\n\nfrom shop import one, two\n\napp = FastAPI()\n"
        "app.include_router(one.router)\napp.include_router(two.router)\n"
    ),
    "shop/one.py": _ROUTER.format(name="one"),
    "shop/two.py": _ROUTER.format(name="two"),
    "shop/prices.py": "from shop.slow import wait\n\n\ndef price_of(item):\n    wait()\n    return item\n",
    "shop/slow.py": "import time\n\n\ndef wait():\n    time.sleep(1)\n",
    "shop/stock.py": "from shop import slow\n\n\ndef count():\n    slow.wait()\n    return 1\n",
    "tests/test_shop.py": "import time\n\n\nasync def test_nothing():\n    time.sleep(1)\n",
}
_MODULES = [name for name in _FILES if name.startswith("shop/")]
_LINE = re.compile(r"^(?:\./)?(.+?):(\d+):(\d+): (FAP\d{3}) (.*)$")


@pytest.fixture
def shop(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tree(_FILES)
    monkeypatch.chdir(root)
    return root


def _parse(output: str) -> list[Place]:
    found = []
    for line in output.splitlines():
        match = _LINE.match(line)
        assert match, line
        path, row, column, code, message = match.groups()
        found.append((path, int(row), int(column), code, message))
    return sorted(found)


def _by_library(root: Path, *paths: str, jobs: int = 1) -> list[Place]:
    return [
        (
            str(Path(found.path).relative_to(root)),
            found.span.line,
            found.span.column,
            found.code,
            found.message,
        )
        for found in lint([Path(path) for path in paths], jobs=jobs).diagnostics
    ]


def _by_command(run: Run, *arguments: str) -> list[Place]:
    result = run("fastapi_lint", "check", "--output-format", "concise", "-q", *arguments)
    assert result.stderr == ""
    assert result.returncode == bool(result.stdout)
    return _parse(result.stdout)


def _by_flake8(run: Run, *arguments: str) -> list[Place]:
    result = run("flake8", "--select=FAP", *arguments)
    assert result.stderr == ""
    assert result.returncode == bool(result.stdout)
    return _parse(result.stdout)


def test_there_is_something_to_agree_on(shop: Path) -> None:
    found = [place[:4] for place in _by_library(shop, ".") if place[0].startswith("shop/")]
    assert found == [
        (f"shop/{name}.py", line, column, "FAP101")
        for name in ("one", "two")
        for line, column in ((13, 12), (18, 5), (19, 12))
    ]


@pytest.mark.parametrize(
    "paths",
    [
        ["."],
        ["shop"],
        ["shop", "tests"],
        ["shop/slow.py"],
        ["shop/stock.py"],
        ["shop/slow.py", "shop/one.py"],
    ],
    ids=" ".join,
)
def test_library_command_line_and_flake8_agree(shop: Path, run: Run, paths: Sequence[str]) -> None:
    expected = _by_library(shop, *paths)
    assert _by_command(run, "-j1", *paths) == expected
    assert _by_command(run, "-j2", *paths) == expected
    assert _by_flake8(run, "-j1", *paths) == expected
    assert _by_flake8(run, "-j2", *paths) == expected


def test_a_helper_alone_carries_the_findings_that_end_in_it(shop: Path) -> None:
    assert [place[:4] for place in _by_library(shop, "shop/slow.py")] == [("shop/slow.py", 5, 5, "FAP101")]
    assert [place[:4] for place in _by_library(shop, "shop/prices.py")] == [
        ("shop/prices.py", 5, 5, "FAP101")
    ]


def test_every_file_as_an_argument_is_the_same_as_their_directory(shop: Path) -> None:
    assert _by_library(shop, *_MODULES) == _by_library(shop, "shop")


def test_the_order_of_arguments_does_not_matter(shop: Path) -> None:
    orders = itertools.islice(itertools.permutations(_MODULES), 0, None, 611)
    results = {json.dumps(_by_library(shop, *order)) for order in orders}
    assert len(results) == 1


def test_jobs_do_not_matter(shop: Path, run: Run) -> None:
    one_process = lint([shop], jobs=1).diagnostics
    for name in ("long", "longer"):  # enough text to be worth a second process
        (shop / f"shop/{name}.py").write_text("# " + "x" * 500_000 + "\n")
    assert lint([shop], jobs=1).diagnostics == one_process
    assert lint([shop], jobs=2).diagnostics == one_process
    assert _by_command(run, "-j2") == _by_flake8(run, "-j2") == _by_library(shop, ".")


def test_two_runs_print_the_same_bytes(shop: Path, run: Run) -> None:
    for output_format in ("full", "json", "sarif", "markdown"):
        outputs = {
            run(
                "fastapi_lint", "check", "-q", "--output-format", output_format, env={"PYTHONHASHSEED": seed}
            ).stdout
            for seed in ("1", "2", "3")
        }
        assert len(outputs) == 1


def test_formats_agree(shop: Path, run: Run) -> None:
    concise = _by_command(run, ".")
    findings = json.loads(run("fastapi_lint", "check", "--output-format", "json").stdout)
    from_json = [
        (
            str(Path(found["filename"]).relative_to(shop)),
            found["location"]["row"],
            found["location"]["column"],
            found["code"],
            found["message"],
        )
        for found in findings
    ]
    assert from_json == concise
    full = run("fastapi_lint", "check", "--output-format", "full").stdout
    for path, row, column, code, _ in concise:
        # In an arrow of its own, or in the list of the places that share a cause.
        assert re.search(rf"^ *(--> )?{re.escape(path)}:{row}:{column}( in |$)", full, re.MULTILINE)
        assert f"{code} error[" in full


def test_a_finding_is_reported_once_whatever_overlaps(shop: Path) -> None:
    assert _by_library(shop, "shop/one.py", "shop", ".", "shop/one.py") == _by_library(shop, ".")


# --- where a finding stands when only some files are checked -----------------------------------


def _chained() -> Diagnostic:
    steps = tuple(
        Step(f"/{name}.py", Span(line, 1, line, 9), name, "f()") for line, name in enumerate("abc", 1)
    )
    return Diagnostic("FAP101", "blocking-sleep-on-event-loop", "blocks", "/a.py", steps[0].span, chain=steps)


@pytest.mark.parametrize(
    ("checked", "expected"),
    [("abc", "a"), ("a", "a"), ("cb", "b"), ("c", "c"), ("cx", "c"), ("x", None), ("", None)],
)
def test_the_first_step_that_is_checked_carries_the_finding(checked: str, expected: str | None) -> None:
    finding = _chained()
    placed = place(finding, frozenset(f"/{name}.py" for name in checked))
    if expected is None:
        assert placed is None
    else:
        step = next(step for step in finding.chain if step.function == expected)
        assert placed == finding._replace(path=step.path, span=step.span)


def test_a_finding_without_a_chain_is_shown_where_it_stands_or_not_at_all() -> None:
    finding = _chained()._replace(chain=())
    assert place(finding, frozenset(["/a.py"])) == finding
    assert place(finding, frozenset(["/b.py"])) is None


def test_two_messages_at_one_place_are_two_findings_unless_they_were_moved_there(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = str(shop / "shop/one.py"), str(shop / "shop/slow.py")
    span = Span(5, 5, 5, 18)
    chain = (
        Step(here, Span(13, 12, 13, 26), "one_item", "price_of(item)"),
        Step(there, span, "wait", "time.sleep(1)"),
    )
    first = Diagnostic(
        "FAP101", "blocking-sleep-on-event-loop", "a", here, chain[0].span, chain=chain, routes=("GET /a",)
    )
    second = first._replace(message="b", routes=("GET /b", "GET /a"))
    monkeypatch.setattr(linter, "_raw_findings", lambda *_: [first, first, second])
    assert lint([shop]).diagnostics == (first, second)
    assert lint([Path(there)]).diagnostics == (
        first._replace(path=there, span=span, routes=("GET /a", "GET /b")),
    )
