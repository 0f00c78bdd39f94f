"""`# noqa`: read exactly as flake8 reads it, and along the chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint.diagnostics import Diagnostic, Span, Step
from fastapi_lint.linter import lint
from fastapi_lint.settings import Overrides
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


@pytest.mark.parametrize("comment", [comment for comment, _ in _INLINE])
def test_comments_that_cannot_concern_us_are_told_without_tokens(
    comment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        f"time.sleep(1)  {comment}\n",
        f'x = """\n{comment}\nE501, b1\n"""\n',
        f'x = """{comment},\nF1"""\n',
    ]

    def answers() -> list[bool]:
        comments = [FileSuppressions(split_lines(text)) for text in texts]
        return [
            one.covers(code, line)
            for one in comments
            for line in range(1, 5)
            for code in ("FAP101", "FAP301")
        ]

    quick = answers()
    monkeypatch.setattr("fastapi_lint.suppressions._may_concern_us", lambda noqa: True)
    assert answers() == quick


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


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# fastapi-lint: ignore[FAP101]", True),
        ("# fastapi-lint: ignore[FAP101] a reason", True),
        ("#fastapi-lint:ignore[FAP101]", True),
        ("# fastapi-lint: ignore[FAP102, FAP101]", True),
        ("# fastapi-lint: ignore[FAP1]", True),
        ("# fastapi-lint: ignore", True),
        ("# type: ignore  # fastapi-lint: ignore[FAP101]", True),
        ("# fastapi-lint: ignore[FAP102]  # fastapi-lint: ignore[FAP101]", True),
        ("# fastapi-lint: ignore[FAP102]", False),
        ("# fastapi-lint: ignore[]", False),
        ("# fastapi-lint: ignored", False),
        ("# fastapi-lint: ignore-file[FAP101]", False),  # that needs a line by itself
        ("or '# fastapi-lint: ignore[FAP101]'", False),
    ],
)
def test_a_comment_of_our_own(comment: str, silent: bool) -> None:
    lines = [f"time.sleep(1)  {comment}\n", "time.sleep(1)\n"]
    assert FileSuppressions(lines).covers("FAP101", 1) is silent
    assert FileSuppressions(lines).covers("FAP101", 1, only_own=True) is silent
    assert not FileSuppressions(lines).covers("FAP101", 2)


@pytest.mark.parametrize(
    ("comment", "code", "silent"),
    [
        ("# fastapi-lint: ignore-file[FAP101] a reason", "FAP101", True),
        ("    # fastapi-lint: ignore-file[FAP1]", "FAP101", True),
        ("# fastapi-lint: ignore-file[FAP102]", "FAP101", False),
        ("# fastapi-lint: ignore-file", "FAP301", True),
    ],
)
def test_a_comment_of_our_own_for_the_file(comment: str, code: str, silent: bool) -> None:
    comments = FileSuppressions(["def f():\n", f"    {comment.strip()}\n", "    time.sleep(1)\n"])
    assert comments.covers(code, 3) is silent
    assert comments.names(code, 3) is (silent and "[" in comment)


def test_what_flake8_reads_itself_is_not_our_own() -> None:
    for text in ("f()  # noqa: FAP101\n", "f()  # noqa\n", "# flake8: noqa\n"):
        assert FileSuppressions([text]).covers("FAP101", 1)
        assert not FileSuppressions([text]).covers("FAP101", 1, only_own=True)


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
        ("/c.py", "# fastapi-lint: ignore[FAP101] fine", True),
        ("/b.py", "# fastapi-lint: ignore[FAP1]", True),
        ("/b.py", "# fastapi-lint: ignore[FAP102]", False),
        ("/c.py", "# fastapi-lint: ignore", False),
        ("/c.py", "\n# fastapi-lint: ignore-file[FAP101]", True),
        ("/c.py", "\n# fastapi-lint: ignore-file", False),
        ("/c.py", "# noqa", False),
        ("/b.py", "# noqa: FAP102", False),
        ("/c.py", "# flake8: noqa", False),
    ],
)
def test_on_the_chain_only_the_code_itself_counts(path: str, comment: str, silent: bool) -> None:
    texts = {name: ["call()\n"] for name in ("/a.py", "/b.py", "/c.py")}
    texts[path] = split_lines(f"call()  {comment}\n")
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


def test_flake8_honors_our_own_comments(project: Path, run: Run) -> None:
    _edit(project / "app/main.py", "time.sleep(1)", "time.sleep(1)  # fastapi-lint: ignore[FAP101] short")
    _edit(project / "app/helper.py", "time.sleep(1)", "time.sleep(1)  # fastapi-lint: ignore[FAP101] short")
    assert lint([project]).diagnostics == ()
    assert run("flake8", "--select", "FAP").stdout == ""
    assert run("flake8", "--select", "FAP", "app/helper.py").stdout == ""
    assert run("flake8", "--select", "FAP", "--disable-noqa").stdout.count("FAP101") == 2


def test_unused_comments_are_the_same_in_flake8(project: Path, run: Run) -> None:
    _edit(project / "app/main.py", "time.sleep(1)", "time.sleep(1)  # noqa: FAP101, FAP102")
    _edit(project / "app/main.py", "import time\n", "import time  # noqa: E401, FAP103\n")
    _edit(project / "app/helper.py", "return 1", "return 1  # fastapi-lint: ignore[FAP101] once")
    (project / "pyproject.toml").write_text(
        '[tool.fastapi-lint]\nextend-select = ["FAP002"]\nignore = ["FAP103"]\n'
    )
    command = run("fastapi_lint", "check", "-q", "--no-cache", "--output-format", "concise")
    flake8 = run("flake8", "--select", "FAP")
    assert [line.split(": FAP002 ")[0] for line in command.stdout.splitlines() if "FAP002" in line] == [
        "app/helper.py:6:38",
        "app/main.py:12:36",
    ]
    assert sorted(line.removeprefix("./") for line in flake8.stdout.splitlines()) == sorted(
        command.stdout.splitlines()
    )


def test_unused_comments_can_be_accepted_too(project: Path) -> None:
    selected = Overrides(select=("FAP002", "FAP101"))
    _edit(project / "app/helper.py", "return 1", "return 1  # noqa: FAP101")
    assert [found.code for found in lint([project], overrides=selected).diagnostics].count("FAP002") == 1
    _edit(project / "app/helper.py", "# noqa: FAP101", "# noqa: FAP101, FAP002")
    assert [found.code for found in lint([project], overrides=selected).diagnostics].count("FAP002") == 0


def test_a_comment_is_used_whichever_files_are_checked(project: Path) -> None:
    selected = Overrides(select=("FAP002", "FAP101"))
    _edit(project / "app/helper.py", "time.sleep(1)", "time.sleep(1)  # noqa: FAP101")
    for paths in ([project], [project / "app/helper.py"], [project / "app/main.py"]):
        assert "FAP002" not in {found.code for found in lint(paths, overrides=selected).diagnostics}
