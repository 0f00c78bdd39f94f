"""With a cache, without one, and with one that lies: the same findings, and as few files read as can be."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint import run_cache, store
from fastapi_lint.cli import main
from fastapi_lint.facts import cache as facts_cache
from fastapi_lint.linter import Report, lint
from fastapi_lint.run_cache import RunCache
from fastapi_lint.settings import Overrides
from fastapi_lint.store import DIRECTORY, FILE

if TYPE_CHECKING:
    from conftest import Run

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _settled(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files as old as those of a project usually are: what was just changed is always read again."""
    monkeypatch.delenv("FASTAPI_LINT_CACHE_DIR", raising=False)
    monkeypatch.delenv("FASTAPI_LINT_NO_CACHE", raising=False)
    _age(project)


def _age(root: Path) -> None:
    past = time.time() - 1000
    for path in root.rglob("*"):
        if DIRECTORY not in path.parts:
            os.utime(path, (past, past))


class _Run:
    """The report of a run with the project's cache, and the names of the files that it read."""

    def __init__(
        self, root: Path, paths: Sequence[str] = (".",), *, jobs: int = 1, select: tuple[str, ...] = ()
    ) -> None:
        cache = RunCache(str(root / DIRECTORY))
        overrides = Overrides(extend_select=select)
        self.report = lint([root / path for path in paths], jobs=jobs, overrides=overrides, cache=cache)
        assert cache.facts is not None
        self.read = {os.path.relpath(path, root) for path in cache.facts.read}
        assert self.report.files_read == len(self.read)


def _fresh(root: Path) -> Report:
    return lint([root], jobs=1)


def _same(one: Report, other: Report) -> bool:
    return one._replace(files_read=0) == other._replace(files_read=0)


ALL = {"app/__init__.py", "app/main.py", "app/helper.py"}
# --- what is read again ---------------------------------------------------------------------


def test_the_first_run_reads_all_and_the_second_none(project: Path) -> None:
    first, second = _Run(project), _Run(project)
    assert (first.read, second.read) == (ALL, set())
    assert len(first.report.diagnostics) == 2
    assert _same(first.report, _fresh(project))
    assert _same(second.report, first.report)


def test_a_changed_file_alone_is_read_again(project: Path) -> None:
    before = _Run(project).report
    helper = project / "app/helper.py"
    helper.write_text(helper.read_text().replace("time.sleep(1)", "pass"))
    after = _Run(project)
    assert after.read == {"app/helper.py"}
    assert len(after.report.diagnostics) == len(before.diagnostics) - 1
    assert _same(after.report, _fresh(project))


def test_a_change_taken_back_reads_nothing(project: Path) -> None:
    before = _Run(project).report
    helper = project / "app/helper.py"
    text = helper.read_text()
    helper.write_text(text + "\n\nx = 1\n")
    assert _Run(project).read == {"app/helper.py"}
    helper.write_text(text)
    again = _Run(project)
    assert again.read == set()
    assert _same(again.report, before)


def test_a_touched_file_is_not_read_again(project: Path) -> None:
    before = _Run(project).report
    os.utime(project / "app/helper.py")
    again = _Run(project)
    assert again.read == set()
    assert _same(again.report, before)


def test_a_change_that_keeps_size_and_time_is_seen(project: Path) -> None:
    _Run(project)
    helper = project / "app/helper.py"
    status = helper.stat()
    text = helper.read_text()
    helper.write_text(text.replace("time.sleep(1)", "time.sleep)1("))
    os.utime(helper, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = _Run(project)
    assert after.read == {"app/helper.py"}
    assert "FAP001" in {finding.code for finding in after.report.diagnostics}


def test_a_file_changed_within_the_clocks_step_is_seen(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system whose times are whole seconds: the times do not tell the second change."""
    helper = project / "app/helper.py"
    text = helper.read_text()
    monkeypatch.setattr("fastapi_lint.snapshot._status", lambda path: (time.time_ns(), 0, 0, 0))
    _Run(project)
    now = time.time_ns()
    monkeypatch.setattr("fastapi_lint.snapshot._status", lambda path: (now, 0, 0, 0))
    _Run(project)
    helper.write_text(text.replace("sleep(1)", "sleep(2)"))
    assert _Run(project).read == {"app/helper.py"}


def test_a_new_file_alone_is_read(project: Path) -> None:
    _Run(project)
    (project / "app/more.py").write_text((project / "app/main.py").read_text().replace("/slow", "/more"))
    after = _Run(project)
    assert after.read == {"app/more.py"}
    assert len(after.report.diagnostics) == 4
    assert _same(after.report, _fresh(project))


def test_a_moved_file_is_not_read_again(project: Path) -> None:
    _Run(project)
    (project / "app/helper.py").rename(project / "app/other.py")
    after = _Run(project)
    assert after.read == set()
    assert _same(after.report, _fresh(project))
    assert len(after.report.diagnostics) == 1


def test_a_removed_file_is_missed(project: Path) -> None:
    _Run(project)
    (project / "app/helper.py").unlink()
    after = _Run(project)
    assert after.read == set()
    assert (after.report.files, len(after.report.diagnostics)) == (2, 1)


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        (".gitignore", "helper.py\n", 1),
        ("app/.gitignore", "helper.py\n", 1),
        ("pyproject.toml", '[tool.fastapi-lint]\nexclude = ["helper.py"]\n', 1),
        ("pyproject.toml", '[tool.fastapi-lint]\nignore = ["FAP101"]\n', 0),
        ("app/pyvenv.cfg", "", 0),
    ],
)
def test_what_decides_about_files_counts_and_reads_none(
    project: Path, name: str, text: str, left: int
) -> None:
    (project / ".git").mkdir()
    _Run(project)
    (project / name).write_text(text)
    after = _Run(project)
    assert after.read == set()
    assert len(after.report.diagnostics) == left
    assert _same(after.report, _fresh(project))


def test_a_comment_counts(project: Path) -> None:
    _Run(project)
    helper = project / "app/helper.py"
    helper.write_text(helper.read_text().replace("sleep(1)", "sleep(1)  # noqa: FAP101"))
    after = _Run(project)
    assert after.read == {"app/helper.py"}
    assert len(after.report.diagnostics) == 1


def test_another_selection_reads_none(project: Path) -> None:
    first = _Run(project).report
    other = _Run(project, select=("FAP",))
    assert other.read == set()
    one = _Run(project, ("app/helper.py",))
    assert one.read == set()
    assert [os.path.basename(finding.path) for finding in one.report.diagnostics] == ["helper.py"]
    assert _same(_Run(project).report, first)


def test_a_file_that_cannot_be_read_is_tried_again(project: Path) -> None:
    (project / "app/bad.py").write_bytes(b"\xff\xfe = 1\n")
    first, second = _Run(project), _Run(project)
    assert "FAP001" in {finding.code for finding in first.report.diagnostics}
    assert second.read == set()
    assert _same(second.report, first.report)


def test_another_version_of_the_program_has_no_answer_but_the_facts(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _Run(project)
    monkeypatch.setattr("fastapi_lint.run_inputs.program", lambda: b"another")
    asked: list[int] = []
    monkeypatch.setattr("fastapi_lint.linter.analyse_project", _counting(asked))
    again = _Run(project)
    assert asked == [1]
    assert again.read == set()
    assert _same(again.report, first.report)


def test_another_reader_of_facts_reads_all(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _Run(project)
    monkeypatch.setattr("fastapi_lint.run_inputs.program", lambda: b"another")
    monkeypatch.setattr(facts_cache, "_reader_hash", lambda: b"another")
    again = _Run(project)
    assert again.read == ALL
    assert _same(again.report, first.report)


def _counting(asked: list[int]):  # type: ignore[no-untyped-def]
    from fastapi_lint.linter import analyse_project

    def analyse(*arguments, **named):  # type: ignore[no-untyped-def]
        asked.append(1)
        return analyse_project(*arguments, **named)

    return analyse


def test_the_program_is_told_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(run_cache, "__file__", str(package / "run_cache.py"))
    before = run_cache.program()
    assert run_cache.program() == before
    (package / "rules.py").write_text("")
    assert run_cache.program() != before


# --- the same findings, come what may -------------------------------------------------------


def test_processes_do_not_matter(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi_lint.facts.reading.WORTH_A_PROCESS", 1)
    reference = _fresh(project)
    cold = _Run(project, jobs=2)
    assert cold.read == ALL
    assert _same(cold.report, reference)
    (project / "app/main.py").write_text((project / "app/main.py").read_text() + "\n")
    assert _Run(project, jobs=2).read == {"app/main.py"}
    assert _same(_Run(project, jobs=2).report, _fresh(project))


def _without_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run has to be run, with facts from the cache."""
    monkeypatch.setattr("fastapi_lint.run_inputs.RunInputs.stored", lambda self, cls: None)
    monkeypatch.setattr("fastapi_lint.found_before.FoundBefore.recall", lambda self, known: None)


def test_a_damaged_file_is_rebuilt(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = _Run(project).report
    file = project / DIRECTORY / FILE
    content = file.read_bytes()
    random_numbers = random.Random(9)
    for attempt in range(12):
        changed = bytearray(content)
        if attempt % 2:
            del changed[random_numbers.randrange(len(changed)) :]
        else:
            for _ in range(300):
                changed[random_numbers.randrange(len(changed))] = random_numbers.randrange(256)
        file.write_bytes(changed)
        runs = [_Run(project) for _ in range(3)]
        assert all(_same(run.report, reference) for run in runs)
        assert runs[-1].read == set()  # damage that shows late may cost one more run


def _entries(file: Path) -> dict[bytes, bytes]:
    connection = sqlite3.connect(file)
    found = dict(connection.execute("SELECT key, content FROM entries"))
    connection.close()
    return found


@pytest.mark.parametrize(
    "made_up", ["[]", "{}", "[1]", "null", "[" * 5000, '{"files": {}}', "[0, 1, 2]", "\0", "9" * 5000]
)
def test_content_of_another_shape_is_not_believed(project: Path, capsys: Capture, made_up: str) -> None:
    assert main(["check", "--output-format", "json"]) == 1
    expected = capsys.readouterr().out
    one = store.Store(str(project / DIRECTORY))
    assert one.put(dict.fromkeys(_entries(project / DIRECTORY / FILE), made_up.encode()))
    for _ in range(2):
        assert main(["check", "--output-format", "json"]) == 1
        assert capsys.readouterr() == (expected, "")


def test_facts_that_mislead_the_analysis_are_dropped(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Well-formed facts may still be nonsense: a definition of a function that there is not."""
    from fastapi_lint.facts.encoding import encode
    from fastapi_lint.facts.model import Define, ModuleFacts

    reference = _Run(project).report
    _without_answers(monkeypatch)
    nonsense = encode(ModuleFacts("x.py", (), (), (Define(7),)))
    one = store.Store(str(project / DIRECTORY))
    assert one.put(dict.fromkeys(_entries(project / DIRECTORY / FILE), nonsense))
    report = lint([project], jobs=1, cache=RunCache(str(project / DIRECTORY)))
    assert _same(report, reference)


def test_a_mistake_of_ours_is_not_hidden(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _Run(project)
    _without_answers(monkeypatch)

    def fail(*arguments: object, **named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("fastapi_lint.linter._raw_findings", fail)
    with pytest.raises(ZeroDivisionError):
        _Run(project)


def test_a_place_that_cannot_be_written(project: Path) -> None:
    (project / DIRECTORY).write_text("not a directory")
    reference = _fresh(project)
    for _ in range(2):
        run = _Run(project)
        assert run.read == ALL
        assert _same(run.report, reference)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_may_only_be_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = _Run(project).report
    directory = project / DIRECTORY
    (directory / FILE).chmod(0o400)
    directory.chmod(0o500)
    try:
        again = _Run(project)
        assert again.read == set()
        (project / "app/helper.py").write_text((project / "app/helper.py").read_text() + "\n")
        assert _Run(project).read == {"app/helper.py"}
        assert _Run(project).read == {"app/helper.py"}
        assert _same(again.report, reference)
    finally:
        directory.chmod(0o700)


def test_files_that_change_during_the_run_leave_no_answer(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi_lint import linter

    helper = project / "app/helper.py"
    text = helper.read_text()
    coverage = linter._raw_findings

    def edited_meanwhile(*arguments, **named):  # type: ignore[no-untyped-def]
        helper.write_text("")
        return coverage(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr("fastapi_lint.linter._raw_findings", edited_meanwhile)
        assert len(_Run(project).report.diagnostics) == 2
    assert len(_Run(project).report.diagnostics) == 1
    helper.write_text(text)
    assert len(_Run(project).report.diagnostics) == 2


_KILLED = """
import os, sys
from pathlib import Path
from fastapi_lint.linter import lint
from fastapi_lint.facts import reading
from fastapi_lint.run_cache import RunCache
from fastapi_lint.facts.cache import FactsCache
write = FactsCache.write
def die(self):
    write(self)
    os._exit(9)
FactsCache.write = die
lint([Path(sys.argv[1])], jobs=1, cache=RunCache(sys.argv[2]))
"""


def test_a_killed_run_leaves_what_it_had_read(project: Path) -> None:
    command = [sys.executable, "-c", _KILLED, str(project), str(project / DIRECTORY)]
    assert subprocess.run(command, check=False).returncode == 9
    run = _Run(project)
    assert run.read == set()
    assert _same(run.report, _fresh(project))


def test_runs_at_the_same_time(project: Path) -> None:
    command = [sys.executable, "-m", "fastapi_lint", "check", "-q", "--output-format", "json"]
    running = [subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE) for _ in range(3)]
    printed = {process.communicate(timeout=120)[0] for process in running}
    assert [process.returncode for process in running] == [1, 1, 1]
    assert len(printed) == 1
    assert _Run(project).read == set()


# --- the command line and flake8 ------------------------------------------------------------


def _check(capsys: Capture, *arguments: str) -> tuple[int, str]:
    code = main(["check", *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, captured.out


@pytest.mark.parametrize("output", ["full", "concise", "json"])
def test_a_run_prints_the_same_again(project: Path, capsys: Capture, output: str) -> None:
    arguments = ("--output-format", output)
    without_seconds = re.compile(r" in \d+\.\d s")
    first = _check(capsys, *arguments)
    assert first[0] == 1
    assert "FAP101" in first[1]
    for again in (_check(capsys, *arguments), _check(capsys, *arguments, "--no-cache")):
        assert again[0] == first[0]
        assert without_seconds.sub("", again[1]) == without_seconds.sub("", first[1])
        assert len(without_seconds.findall(again[1])) == len(without_seconds.findall(first[1]))


def test_arguments_and_surroundings_do_not_mix(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = ("-q", "--output-format", "concise")
    for _ in range(2):
        assert _check(capsys, *quiet)[1].count("FAP101") == 2
        assert _check(capsys, *quiet, "--ignore", "FAP101") == (0, "")
        assert _check(capsys, *quiet, "--exit-zero")[0] == 0
        assert _check(capsys, *quiet, "app/helper.py")[1].count("FAP101") == 1
        with monkeypatch.context() as elsewhere:
            elsewhere.chdir(project / "app")
            assert _check(capsys, *quiet)[1].startswith("main.py:")
        with monkeypatch.context() as colored:
            colored.setenv("FORCE_COLOR", "1")
            assert "\x1b[" in _check(capsys, "--output-format", "full")[1]
        assert "\x1b[" not in _check(capsys, "--output-format", "full")[1]
    (project / "pyproject.toml").write_text('[tool.fastapi-lint]\nignore = ["FAP101"]\n')
    assert _check(capsys, *quiet) == (0, "")
    (project / "app/pyproject.toml").write_text("")
    assert _check(capsys, *quiet) == (0, "")


def test_no_cache_writes_none(project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    _check(capsys, "-q", "--no-cache")
    monkeypatch.setenv("FASTAPI_LINT_NO_CACHE", "1")
    _check(capsys, "-q")
    assert not (project / DIRECTORY).exists()


def test_the_cache_may_be_elsewhere(
    project: Path, tmp_path_factory: pytest.TempPathFactory, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, by_variable = (tmp_path_factory.mktemp("cache") for _ in range(2))
    _check(capsys, "-q", "--cache-dir", str(named))
    monkeypatch.setenv("FASTAPI_LINT_CACHE_DIR", str(by_variable))
    _check(capsys, "-q")
    assert not (project / DIRECTORY).exists()
    assert (named / FILE).exists()
    assert (by_variable / FILE).exists()


def test_nothing_but_the_cache_is_written(project: Path, capsys: Capture) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    _check(capsys, "-q")
    after = {
        path: path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and DIRECTORY not in path.parts
    }
    assert after == before
    assert main(["clean"]) == 0
    assert not (project / DIRECTORY).exists()


def test_copies_share_nothing_wrong(
    project: Path, tmp_path_factory: pytest.TempPathFactory, capsys: Capture
) -> None:
    """A project copied with its cache is another project."""
    _check(capsys, "-q", "--output-format", "json")
    copy = tmp_path_factory.mktemp("copies") / "copy"
    shutil.copytree(project, copy, copy_function=shutil.copy2)
    run = _Run(copy)
    assert run.read == set()
    assert {Path(finding.path).parent for finding in run.report.diagnostics} == {copy / "app"}


def test_standard_input_is_never_an_old_answer(project: Path, run: Run) -> None:
    arguments = ("check", "-q", "-", "--stdin-filename", "app/helper.py")
    texts = ["import time\n", "import time\n\n\ndef load():\n    time.sleep(1)\n"] * 2
    assert [run("fastapi_lint", *arguments, input=text, cwd=project).returncode for text in texts] == [
        0,
        1,
        0,
        1,
    ]


_IMPORTED = """
import json, sys
from fastapi_lint.cli import main
code = main(json.loads(sys.argv[1]))
heavy = ["libcst", "rich", "typer", "pathspec", "fastapi_lint.rules", "fastapi_lint.linter", "fastapi_lint.analysis"]
print(json.dumps([code, [name for name in heavy if name in sys.modules]]), file=sys.stderr)
"""


def test_an_unchanged_run_imports_nothing_heavy(project: Path) -> None:
    for output in ("full", "concise"):
        command = [sys.executable, "-c", _IMPORTED, json.dumps(["check", "--output-format", output])]
        first, second = (
            subprocess.run(command, cwd=project, capture_output=True, text=True, check=True) for _ in range(2)
        )
        assert json.loads(first.stderr)[1] != []
        assert json.loads(second.stderr) == [1, []]


_FLAKE8 = """
import sys
import flake8.main.cli
code = flake8.main.cli.main(["--select=FAP", "-j1", *sys.argv[1:]])
heavy = ["libcst", "rich", "pathspec", "fastapi_lint.rules", "fastapi_lint.linter", "fastapi_lint.analysis"]
print(code, [name for name in heavy if name in sys.modules], file=sys.stderr)
"""


def test_flake8_shares_the_facts_and_has_answers_of_its_own(project: Path) -> None:
    pytest.importorskip("flake8")
    assert _Run(project).read == ALL
    command = [sys.executable, "-c", _FLAKE8, "app/helper.py"]
    first, second = (
        subprocess.run(command, cwd=project, capture_output=True, text=True, check=True) for _ in range(2)
    )
    assert second.stdout == first.stdout
    assert "app/helper.py:5:5: FAP101" in first.stdout
    assert "libcst" not in first.stderr
    assert second.stderr == "1 []\n"
    (project / "app/main.py").write_text("")
    third = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert third.stdout == ""
