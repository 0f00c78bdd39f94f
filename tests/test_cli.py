"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fastapi_lint
from fastapi_lint import linter
from fastapi_lint.cli import main
from fastapi_lint.progress import ProgressBar
from fastapi_lint.rules import all_rules

if TYPE_CHECKING:
    from conftest import Run, Tree

    Capture = pytest.CaptureFixture[str]

_SLOW = "app/main.py:12:5: FAP101 "
_LOAD = "app/main.py:17:12: FAP101 "
_HELPER = "app/helper.py:5:5: FAP101 "


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "FASTAPI_LINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)


def _concise(capsys: Capture, *arguments: str) -> tuple[int, list[str]]:
    """The exit code and the findings of `check --output-format concise -q`."""
    code = main(["check", "--output-format", "concise", "-q", "-j1", *arguments])
    return code, capsys.readouterr().out.splitlines()


def _starts(lines: list[str], *starts: str) -> bool:
    return len(lines) == len(starts) and all(
        line.startswith(start) for line, start in zip(lines, starts, strict=True)
    )


# --- check: what is found ---------------------------------------------------------------------


def test_findings_exit_with_1(project: Path, capsys: Capture) -> None:
    code, lines = _concise(capsys)
    assert code == 1
    assert _starts(lines, _SLOW, _LOAD)


def test_nothing_found_exits_with_0(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": "", "a.py": "x = 1\n"})
    assert main(["check", str(root)]) == 0
    captured = capsys.readouterr()
    assert re.fullmatch(r"All checks passed: 1 file in \d+\.\d s\.\n", captured.out)
    assert captured.err == ""
    assert main(["check", "-q", str(root)]) == 0
    assert capsys.readouterr() == ("", "")


def test_exit_zero(project: Path, capsys: Capture) -> None:
    code, lines = _concise(capsys, "--exit-zero")
    assert code == 0
    assert len(lines) == 2


def test_full_shows_the_source_and_ends_with_the_summary(project: Path, capsys: Capture) -> None:
    assert main(["check", "--output-format", "full"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("FAP101 error[blocking-sleep-on-event-loop]: ")
    assert "12 |     time.sleep(1)\n   |     ^^^^^^^^^^^^^\n" in out
    assert "note: blocks here" in out
    summary = (
        r"\nFound 2 findings \(2 errors, 0 warnings\) in 1 file\.\s"
        r"3 files checked in \d+\.\d s, 100 % of \d+ calls resolved\.\n"
    )
    assert re.search(summary + r"\Z", out)
    assert "\x1b" not in out


def test_concise_ends_with_the_summary_unless_quiet(project: Path, capsys: Capture) -> None:
    main(["check", "--output-format", "concise"])
    lines = capsys.readouterr().out.splitlines()
    assert _starts(lines[:2], _SLOW, _LOAD)
    assert lines[2].startswith("Found 2 findings")


def test_json_is_json_and_nothing_else(project: Path, capsys: Capture) -> None:
    assert main(["check", "--output-format", "json"]) == 1
    captured = capsys.readouterr()
    findings = json.loads(captured.out)
    assert captured.err == ""
    assert [(finding["code"], finding["location"]) for finding in findings] == [
        ("FAP101", {"row": 12, "column": 5}),
        ("FAP101", {"row": 17, "column": 12}),
    ]
    assert {finding["filename"] for finding in findings} == {str(project / "app/main.py")}
    assert findings[0]["routes"] == ["GET /slow"]
    assert [os.path.basename(step["filename"]) for step in findings[1]["chain"]] == ["main.py", "helper.py"]


def test_statistics(project: Path, capsys: Capture) -> None:
    assert main(["check", "--statistics", "-q"]) == 1
    assert capsys.readouterr().out == "2  FAP101  blocking-sleep-on-event-loop\n"
    assert main(["check", "--statistics", "--output-format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["count"] == 2


def test_one_file_is_judged_with_its_project_in_view(project: Path, capsys: Capture) -> None:
    assert _starts(_concise(capsys, "app/main.py")[1], _SLOW, _LOAD)
    assert _starts(_concise(capsys, "app/helper.py")[1], _HELPER)
    assert _concise(capsys, "app/__init__.py") == (0, [])


def test_paths_outside_the_current_directory_are_absolute(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    _, lines = _concise(capsys, str(project))
    assert lines[0].startswith(os.path.relpath(project, "/") + "/app/main.py:12:5")
    monkeypatch.chdir(project / "app")
    assert _starts(_concise(capsys, "..")[1], "main.py:12:5: ", "main.py:17:12: ")


# --- check: selecting and leaving out ---------------------------------------------------------


def test_select_and_ignore(project: Path, capsys: Capture) -> None:
    assert _concise(capsys, "--select", "FAP104") == (0, [])
    assert _concise(capsys, "--ignore", "blocking-sleep-on-event-loop") == (0, [])
    assert len(_concise(capsys, "--select", "FAP104,FAP101")[1]) == 2
    assert len(_concise(capsys, "--select", "FAP104", "--extend-select", "FAP10")[1]) == 2


def test_a_rule_that_is_off_by_default_runs_when_its_code_is_given(tree: Tree, capsys: Capture) -> None:
    main_py = (
        "import os.path\nfrom fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get('/')\n"
        "async def f(p: str):\n    return os.path.exists(p)\n"
    )
    root = tree({"pyproject.toml": "", "main.py": main_py})
    assert _concise(capsys, str(root)) == (0, [])
    assert _concise(capsys, str(root), "--select", "FAP1") == (0, [])
    assert len(_concise(capsys, str(root), "--select", "FAP109")[1]) == 1
    assert len(_concise(capsys, str(root), "--extend-select", "FAP109")[1]) == 1


def test_settings_count(project: Path, capsys: Capture) -> None:
    settings = project / "pyproject.toml"
    settings.write_text('[tool.fastapi-lint]\nper-file-ignores = {"app/m*.py" = ["FAP1"]}\n')
    assert _concise(capsys) == (0, [])
    assert _starts(_concise(capsys, "app/helper.py")[1], _HELPER)
    settings.write_text('[tool.fastapi-lint]\nignore = ["FAP101"]\n')
    assert _concise(capsys) == (0, [])
    assert len(_concise(capsys, "--select", "FAP101")[1]) == 2
    settings.write_text('[tool.fastapi-lint]\nexclude = ["helper.py"]\n')
    assert _starts(_concise(capsys)[1], _SLOW)


def test_exclude(project: Path, capsys: Capture) -> None:
    assert _starts(_concise(capsys, "--exclude", "helper.py")[1], _SLOW)
    assert len(_concise(capsys, "app/main.py", "--exclude", "main.py")[1]) == 2
    assert _concise(capsys, "app/main.py", "--exclude", "main.py", "--force-exclude") == (0, [])


# --- check: standard input --------------------------------------------------------------------


def test_standard_input_stands_in_for_a_file(project: Path, run: Run) -> None:
    text = (project / "app/helper.py").read_text()
    arguments = ["check", "-", "--stdin-filename", "app/helper.py", "--output-format", "concise", "-q"]
    result = run("fastapi_lint", *arguments, input="\n" + text)
    assert result.returncode == 1
    assert result.stdout.startswith("app/helper.py:6:5: FAP101 ")
    result = run("fastapi_lint", *arguments, input=text.replace("time.sleep(1)", "pass"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    result = run("fastapi_lint", *arguments[:3], "app/new.py", *arguments[4:], input=text)
    assert (result.returncode, result.stdout) == (0, "")


def test_full_output_shows_the_text_of_standard_input(project: Path, run: Run) -> None:
    text = (project / "app/main.py").read_text().replace("time.sleep(1)", "time.sleep(12345)")
    arguments = ["check", "-", "--stdin-filename", "app/main.py", "--output-format", "full"]
    result = run("fastapi_lint", *arguments, input=text)
    assert "12 |     time.sleep(12345)\n   |     ^^^^^^^^^^^^^^^^^\n" in result.stdout


def test_standard_input_needs_no_name(tmp_path: Path, run: Run) -> None:
    source = "import time\nasync def f():\n    time.sleep(1)\n"
    result = run("fastapi_lint", "check", "-", "--output-format", "concise", input=source, cwd=tmp_path)
    assert result.stdout.startswith("stdin.py:3:5: FAP101 ")


# --- misuse -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["check", "ap"], ["`ap` does not exist", "did you mean `app`?"]),
        (["check", "app", "nowhere/x.py"], ["`nowhere/x.py` does not exist"]),
        (["check", "--output-format", "jsn"], ["no output format `jsn`", "did you mean `json`?"]),
        (["check", "--output-format", "zz"], ["no output format `zz`", "full, concise, grouped, json"]),
        (["check", "--select", "FAP999"], ["--select: no rule matches `FAP999`"]),
        (["check", "--ignore", "fap101"], ["--ignore: no rule matches `fap101`", "did you mean `FAP101`?"]),
        (["check", "--extend-select", "E501"], ["--extend-select: no rule matches `E501`"]),
        (["check", "--exclude", "!"], ["--exclude: `!` is not a pattern"]),
        (["check", "--selct", "FAP101"], ["--selct", "--select"]),
        (["check", "-j", "0"], ["--jobs", "0"]),
        (["check", "-j", "many"], ["--jobs", "many"]),
        (["check", "--stdin-filename", "x.py"], ["--stdin-filename needs `-`"]),
        (["check", "-", "app"], ["`-` for standard input excludes other paths"]),
        (["chekc"], ["chekc", "check"]),
        (["app"], ["did you mean `fastapi-lint check app`?".replace("did", "Did")]),
        (["rule", "FAP1011"], ["no rule has the code or name `FAP1011`", "did you mean `FAP1"]),
        (["rule", "blocking-sleep"], ["did you mean `blocking-sleep-on-event-loop`?"]),
        (["rule", "???"], ["`fastapi-lint rules` lists them"]),
        (["rule"], ["RULE"]),
        (["rules", "--output-format", "xml"], ["no output format `xml`", "text, json"]),
        (["routes", "ap"], ["`ap` does not exist", "did you mean `app`?"]),
    ],
)
def test_misuse_is_one_line_on_standard_error_and_exit_code_2(
    project: Path, capsys: Capture, arguments: list[str], parts: list[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("fastapi-lint: error: ")
    assert captured.err.count("\n") == 1
    for part in parts:
        assert part in captured.err


@pytest.mark.parametrize("command", ["check", "routes"])
@pytest.mark.parametrize(
    "toml",
    ["[tool.fastapi-lint]\nselekt = []\n", "[tool.fastapi-lint\n", "[tool.fastapi-lint]\nblocking = 1\n"],
)
def test_mistaken_settings_are_misuse(project: Path, capsys: Capture, command: str, toml: str) -> None:
    (project / "pyproject.toml").write_text(toml)
    assert main([command]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "pyproject.toml" in captured.err
    assert "internal" not in captured.err


def test_an_internal_error_is_one_line_and_exit_code_2(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(linter, "analyse_project", broken)
    assert main(["check"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "internal error: RuntimeError: first second; please report it at https://" in captured.err
    monkeypatch.setenv("FASTAPI_LINT_DEBUG", "1")
    assert main(["check"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_no_python_files_is_a_warning(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": "", "README.md": "x"})
    assert main(["check", str(root)]) == 0
    assert capsys.readouterr() == ("", f"fastapi-lint: warning: no Python files found under `{root}`\n")
    assert main(["check", "-q", str(root)]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["check", "--output-format", "json", str(root)]) == 0
    assert capsys.readouterr().out == "[]\n"


# --- the terminal -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "colored"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colors(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], colored: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    main(["check", "--output-format", "full"])
    assert ("\x1b[" in capsys.readouterr().out) is colored


def test_columns(project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["check", "--output-format", "full"])
    narrow = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "300")
    main(["check", "--output-format", "full"])
    wide = capsys.readouterr().out
    assert max(len(line) for line in narrow.splitlines() if "https://" not in line) <= 80
    assert len(wide.splitlines()) < len(narrow.splitlines())


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "fastapi_lint", "check"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert process.stderr == ""
    assert process.returncode == 1


def test_output_that_cannot_be_encoded_is_escaped(tree: Tree, run: Run) -> None:
    root = tree({"pyproject.toml": "", "été.py": "import time\nasync def f():\n    time.sleep(1)  # ✓\n"})
    result = run(
        "fastapi_lint", "check", "--output-format", "full", cwd=root, env={"PYTHONIOENCODING": "ascii"}
    )
    assert result.returncode == 1
    assert "\\xe9t\\xe9.py:3:5" in result.stdout
    assert result.stderr == ""


def test_progress_is_drawn_only_after_a_moment_and_only_if_wanted(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # for rich: as if it were a terminal
    with ProgressBar(enabled=True, delay=60) as soon, ProgressBar(enabled=False, delay=0) as never:
        for done in range(10):
            soon(done, 10)
            never(done, 10)
    assert capsys.readouterr() == ("", "")
    with ProgressBar(enabled=True, delay=0) as late:
        late(1, 10)
        late(2, 10)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2/10" in captured.err


def test_progress_goes_from_the_analysis_to_the_caller(project: Path) -> None:
    seen: list[tuple[int, int]] = []
    linter.lint([project], jobs=1, progress=lambda done, total: seen.append((done, total)))
    assert seen
    assert all(0 <= done <= total == 3 for done, total in seen)


# --- other commands ---------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--version"], ["-V"]])
def test_version(capsys: Capture, arguments: list[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"fastapi-lint {fastapi_lint.__version__}\n"


def test_help_names_every_command(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in ("check", "rule", "rules", "routes"):
        assert f" {command} " in out
    assert main([]) == 2


def test_rules_lists_all_of_them(capsys: Capture) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [[rule.code, rule.name] for rule in all_rules()]
    for line, rule in zip(lines, all_rules(), strict=True):
        assert line.split()[2] == ("default" if rule.default else "off")
        assert line.endswith(rule.summary)
    assert main(["rules", "--output-format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["code"] for row in rows] == [rule.code for rule in all_rules()]
    assert set(rows[0]) == {"code", "name", "summary", "default", "severity", "confidence", "since", "url"}


@pytest.mark.parametrize("wanted", ["FAP101", "fap101", "blocking-sleep-on-event-loop"])
def test_rule_prints_the_page(capsys: Capture, wanted: str) -> None:
    assert main(["rule", wanted]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# FAP101: blocking-sleep-on-event-loop\n")


def test_routes(project: Path, capsys: Capture) -> None:
    assert main(["routes"]) == 0
    out = capsys.readouterr().out
    assert "GET" in out
    assert "/load" in out
    assert "app.main:get_load (app/main.py:" in out
    assert "event loop" in out
    assert main(["routes", "--output-format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert sorted((row["path"], *row["methods"], row["context"]) for row in rows) == [
        ("/load", "GET", "event loop"),
        ("/slow", "GET", "event loop"),
    ]
    assert {row["filename"] for row in rows} == {str(project / "app/main.py")}


def test_no_routes_is_a_warning(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": "", "a.py": "x = 1\n"})
    assert main(["routes", str(root)]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "warning: no routes found" in captured.err
