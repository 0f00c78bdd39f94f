"""`# noqa`: read exactly as flake8 reads it, and along the chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint.diagnostics import Diagnostic, Span, Step
from fastapi_lint.linter import lint
from fastapi_lint.sources import split_lines
from fastapi_lint.suppressions import FileSuppressions, Suppressions

if TYPE_CHECKING:
    from conftest import Run, Tree

_INLINE = [
    ("# noqa", True),
    ("#noqa", False),
    ("# NOQA", True),
    ("# noqa: FAP101", True),
    ("# noqa:FAP101,E501", True),
    ("# noqa: E501 FAP101", True),
    ("# noqa: E501, FAP101 -- because", True),
    ("# noqa: FAP1", True),
    ("# noqa: FAP101 because it is short", True),
    ("# noqa: E501", False),
    ("# noqa: FAP102", False),
    ("# noqa: fap101", False),
    ("# noqa : FAP102", True),  # flake8 takes this, and the next, for a bare one
    ("# noqa: FAP", True),
    ("# noqa: E501; FAP101", False),
    ("# type: ignore  # noqa: FAP101", True),
    ("# see noqa", False),
    ("# ruff: noqa: FAP101", False),
]


@pytest.mark.parametrize(("comment", "silent"), _INLINE)
def test_a_comment_on_the_line(comment: str, silent: bool) -> None:
    comments = FileSuppressions([f"time.sleep(1)  {comment}\n"])
    assert comments.covers("FAP101", 1) is silent


@pytest.mark.parametrize(("comment", "silent"), _INLINE)
def test_flake8_agrees(comment: str, silent: bool, tree: Tree, run: Run) -> None:
    root = tree({"x.py": f"import os  {comment.replace('FAP1', 'F4')}\n"})
    result = run("flake8", "--isolated", "--select", "F401", "x.py", cwd=root)
    assert ("F401" in result.stdout) is not silent


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# flake8: noqa", True),
        ("  # FLAKE8=noqa", True),
        ("x = 1  # flake8: noqa", False),
        ("# flake8 noqa", False),
    ],
)
def test_a_comment_for_the_file(comment: str, silent: bool) -> None:
    assert FileSuppressions(["import time\n", comment + "\n", "time.sleep(1)\n"]).whole_file is silent


def test_lines_of_a_string_or_a_continuation_count_as_one_and_those_of_a_bracket_do_not() -> None:
    lines = split_lines(
        'call("""\na\n""")  # noqa: FAP101\ncall(\n  1,\n)  # noqa: FAP101\nx = \\\n  f()  # noqa: FAP101\n'
    )
    comments = FileSuppressions(lines)
    assert [comments.covers("FAP101", line) for line in range(1, 9)] == [
        True, True, True, False, False, True, True, True,
    ]  # fmt: skip


def test_a_file_that_has_no_tokens_has_no_comments() -> None:
    assert not FileSuppressions(["call(  # noqa\n"]).covers("FAP101", 1)


def _finding() -> Diagnostic:
    place = Span(1, 1, 1, 7)
    chain = (
        Step("/a.py", place, "endpoint", "load()"),
        Step("/b.py", place, "load", "fetch()"),
        Step("/c.py", place, "fetch", "time.sleep(1)"),
    )
    return Diagnostic("FAP101", "blocking-sleep-on-event-loop", "blocks", "/a.py", place, chain=chain)


@pytest.mark.parametrize(
    ("path", "comment", "silent"),
    [
        ("/c.py", "# noqa: FAP101", True),
        ("/b.py", "# noqa: FAP101", True),
        ("/c.py", "# noqa", False),
        ("/b.py", "# noqa: FAP102", False),
        ("/c.py", "# flake8: noqa", False),
    ],
)
def test_on_the_chain_only_the_code_itself_counts(path: str, comment: str, silent: bool) -> None:
    texts = {name: ["call()\n"] for name in ("/a.py", "/b.py", "/c.py")}
    texts[path] = [f"call()  {comment}\n"]
    finding = _finding()
    assert Suppressions(texts.__getitem__).silences_elsewhere(finding, finding) is silent


@pytest.mark.parametrize("comment", ["call()  # noqa", "call()  # noqa: FAP101", "# flake8: noqa"])
def test_a_finding_silenced_where_it_stands_stays_silent_where_only_the_helper_is_checked(
    comment: str,
) -> None:
    texts = {"/a.py": [comment + "\n"], "/b.py": ["call()\n"], "/c.py": ["call()\n"]}
    finding = _finding()
    moved = finding._replace(path="/c.py")
    assert Suppressions(texts.__getitem__).silences_elsewhere(finding, moved)


def test_only_files_with_findings_are_read() -> None:
    read: list[str] = []

    def reader(path: str) -> list[str]:
        read.append(path)
        return ["call()\n"]

    suppressions = Suppressions(reader)
    finding = _finding()
    assert not suppressions.silences_line(finding)
    assert not suppressions.silences_elsewhere(finding, finding)
    assert sorted(read) == ["/a.py", "/b.py", "/c.py"]


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_comment_at_the_blocking_call_silences_every_chain_that_ends_there(project: Path) -> None:
    assert len(lint([project]).diagnostics) == 2
    _edit(project / "app/helper.py", "time.sleep(1)", "time.sleep(1)  # noqa: FAP101")
    (left,) = lint([project]).diagnostics
    assert left.path == str(project / "app/main.py")
    assert lint([project / "app/helper.py"]).diagnostics == ()


def test_a_bare_comment_at_the_blocking_call_is_about_that_line_only(project: Path) -> None:
    _edit(project / "app/helper.py", "time.sleep(1)", "time.sleep(1)  # noqa")
    assert len(lint([project]).diagnostics) == 2
    assert lint([project / "app/helper.py"]).diagnostics == ()


def test_a_comment_where_the_finding_stands(project: Path) -> None:
    _edit(project / "app/main.py", "time.sleep(1)", "time.sleep(1)  # noqa: FAP101")
    _edit(project / "app/main.py", "return load()", "return load()  # noqa")
    assert lint([project]).diagnostics == ()
    assert len(lint([project], noqa_on_line=False).diagnostics) == 2


def test_a_comment_for_the_whole_file(project: Path) -> None:
    _edit(project / "app/main.py", "import time", "# flake8: noqa\nimport time")
    assert lint([project]).diagnostics == ()
    assert lint([project / "app/helper.py"]).diagnostics == ()
