"""After an edit that says nothing new the findings are those of before, on the lines of now."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from fastapi_lint import found_before, linter
from fastapi_lint.facts.extract import extract
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.moves import moved_lines
from fastapi_lint.linter import Report, lint
from fastapi_lint.run_cache import RunCache
from fastapi_lint.store import DIRECTORY

FIXTURES = Path(__file__).parent / "fixtures"
EXAMPLE = Path(__file__).parents[1] / "examples"


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The roots of the projects that were analysed."""
    roots: list[str] = []
    analyse = linter.analyse_project

    def noted(project: linter.ProjectFiles, **options: object) -> object:
        roots.append(project.root)
        return analyse(project, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(linter, "analyse_project", noted)
    return roots


def _settle(root: Path) -> None:
    past = time.time() - 1000
    for path in root.rglob("*.py"):
        os.utime(path, (past, past))


def _run(root: Path, jobs: int = 1) -> Report:
    return lint([root], jobs=jobs, cache=RunCache(str(root / DIRECTORY)))._replace(files_read=0)


def _fresh(root: Path) -> Report:
    return lint([root], jobs=1)._replace(files_read=0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import time\n", "# why\n\nimport time\n"),
        ("import time\n", "import time  # why\n"),
        ("    time.sleep(1)", "    # once\n    time.sleep(1)"),
        ("    time.sleep(1)", '    """Wait."""\n    time.sleep(1)'),
    ],
)
def test_words_that_are_no_code_are_not_judged(
    project: Path, analysed: list[str], old: str, new: str
) -> None:
    _run(project)
    helper = project / "app/helper.py"
    assert old in helper.read_text()
    helper.write_text(helper.read_text().replace(old, new))
    analysed.clear()
    after = _run(project)
    assert analysed == []
    assert after == _fresh(project)
    assert len(after.diagnostics) == 2


def test_the_share_of_resolved_calls_is_told_again(project: Path, analysed: list[str]) -> None:
    def run() -> Report:
        return lint([project], jobs=1, cache=RunCache(str(project / DIRECTORY)), counts_calls=True)

    before = run()
    helper = project / "app/helper.py"
    helper.write_text("# new\n" + helper.read_text())
    analysed.clear()
    after = run()
    assert analysed == []
    assert (after.calls, after.calls_resolved) == (before.calls, before.calls_resolved)
    assert before.calls > 0


def test_the_next_edit_is_compared_with_the_last(project: Path, analysed: list[str]) -> None:
    _run(project)
    helper = project / "app/helper.py"
    for number in range(3):
        helper.write_text(f"# {number}\n" + helper.read_text())
        analysed.clear()
        after = _run(project)
        assert analysed == []
        assert after == _fresh(project)


def test_a_comment_that_accepts_a_finding_counts(project: Path, analysed: list[str]) -> None:
    _run(project)
    helper = project / "app/helper.py"
    helper.write_text("# new\n" + helper.read_text().replace("sleep(1)", "sleep(1)  # noqa: FAP101"))
    analysed.clear()
    assert len(_run(project).diagnostics) == 1
    assert analysed == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("time.sleep(1)", "time.sleep(2)"),
        ("time.sleep(1)", "time.sleep( 1)"),
        ("    time.sleep(1)", "    pass\n    time.sleep(1)"),
        ("time.sleep(1)", "(time.\n      sleep(1))"),
        ("import time\n", "import time; import os\n"),
    ],
)
def test_code_is_judged_again(project: Path, analysed: list[str], old: str, new: str) -> None:
    _run(project)
    helper = project / "app/helper.py"
    assert old in helper.read_text()
    helper.write_text(helper.read_text().replace(old, new))
    analysed.clear()
    after = _run(project)
    assert analysed == [str(project)]
    assert after == _fresh(project)


def test_a_message_that_names_a_line_is_found_again(project: Path, analysed: list[str]) -> None:
    (project / "app/state.py").write_text(
        "import asyncio\nfrom fastapi import FastAPI\napp = FastAPI()\ntotal = 0\n\n"
        "@app.get('/add')\nasync def add():\n    global total\n    seen = total\n    await asyncio.sleep(0)\n    total = seen + 1\n"
    )
    before = [one.message for one in _run(project).diagnostics if one.code == "FAP202"]
    assert len(before) == 1
    assert "line 9" in before[0]
    state = project / "app/state.py"
    state.write_text("# new\n" + state.read_text())
    analysed.clear()
    after = _run(project)
    assert analysed == [str(project)]
    assert after == _fresh(project)
    assert "line 10" in next(one.message for one in after.diagnostics if one.code == "FAP202")


def test_a_body_that_nobody_looked_at_does_not_matter(
    project: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "app/plain.py").write_text(
        "def unused():\n    return 1\n\n\nasync def used():\n    return 2\n"
    )
    _run(project)
    with monkeypatch.context() as patch:  # what is read in this very process may have been looked at
        patch.setattr("fastapi_lint.found_before.FoundBefore.recall", lambda self, known: None)
        patch.setattr("fastapi_lint.run_inputs.RunInputs.stored", lambda self, cls: None)
        _run(project)
    plain = project / "app/plain.py"
    for old, new, again in (
        ("return 1", "print()\n    return 1", []),
        ("return 2", "return 3", [str(project)]),
    ):
        plain.write_text(plain.read_text().replace(old, new))
        analysed.clear()
        after = _run(project)
        assert analysed == again
        assert after == _fresh(project)


def test_an_edited_test_is_not_judged(project: Path, analysed: list[str]) -> None:
    tests = project / "tests"
    tests.mkdir()
    (tests / "test_main.py").write_text("from app.main import app\n\nasync def test_it():\n    assert app\n")
    _settle(project)
    before = _run(project)
    analysed.clear()
    (tests / "test_main.py").write_text(
        "from app.main import app\n\nasync def test_it():\n    assert not app\n"
    )
    assert _run(project) == before == _fresh(project)
    assert analysed == [str(project)]  # by the fresh run alone


def test_a_made_up_entry_is_not_believed(
    project: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(project)
    for path in (project / "app").glob(
        "*.py"
    ):  # so that no facts are taken from the cache, which excuse a failure
        path.write_text("# new\n" + path.read_text())
    decode = found_before.decode_tuple

    def made_up(cls: type[found_before.Answer], content: bytes) -> found_before.Answer:
        answer = decode(cls, content)
        return answer._replace(looked=tuple([one._replace(content="no hash") for one in answer.looked]))

    monkeypatch.setattr(found_before, "decode_tuple", made_up)
    analysed.clear()
    after = _run(project)
    assert analysed == [str(project)]
    assert after == _fresh(project)


def test_a_new_file_is_judged(project: Path, analysed: list[str]) -> None:
    _run(project)
    analysed.clear()
    (project / "app/more.py").write_text((project / "app/main.py").read_text().replace("/slow", "/more"))
    after = _run(project)
    assert analysed == [str(project)]
    assert after == _fresh(project)


CODES = ("FAP101", "FAP103", "FAP203", "FAP205", "FAP304", "FAP401")


@pytest.mark.parametrize(
    "source", [EXAMPLE, *[FIXTURES / code for code in CODES]], ids=lambda path: path.name
)
def test_lines_inserted_anywhere_change_nothing_but_lines(source: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__", DIRECTORY))
    (root / "pyproject.toml").touch()
    chance = random.Random(source.name)
    _run(root)
    files = sorted(root.rglob("*.py"))
    for _ in range(6):
        for path in chance.sample(files, min(3, len(files))):
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            for _ in range(chance.randrange(1, 4)):
                lines.insert(
                    chance.randrange(len(lines) + 1), chance.choice(["# a comment\n", "\n", "   \n"])
                )
            path.write_text("".join(lines), encoding="utf-8")
        assert _run(root) == _fresh(root)


# --- the comparison itself -----------------------------------------------------------------------


def _moved(old: str, new: str, unseen: tuple[int, ...] = ()) -> dict[int, int] | None:
    before, now = extract("x.py", old), extract("x.py", new)
    assert isinstance(before, ModuleFacts)
    assert isinstance(now, ModuleFacts)
    lines = moved_lines(before, now, unseen)
    return None if lines is None else dict(lines)


def test_lines_that_moved() -> None:
    assert _moved("def f():\n    g()\nx = 1\n", "\ndef f():\n    # why\n    g()\n\nx = 1\n") == {
        1: 2,
        2: 4,
        3: 6,
    }


@pytest.mark.parametrize(
    "new",
    [
        "def f():\n    h()\nx = 1\n",
        "def f():\n    g(0)\nx = 1\n",
        "def f():\n    g(); x = 1\n",
        "def f(): g()\nx = 1\n",
        "def f():\n  g()\nx = 1\n",
        "x = 1\ndef f():\n    g()\n",
        "async def f():\n    g()\nx = 1\n",
        "def f():\n    g()\nx = 1.0\n",
        "def f():\n    g()\nx = True\n",
        "def f():\n    g()\nx = 1\ny = lambda: 1\n",
        "@a\ndef f():\n    g()\nx = 1\n",
    ],
)
def test_other_code_has_not_moved(new: str) -> None:
    assert _moved("def f():\n    g()\nx = 1\n", new) is None


def test_bodies_that_do_not_matter() -> None:
    old, new = "def f():\n    g()\nx = 1\n", "def f():\n    h()\n    k()\nx = 1\n"
    assert _moved(old, new) is None
    assert _moved(old, new, unseen=(0,)) == {1: 1, 2: 3, 3: 4}
