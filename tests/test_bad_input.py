"""Files that no parser likes: one finding for each that cannot be used, and the run goes on."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.linter import Report, lint

if TYPE_CHECKING:
    from conftest import Run, Tree

_GOOD = "import time\n\n\nasync def f():\n    time.sleep(1)\n"


def _lint(tree: Tree, files: Mapping[str, str | bytes], **options: Any) -> Report:
    """The report on the files and, beside them, a good one with one finding."""
    return lint([tree({"pyproject.toml": "", "good.py": _GOOD, **files})], jobs=1, **options)


def _places(report: Report) -> list[tuple[str, str, int]]:
    return [(os.path.basename(found.path), found.code, found.span.line) for found in report.diagnostics]


_UNUSABLE: dict[str, str | bytes] = {
    "syntax error": "def f(:\n    pass\n",
    "unclosed bracket": "x = (1,\n",
    "unclosed string": 'x = """abc\n',
    "bad indentation": "def f():\n    x = 1\n  y = 2\n",
    "Python 2": "print 'hello'\nexec 'x = 1'\n",
    "merge conflict": "<<<<<<< ours\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n",
    "template": "import {{ cookiecutter.name }}\n{% if x %}\n",
    "NUL bytes": b"x = 1\n\x00\x00y = 2\n",
    "not UTF-8": b"x = '\xff\xfe\xfa'\n",
    "unknown encoding": b"# -*- coding: no-such-encoding -*-\nx = 1\n",
    "encoding of bytes": b"# -*- coding: hex -*-\nx = 1\n",
    "UTF-16": "x = 1\n".encode("utf-16"),
    "UTF-32": "x = 1\n".encode("utf-32"),
    "contradicting encoding": b"\xef\xbb\xbf# -*- coding: latin-1 -*-\nx = 1\n",
    "random bytes": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("content", _UNUSABLE.values(), ids=_UNUSABLE.keys())
def test_a_file_that_cannot_be_used_is_one_finding(tree: Tree, content: str | bytes) -> None:
    report = _lint(tree, {"bad.py": content})
    bad = [found for found in report.diagnostics if os.path.basename(found.path) == "bad.py"]
    assert [found.code for found in bad] == ["FAP001"]
    assert "\n" not in bad[0].message
    assert bad[0].span.line >= 1
    assert bad[0].span.column >= 1
    assert [place for place in _places(report) if place[0] == "good.py"] == [("good.py", "FAP101", 5)]
    assert report.files == 2


_USABLE: dict[str, str | bytes] = {
    "empty": "",
    "blank": "\n\n   \n",
    "one comment, no end of line": "# nothing",
    "form feeds": "x = 1\n\x0c\ny = 2\n",
    "declared Latin-1": "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
    "declared cp1252": "# coding: cp1252\nx = '€'\n".encode("cp1252"),
    "150 parentheses": f"x = {'(' * 150}1{')' * 150}\n",
    "90 ifs": "".join(f"{' ' * depth}if x:\n" for depth in range(90)) + " " * 90 + "pass\n",
    "an expression of 1,000 terms": f"x = {' + '.join(['a'] * 1000)}\n",
    "a condition of 1,000 terms": f"x = {' and '.join(['a'] * 1000)}\n",
    "a chain of 300 calls": "x = a" + ".b()" * 300 + "\n",
    "a list of 20,000 elements": f"x = [{', '.join(map(str, range(20_000)))}]\n",
    "except without brackets": "try:\n    pass\nexcept ValueError, TypeError:\n    pass\n",  # since Python 3.14
    "500 elifs": "if a == 0:\n    pass\n"
    + "".join(f"elif a == {number}:\n    pass\n" for number in range(500)),
    "a class that is its own base": "class A(A):\n    pass\n\n\nasync def g(a: A):\n    a.run()\n",
    "classes that are each other's base": "class A(B):\n    pass\n\n\nclass B(A):\n    pass\n\n\nasync def g():\n    A().run()\n",
    "names that stand for each other": "a = b\nb = a\n\n\nasync def g():\n    a()\n",
    "a function that is its own default": "def f(g=f):\n    return f(f)\n\n\nasync def h():\n    f(h)\n",
    "a decorator that decorates itself": "@f\ndef f(g):\n    return f\n\n\n@f(f)\nasync def h():\n    f(f)(f)\n",
    "imports of itself": "import odd\nfrom odd import *\nfrom odd import f as g\n\n\nasync def h():\n    odd.g()\n    g()\n",
    "relative imports beyond the top": "from .... import x\nfrom .....y import z\n\n\nasync def h():\n    x()\n    z.a()\n",
}


@pytest.mark.parametrize("content", _USABLE.values(), ids=_USABLE.keys())
def test_an_odd_file_is_no_finding(tree: Tree, content: str | bytes) -> None:
    assert _places(_lint(tree, {"odd.py": content})) == [("good.py", "FAP101", 5)]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xef\xbb\xbf" + _GOOD.encode(), (5, 5)),
        (_GOOD.replace("\n", "\r\n").encode(), (5, 5)),
        (_GOOD.replace("\n", "\r").encode(), (5, 5)),
        (_GOOD.replace("    ", "\t").encode(), (5, 2)),
        (_GOOD.rstrip().encode(), (5, 5)),
        (("# coding: latin-1\n" + _GOOD.replace("sleep(1)", "sleep(1)  # é")).encode("latin-1"), (6, 5)),
        (_GOOD.replace("    time", "    '漢字'; time").encode(), (5, 11)),
        (_GOOD.replace("\n\n\n", "\n\x0c\n\n").encode(), (5, 5)),
    ],
    ids=["BOM", "CRLF", "CR", "tabs", "no end of line", "Latin-1", "wide characters", "form feed"],
)
def test_findings_stand_where_an_editor_shows_them(
    tree: Tree, content: bytes, place: tuple[int, int]
) -> None:
    report = _lint(tree, {"other.py": content})
    spans = {os.path.basename(found.path): found.span for found in report.diagnostics}
    assert spans["other.py"][:2] == place
    assert spans["good.py"][:2] == (5, 5)


def _chain_of_functions(length: int) -> str:
    functions = [f"def f{number}():\n    f{number + 1}()\n\n\n" for number in range(length)]
    return (
        "import time\n\n\n"
        + "".join(functions)
        + f"def f{length}():\n    time.sleep(1)\n\n\nasync def start():\n    f0()\n"
    )


def test_a_chain_of_3000_functions_is_followed_to_its_end(tree: Tree) -> None:
    report = _lint(tree, {"deep.py": _chain_of_functions(3000)})
    found = _only(report, "deep.py")
    assert len(found.chain) == 3002
    assert found.chain[-1].function.endswith("f3000")


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        f"x = {' + '.join(['a'] * 5000)}\n",
        f"x = [{', '.join(map(str, range(200_000)))}]\n",
        f"x = {'(' * 199}1{')' * 199}\n",
        "x = a" + ".b()" * 1000 + "\n",
        f"x = {'[' * 300}{']' * 300}\n",
        f"x = {'-' * 2000}1\n",
    ],
    ids=[
        "5,000 terms",
        "200,000 elements",
        "199 parentheses",
        "3,000 calls",
        "5,000 brackets",
        "20,000 signs",
    ],
)
def test_monsters_end_no_run(tree: Tree, run: Run, content: str) -> None:
    root = tree({"pyproject.toml": "", "good.py": _GOOD, "odd.py": content})
    result = run("fastapi_lint", "check", "--output-format", "concise", "-q", cwd=root, timeout=120)
    assert result.returncode == 1
    assert result.stderr == ""
    assert "good.py:5:5: FAP101" in result.stdout
    others = [line for line in result.stdout.splitlines() if not line.startswith("good.py")]
    assert all(line.startswith("odd.py:") and ": FAP001 " in line for line in others)
    assert len(others) <= 1


def test_a_cycle_of_calls_ends(tree: Tree) -> None:
    cycle = (
        "import time\n\n\ndef a():\n    b()\n\n\ndef b():\n    c()\n    a()\n\n\ndef c():\n    a()\n    time.sleep(1)\n\n\n"
        "async def start():\n    a()\n"
    )
    found = _only(_lint(tree, {"cycle.py": cycle}), "cycle.py")
    assert found.span.line == 19
    assert [step.span.line for step in found.chain] == [19, 5, 9, 15]


def test_modules_that_import_each_other(tree: Tree) -> None:
    files = {
        "p/__init__.py": "from p.a import *\nfrom p.b import *\n",
        "p/a.py": "import time\nfrom p.b import g\nfrom p import *\n\n\ndef f():\n    time.sleep(1)\n",
        "p/b.py": "from p.a import f\nfrom p import *\n\n\ndef g():\n    f()\n\n\nasync def h():\n    g()\n",
    }
    found = _only(_lint(tree, files), "b.py")
    assert (found.code, found.span.line) == ("FAP101", 10)


def test_star_imports_in_a_circle_define_nothing(tree: Tree) -> None:
    files = {
        "a.py": "from b import *\n\n\nasync def h():\n    missing()\n",
        "b.py": "from c import *\n",
        "c.py": "from a import *\n",
    }
    assert _places(_lint(tree, files)) == [("good.py", "FAP101", 5)]


def _only(report: Report, name: str) -> Diagnostic:
    (found,) = [found for found in report.diagnostics if os.path.basename(found.path) == name]
    return found


# --- what is no ordinary file -----------------------------------------------------------------


def test_a_tree_of_traps(tree: Tree) -> None:
    root = tree({"pyproject.toml": "", "good.py": _GOOD, "package.py/inner.py": "x = 1\n"})
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "self.py").symlink_to(root / "self.py")
    (root / "dangling.py").symlink_to(root / "nowhere.py")
    os.mkfifo(root / "pipe.py")
    report = lint([root], jobs=1)
    assert _places(report) == [("good.py", "FAP101", 5)]
    assert report.files == 2


def _forbid(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make opening the file fail as it does for want of permission, whoever runs the tests."""
    open_file = io.open

    def guarded(file: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(file, str | Path) and os.path.basename(file) == name:
            raise PermissionError(13, "Permission denied", str(file))
        return open_file(file, *arguments, **options)

    monkeypatch.setattr(builtins, "open", guarded)
    monkeypatch.setattr(io, "open", guarded)


def test_a_file_that_may_not_be_read(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    _forbid(monkeypatch, "secret.py")
    report = _lint(tree, {"secret.txt": ""})
    root = Path(report.roots[0])
    os.close(os.open(root / "secret.py", os.O_CREAT))
    report = lint([root], jobs=1)
    assert _places(report) == [("good.py", "FAP101", 5), ("secret.py", "FAP001", 1)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission(tree: Tree) -> None:
    root = tree({"pyproject.toml": "", "good.py": _GOOD, "secret.py": "x = 1\n"})
    (root / "secret.py").chmod(0)
    assert _places(lint([root], jobs=1)) == [("good.py", "FAP101", 5), ("secret.py", "FAP001", 1)]


def test_a_directory_that_may_not_be_listed(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def guarded(path: str) -> Any:
        if os.path.basename(path) == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert _places(_lint(tree, {"closed/a.py": "def f(:\n"})) == [("good.py", "FAP101", 5)]


def test_a_file_that_vanishes_between_the_walk_and_the_reading(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi_lint import discovery

    python_files = discovery.python_files

    def with_ghost(top: str, *arguments: Any) -> list[str]:
        return [*python_files(top, *arguments), os.path.join(top, "zzz.py")]

    monkeypatch.setattr(discovery, "python_files", with_ghost)
    assert _places(_lint(tree, {})) == [("good.py", "FAP101", 5), ("zzz.py", "FAP001", 1)]


# --- the whole tool ---------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_line_goes_on(tree: Tree, run: Run, jobs: str) -> None:
    bad = {f"bad{number}.py": content for number, content in enumerate(_UNUSABLE.values())}
    root = tree({"pyproject.toml": "", "good.py": _GOOD, **bad})
    for output_format in ("full", "concise", "json"):
        result = run("fastapi_lint", "check", "-j", jobs, "--output-format", output_format, cwd=root)
        assert result.returncode == 1
        assert result.stderr == ""
        assert "Traceback" not in result.stdout
        assert result.stdout.count("FAP101") >= 1
        for name in bad:
            assert name in result.stdout


def test_flake8_goes_on(tree: Tree, run: Run) -> None:
    fatal_to_flake8 = {"encoding of bytes"}
    contents = [content for name, content in _UNUSABLE.items() if name not in fatal_to_flake8]
    bad = {f"bad{number}.py": content for number, content in enumerate(contents)}
    root = tree({"pyproject.toml": "", "good.py": _GOOD, **bad})
    result = run("flake8", "--select=FAP", "-j1", cwd=root)
    assert "Traceback" not in result.stdout + result.stderr
    assert "./good.py:5:5: FAP101" in result.stdout
    assert "internal error" not in result.stdout


def test_a_file_that_cannot_be_used_shows_under_any_selection(tree: Tree, run: Run) -> None:
    root = tree({"pyproject.toml": "", "bad.py": "def f(:\n"})
    assert "FAP001" in run("fastapi_lint", "check", "--select", "FAP104", cwd=root).stdout
    assert run("fastapi_lint", "check", "--ignore", "FAP001", cwd=root).returncode == 0
