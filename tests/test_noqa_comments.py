"""`--add-noqa`: comments where flake8 looks for them, and nothing else changed."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint.diagnostics import Diagnostic, Span
from fastapi_lint.linter import lint
from fastapi_lint.noqa_comments import commented

if TYPE_CHECKING:
    from conftest import Run, Tree


def _finding(line: int, code: str = "FAP101") -> Diagnostic:
    return Diagnostic(code, "some-name", "blocks", "/a.py", Span(line, 1, line, 2))


def _commented(text: str, *findings: Diagnostic, reason: str = "why") -> str:
    content, _, left = commented(text.encode(), findings, reason)
    assert left == []
    return content.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()\n", "f()  # noqa: FAP101 -- why\n"),
        ("f()", "f()  # noqa: FAP101 -- why"),
        ("f()   \n", "f()  # noqa: FAP101 -- why\n"),
        ("f()\r\ng()\r\n", "f()  # noqa: FAP101 -- why\r\ng()\r\n"),
        ("f()\rg()\n", "f()  # noqa: FAP101 -- why\rg()\n"),
        ("f()  # type: ignore\n", "f()  # type: ignore  # noqa: FAP101 -- why\n"),
        ("f()  # noqa: E501\n", "f()  # noqa: E501, FAP101 -- why\n"),
        ("f()  # noqa:E501,F401 long\n", "f()  # noqa:E501,F401, FAP101 long -- why\n"),
        ("f()  # noqa: E501  # pragma: no cover\n", "f()  # noqa: E501, FAP101  # pragma: no cover -- why\n"),
        ("f(  # first\n    1,\n)\n", "f(  # first  # noqa: FAP101 -- why\n    1,\n)\n"),
        ("x = \\\n    f()\n", "x = \\\n    f()  # noqa: FAP101 -- why\n"),
        ('f("""\na\n""")\n', 'f("""\na\n""")  # noqa: FAP101 -- why\n'),
        ('f("""\na\n""")  # noqa: E1\n', 'f("""\na\n""")  # noqa: E1, FAP101 -- why\n'),
        ("f()\x0c\ng()\n", "f()  # noqa: FAP101 -- why\ng()\n"),
    ],
)
def test_where_the_comment_goes(before: str, after: str) -> None:
    assert _commented(before, _finding(1)) == after


def test_several_codes_and_lines() -> None:
    findings = [_finding(2), _finding(1, "FAP103"), _finding(1), _finding(1)]
    assert (
        _commented("f()\ng()\n", *findings, reason="") == "f()  # noqa: FAP101, FAP103\ng()  # noqa: FAP101\n"
    )


def test_any_line_of_a_string_is_served_by_the_last() -> None:
    text = 'x = [\n    f("""\na\n"""),\n]\n'
    assert _commented(text, _finding(2), _finding(3)) == text.replace("),", "),  # noqa: FAP101 -- why")


def test_a_reason_is_no_code() -> None:
    text = _commented("f()\n", _finding(1), reason="E501 and W2 stay")
    assert text == "f()  # noqa: FAP101 -- E501 and W2 stay\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"f(\n", id="no Python"),
        pytest.param(b"# coding: nonsense\nf()\n", id="no encoding"),
        pytest.param(b"'\xff'\n", id="not in its encoding"),
        pytest.param(b'f("# noqa: E1 in a string \\\n")\n', id="flake8 sees another one first"),
        pytest.param(b"", id="no such line"),
    ],
)
def test_what_cannot_be_done_is_left_as_it_is(content: bytes) -> None:
    finding = _finding(1)
    assert commented(content, [finding], "why") == (content, 0, [finding])


def test_one_that_cannot_be_done_does_not_keep_the_others_from_it() -> None:
    content = b'f("# noqa: E1 in a string \\\n")\ng()\n'
    changed, written, left = commented(content, [_finding(1), _finding(3)], "why")
    assert changed == content.replace(b"g()", b"g()  # noqa: FAP101 -- why")
    assert (written, left) == (1, [_finding(1)])


def test_encodings_and_byte_order_marks_stay() -> None:
    latin = "# coding: latin-1\nf('é')\n".encode("latin-1")
    assert commented(latin, [_finding(2)], "weil schön")[0] == (
        "# coding: latin-1\nf('é')  # noqa: FAP101 -- weil schön\n".encode("latin-1")
    )
    assert commented(latin, [_finding(2)], "→") == (latin, 0, [_finding(2)])
    marked = b"\xef\xbb\xbff()\r\n"
    assert commented(marked, [_finding(1)], "")[0] == b"\xef\xbb\xbff()  # noqa: FAP101\r\n"


SOURCE = '''\
import time

import requests


async def one():
    time.sleep(1)  # noqa: E501
    requests.post(
        "http://example.com",
        data="""
        text
        """,
    )
    return requests.get("http://example.com") \\
        .text, time.sleep(1)


async def two():
    requests.post("http://example.com", data="""
        text
    """)
'''


def test_both_tools_are_silent_afterwards(tree: Tree, run: Run) -> None:
    root = tree({"pyproject.toml": "", "app.py": SOURCE})
    path = root / "app.py"
    path.chmod(0o640)
    (root / "link.py").symlink_to("app.py")
    found = lint([root], jobs=1).diagnostics
    assert len(found) >= 5
    result = run("fastapi_lint", "check", "--add-noqa", "legacy,\n see #12", "-j1", cwd=root)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Wrote 4 comments in 1 file.\n"
    text = path.read_text()
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(SOURCE))
    assert text.count(" -- legacy, see #12\n") == 4
    assert "# noqa: E501, FAP101 -- legacy" in text
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    assert sorted(os.listdir(root)) == sorted(
        {*os.listdir(root)} & {"app.py", "link.py", "pyproject.toml", ".fastapi_lint_cache"}
    )
    assert lint([root], jobs=1).diagnostics == ()
    assert run("flake8", "--isolated", "--select", "FAP", "app.py", cwd=root).stdout == ""
    again = run("fastapi_lint", "check", "--add-noqa", "x", "-j1", cwd=root)
    assert again.stdout == "Wrote 0 comments in 0 files.\n"
    assert path.read_text() == text


def test_what_is_in_the_baseline_or_cannot_be_silenced(project: Path, run: Run) -> None:
    run("fastapi_lint", "baseline", "create", "-j1", cwd=project)
    before = (project / "app/main.py").read_text()
    (project / "app/broken.py").write_text("def f(:\n")
    option = ("--baseline", "fastapi-lint-baseline.json")
    result = run("fastapi_lint", "check", "--add-noqa", "x", *option, "-j1", cwd=project)
    assert result.stdout == "Wrote 0 comments in 0 files.\n"
    assert result.stderr == "fastapi-lint: warning: no comment can silence FAP001 at app/broken.py:2\n"
    assert (project / "app/main.py").read_text() == before


def test_standard_input_cannot_be_written(run: Run) -> None:
    result = run("fastapi_lint", "check", "-", "--add-noqa", "x", input="x = 1\n")
    assert result.returncode == 2
    assert "--add-noqa" in result.stderr
