"""The flake8 plugin, in the real flake8."""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint import linter
from fastapi_lint.flake8_plugin import Plugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run, Tree

    Flake8 = Callable[..., list[str]]

_SLOW = "./app/main.py:12:5: FAP101 "
_LOAD = "./app/main.py:17:12: FAP101 "


@pytest.fixture
def flake8(run: Run) -> Flake8:
    """flake8's output lines for FAP codes; anything on standard error is a failure."""

    def lines(*arguments: str, input: str | None = None) -> list[str]:
        result = run("flake8", "--select=FAP", *arguments, input=input)
        assert result.stderr == ""
        assert result.returncode == bool(result.stdout)
        return result.stdout.splitlines()

    return lines


def _starts(lines: list[str], *starts: str) -> bool:
    return len(lines) == len(starts) and all(
        line.startswith(start) for line, start in zip(lines, starts, strict=True)
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_findings_across_modules(project: Path, flake8: Flake8, jobs: str) -> None:
    assert _starts(flake8("-j", jobs), _SLOW, _LOAD)
    assert _starts(flake8("-j", jobs, "."), _SLOW, _LOAD)
    assert _starts(flake8("-j", jobs, "app/helper.py", "app/main.py"), _SLOW[2:], _LOAD[2:])


def test_one_file_is_judged_with_its_project_in_view(project: Path, flake8: Flake8) -> None:
    assert _starts(flake8("app/main.py"), _SLOW[2:], _LOAD[2:])
    assert _starts(flake8("app/helper.py"), "app/helper.py:5:5: FAP101 ")
    assert flake8("app/__init__.py") == []


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_that_inherit_no_memory_are_given_the_result(project: Path, method: str) -> None:
    program = (
        "import multiprocessing, os, sys\n"
        "from fastapi_lint import linter\n"
        "from flake8.main.cli import main\n"
        "analyse = linter.analyse_project\n"
        "def logged(*arguments, **options):\n"
        "    print('analysed by', multiprocessing.current_process().name, file=sys.stderr)\n"
        "    return analyse(*arguments, **options)\n"
        "linter.analyse_project = logged\n"
        "if __name__ == '__main__':\n"
        f"    multiprocessing.set_start_method({method!r})\n"
        "    sys.exit(main(['-j2', '--select=FAP', 'app']))\n"
    )
    (project / "run_flake8.py").write_text(program)
    # A fork server's socket lives in the temporary folder, and the path of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="fap") as scratch:
        result = subprocess.run(
            [sys.executable, "run_flake8.py"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "TMPDIR": scratch},
        )
        assert result.stderr == "analysed by MainProcess\n"
        assert _starts(result.stdout.splitlines(), _SLOW[2:], _LOAD[2:])
        assert list(Path(scratch).glob("*.json")) == []


def test_a_worker_without_the_parents_result_finds_it_itself(project: Path) -> None:
    program = (
        "import multiprocessing, os, sys\n"
        "from flake8.main.cli import main\n"
        "from fastapi_lint import flake8_plugin\n"
        "flake8_plugin._hand_over = lambda key, findings: None\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.set_start_method('spawn')\n"
        "    sys.exit(main(['-j2', '--select=FAP', 'app']))\n"
    )
    (project / "run_flake8.py").write_text(program)
    result = subprocess.run(
        [sys.executable, "run_flake8.py"], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.stderr == ""
    assert _starts(result.stdout.splitlines(), _SLOW[2:], _LOAD[2:])


def test_the_files_checked_are_those_that_flake8_goes_through(project: Path, flake8: Flake8) -> None:
    assert _starts(flake8("--exclude", "main.py"), "./app/helper.py:5:5: FAP101 ")
    assert _starts(flake8("--filename", "*helper.py"), "./app/helper.py:5:5: FAP101 ")
    (project / ".flake8").write_text("[flake8]\nextend-exclude = app/main.py\n")
    assert _starts(flake8("app"), "app/helper.py:5:5: FAP101 ")


def test_settings_come_from_pyproject(project: Path, flake8: Flake8) -> None:
    settings = project / "pyproject.toml"
    settings.write_text('[tool.fastapi-lint]\nper-file-ignores = {"main.py" = ["FAP101"]}\n')
    assert flake8() == []
    settings.write_text('[tool.fastapi-lint]\nexclude = ["helper.py"]\n')
    assert _starts(flake8(), _SLOW)


def test_mistaken_settings_end_the_run_with_one_message(project: Path, run: Run) -> None:
    (project / "pyproject.toml").write_text('[tool.fastapi-lint]\nselect = ["FAP999"]\n')
    result = run("flake8", "--select=FAP")
    assert result.returncode == 1
    assert "no rule matches `FAP999`" in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_mistaken_settings_are_told_for_standard_input_too(project: Path, flake8: Flake8) -> None:
    (project / "pyproject.toml").write_text("[tool.fastapi-lint]\nnonsense = 1\n")
    (line,) = flake8("-", input="x = 1\n")
    assert line.startswith("stdin:1:1: FAP001 ")
    assert "has no setting `nonsense`" in line


def test_a_pipe_ends_no_run(project: Path, flake8: Flake8) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x = 1\n")
    os.close(writing)
    result = subprocess.run(
        [sys.executable, "-m", "flake8", "--select=FAP", "-j1", "app", f"/dev/fd/{reading}"],
        pass_fds=[reading],
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(reading)
    assert result.stderr == ""
    assert _starts(result.stdout.splitlines(), _SLOW[2:], _LOAD[2:])


def test_a_rule_that_is_off_runs_when_flake8_selects_its_code(tree: Tree, run: Run) -> None:
    main_py = (
        "import os.path\nfrom fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get('/')\n"
        "async def f(p: str):\n    return os.path.exists(p)\n"
    )
    root = tree({"pyproject.toml": "", "main.py": main_py})
    assert run("flake8", "--select=FAP", cwd=root).stdout == ""
    assert "main.py:8:12: FAP109 " in run("flake8", "--select=FAP109", cwd=root).stdout


def test_noqa_on_the_line_is_left_to_flake8(project: Path, flake8: Flake8) -> None:
    path = project / "app/main.py"
    path.write_text(path.read_text().replace("time.sleep(1)", "time.sleep(1)  # noqa: FAP101"))
    assert _starts(flake8(), _LOAD)
    assert _starts(flake8("--disable-noqa"), _SLOW, _LOAD)


def test_noqa_at_the_blocking_call_is_ours(project: Path, flake8: Flake8) -> None:
    path = project / "app/helper.py"
    path.write_text(path.read_text().replace("time.sleep(1)", "time.sleep(1)  # noqa: FAP101"))
    assert _starts(flake8(), _SLOW)
    assert _starts(flake8("--disable-noqa"), _SLOW, _LOAD)


def test_standard_input(project: Path, flake8: Flake8) -> None:
    text = "\n" + (project / "app/helper.py").read_text()
    assert _starts(
        flake8("--stdin-display-name", "app/helper.py", "-", input=text), "app/helper.py:6:5: FAP101 "
    )
    harmless = text.replace("time.sleep(1)", "pass")
    assert flake8("--stdin-display-name", "app/helper.py", "-", input=harmless) == []
    alone = "import time\nasync def f():\n    time.sleep(1)\n"
    assert _starts(flake8("-", input=alone), "stdin:3:5: FAP101 ")


def test_standard_input_beside_files(project: Path, flake8: Flake8) -> None:
    alone = "import time\nasync def f():\n    time.sleep(1)\n"
    lines = flake8("-j1", "app", "-", input=alone)
    assert _starts(lines, _SLOW[2:], _LOAD[2:], "stdin:3:5: FAP101 ")


def test_bad_files_are_flake8s_own_business(project: Path, run: Run) -> None:
    (project / "app/broken.py").write_text("def f(:\n")
    result = run("flake8", "--select=FAP,E9", "-j1", "app", "app/missing.py")
    assert "app/broken.py:1:" in result.stdout
    assert "E999" in result.stdout
    assert "app/missing.py:0:1: E902" in result.stdout
    assert "FAP001" not in result.stdout
    assert "app/main.py:12:5: FAP101 " in result.stdout


def test_files_that_git_ignores_are_as_silent_as_on_the_command_line(project: Path, flake8: Flake8) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("scratch.py\n")
    (project / "scratch.py").write_text("import time\nasync def f():\n    time.sleep(1)\n")
    assert _starts(flake8(), _SLOW, _LOAD)
    assert _starts(flake8("scratch.py"), "scratch.py:3:5: FAP101 ")


def test_version_and_help_analyse_nothing(project: Path, run: Run) -> None:
    (project / "pyproject.toml").write_text("[tool.fastapi-lint]\nnonsense = 1\n")
    version = run("flake8", "--version")
    assert version.returncode == 0
    assert "fastapi-lint" in version.stdout
    assert run("flake8", "--help").returncode == 0
    assert run("flake8", "--bug-report").returncode == 0


def test_the_programming_interface(project: Path) -> None:
    program = (
        "from flake8.api import legacy\n"
        "guide = legacy.get_style_guide(select=['FAP'])\n"
        "print(guide.check_files(['app']).total_errors)\n"
        "print(guide.check_files(['app/helper.py']).total_errors)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [line for line in result.stdout.splitlines() if line.isdigit()] == ["2", "1"]


# --- the class alone --------------------------------------------------------------------------


def _options(*filenames: str) -> argparse.Namespace:
    return argparse.Namespace(
        filenames=list(filenames),
        stdin_display_name="stdin",
        filename=["*.py"],
        exclude=[],
        extend_exclude=[],
        disable_noqa=False,
    )


def _run_plugin(path: Path) -> list[tuple[int, int, str, type]]:
    text = path.read_text()
    return list(Plugin(ast.parse(text), str(path), text.splitlines(keepends=True)).run())


def test_everything_is_found_once_for_all_files(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[object] = []
    analyse = linter.analyse_project

    def counted(*arguments: object, **options: object) -> object:
        runs.append(arguments)
        return analyse(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(linter, "analyse_project", counted)
    Plugin.parse_options(None, _options("."), ())
    assert len(runs) == 1
    lines = [
        violation[:2] for name in ("main", "helper") for violation in _run_plugin(project / f"app/{name}.py")
    ]
    assert lines == [(12, 4), (17, 11)]
    assert len(runs) == 1


def test_an_exception_becomes_one_violation_a_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(linter, "analyse_project", broken)
    Plugin.parse_options(None, _options("."), ())
    ((line, column, text, kind),) = _run_plugin(project / "app/main.py")
    assert (line, column, kind) == (1, 0, Plugin)
    assert text.startswith("FAP001 internal error")
    assert text.endswith("RuntimeError: first second")


def test_violations_are_one_line(project: Path) -> None:
    Plugin.parse_options(None, _options("."), ())
    for _, _, text, _ in _run_plugin(project / "app/main.py"):
        assert "\n" not in text
        assert text.startswith("FAP101 ")
