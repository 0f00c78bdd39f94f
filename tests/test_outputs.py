"""Where findings go: formats, files, the terminal; and which of them make a run fail."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint.cli import MisuseError, main
from fastapi_lint.cli.output import wants_links
from fastapi_lint.cli.outputs import Output, requested_outputs
from fastapi_lint.settings import OUTPUT_FORMATS

if TYPE_CHECKING:
    from conftest import Tree

    Capture = pytest.CaptureFixture[str]

_NAMES = ("NO_COLOR", "FORCE_COLOR", "FORCE_HYPERLINK", "COLUMNS", "CI", "GITHUB_SHA", "CI_COMMIT_SHA")


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)


# --- which file belongs to which format -------------------------------------------------------


def _requested(text: str) -> list[tuple[str | None, str | None]]:
    """The outputs of a command line such as `format=json file=a.json`, as formats and files."""
    arguments: list[str] = ["check"]
    formats: list[str] = []
    files: list[Path] = []
    for word in text.split():
        kind, _, value = word.partition("=")
        arguments += [f"--output-{kind}", value] if len(arguments) % 2 else [f"--output-{kind}={value}"]
        if kind == "format":
            formats.append(value)
        else:
            files.append(Path(value))
    outputs = requested_outputs(formats, files, arguments)
    return [(one.format, None if one.file is None else str(one.file)) for one in outputs]


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("", [(None, None)]),
        ("format=json", [("json", None)]),
        ("file=a.txt", [(None, "a.txt")]),
        ("format=json file=a.json", [("json", "a.json")]),
        ("file=a.json format=json", [("json", "a.json")]),
        ("format=full format=sarif file=a.sarif", [("full", None), ("sarif", "a.sarif")]),
        ("format=sarif file=a.sarif format=full", [("sarif", "a.sarif"), ("full", None)]),
        (
            "format=sarif file=a.sarif format=junit file=b.xml",
            [("sarif", "a.sarif"), ("junit", "b.xml")],
        ),
        ("format=github format=full", [("github", None), ("full", None)]),
        ("format=sarif file=a.sarif format=json file=-", [("sarif", "a.sarif"), ("json", None)]),
    ],
)
def test_a_file_belongs_to_the_format_before_it(
    text: str, outputs: list[tuple[str | None, str | None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _requested(text) == outputs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file=a file=b", "`--output-file a` belongs to no format: nothing precedes it"),
        ("file=a format=json format=full", "`--output-file a` belongs to no format"),
        (
            "format=json file=a file=b",
            "`--output-file b` belongs to no format: `--output-format json` has a file",
        ),
        ("format=json format=full", "`json` must have standard output to itself"),
        ("format=sarif format=json", "`sarif` must have standard output to itself"),
        (
            "format=json file=a.json format=sarif file=./a.json",
            "two formats cannot go to the same file `a.json`",
        ),
        ("format=jsn file=a", "no output format `jsn`; did you mean `json`?"),
        ("format=json file=nowhere/a.json", "there is no directory `nowhere`"),
        ("format=json file=folder", "`folder` is a directory"),
        ("format=json file=link.json", "`link.json` is a symbolic link"),
        ("format=json file=dangling.json", "`dangling.json` is a symbolic link"),
        ("format=json file=main.py", "`main.py` looks like a file of your project"),
        ("file=pyproject.toml", "`pyproject.toml` looks like a file of your project"),
    ],
)
def test_what_makes_no_sense_is_said_before_any_work(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "target").write_text("precious")
    (tmp_path / "link.json").symlink_to("target")
    (tmp_path / "dangling.json").symlink_to("nothing")
    with pytest.raises(MisuseError) as caught:
        _requested(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_statistics_are_text_or_json(project: Path, capsys: Capture) -> None:
    assert main(["check", "--statistics", "--output-format", "sarif"]) == 2
    assert "--statistics are text or json, not sarif" in capsys.readouterr().err
    assert main(["check", "--statistics", "-q", "--output-format", "json", "--output-file", "s.json"]) == 1
    [row] = json.loads((project / "s.json").read_text())
    assert row == {"count": 2, "code": "FAP101", "name": "blocking-sleep-on-event-loop"}


# --- several in one run -----------------------------------------------------------------------


def _every_format(skip: str = "") -> list[str]:
    return [
        argument
        for name in OUTPUT_FORMATS
        if name != skip
        for argument in ("--output-format", name, "--output-file", f"out.{name}")
    ]


def test_every_format_in_one_run(project: Path, capsys: Capture) -> None:
    (project / "out.json").write_text("x" * 100_000)
    assert main(["check", "-j1", *_every_format()]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith("Found 2 findings (2 errors, 0 warnings) in 1 file.")
    texts = {name: (project / f"out.{name}").read_text(encoding="utf-8") for name in OUTPUT_FORMATS}
    assert all("FAP101" in text for text in texts.values())
    assert len(json.loads(texts["json"])) == 2
    assert texts["concise"].splitlines()[0].startswith("app/main.py:12:5: FAP101 ")
    assert texts["full"].startswith("FAP101 error[")
    assert "resolved." in texts["markdown"]
    assert " s, " not in texts["markdown"].splitlines()[2]  # the same run makes the same page


def test_files_and_standard_output_at_once(project: Path, capsys: Capture) -> None:
    arguments = ["--output-format", "sarif", "--output-file", "a.sarif", "--output-format", "json"]
    assert main(["check", *arguments]) == 1
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert json.loads((project / "a.sarif").read_text())["version"] == "2.1.0"
    assert main(["check", "-q", *arguments[:4]]) == 1
    assert capsys.readouterr().out == ""


def test_a_file_without_a_format_is_concise(project: Path, capsys: Capture) -> None:
    assert main(["check", "--output-file", "a.txt"]) == 1
    assert len((project / "a.txt").read_text().splitlines()) == 2


def test_a_file_that_cannot_be_written_is_misuse(project: Path, capsys: Capture) -> None:
    (project / "closed").mkdir()
    target = project / "closed" / "a.json"
    target.write_text("old")
    target.chmod(0o444)
    if os.access(target, os.W_OK):
        pytest.skip("this user may write everything")
    assert main(["check", "--output-format", "json", "--output-file", str(target)]) == 2
    captured = capsys.readouterr()
    assert "cannot be written: Permission denied" in captured.err
    assert target.read_text() == "old"


def test_ci_formats_name_files_from_the_root_of_the_repository(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".git").mkdir()
    monkeypatch.chdir(project / "app")
    main(["check", "-q", "--output-format", "github", "--output-format", "concise"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("::error file=app/main.py,line=12,")
    assert lines[2].startswith("main.py:12:5: ")
    main(["check", "--output-format", "gitlab"])
    assert json.loads(capsys.readouterr().out)[0]["location"]["path"] == "app/main.py"


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_SHA": "c0"},
            "https://github.com/a/b/blob/c0/app/main.py#L12",
        ),
        (
            {"CI_PROJECT_URL": "https://gitlab.com/a/b", "CI_COMMIT_SHA": "c0"},
            "https://gitlab.com/a/b/-/blob/c0/app/",
        ),
    ],
)
def test_markdown_links_to_the_commit_of_the_job(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], address: str
) -> None:
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "CI_PROJECT_URL"):
        monkeypatch.delenv(name, raising=False)
    main(["check", "--no-cache", "--output-format", "markdown"])
    assert "#L12" not in capsys.readouterr().out
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    main(["check", "--no-cache", "--output-format", "markdown"])
    assert address in capsys.readouterr().out


# --- settings, and what makes a run fail ------------------------------------------------------


def _warnings(tree: Tree) -> Path:
    """A project whose only finding is a warning."""
    source = (
        "from fastapi import FastAPI\napp = FastAPI()\n\n\n@app.on_event('startup')\ndef start():\n    pass\n"
    )
    return tree({"pyproject.toml": "", "main.py": source})


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 1), (["--fail-on", "info"], 1), (["--fail-on", "warning"], 1), (["--fail-on", "error"], 0)],
)
def test_fail_on(tree: Tree, capsys: Capture, arguments: list[str], code: int) -> None:
    root = _warnings(tree)
    assert main(["check", str(root), *arguments]) == code
    assert "FAP405" in capsys.readouterr().out


def test_fail_on_as_a_setting(tree: Tree, capsys: Capture) -> None:
    root = _warnings(tree)
    (root / "pyproject.toml").write_text('[tool.fastapi-lint]\nfail-on = "error"\n')
    assert main(["check", str(root)]) == 0
    assert main(["check", str(root), "--fail-on", "warning"]) == 1
    assert main(["check", str(root), "--fail-on", "fatal"]) == 2
    assert "--fail-on must be one of error, warning, info" in capsys.readouterr().err


def test_the_format_as_a_setting(project: Path, capsys: Capture) -> None:
    (project / "pyproject.toml").write_text('[tool.fastapi-lint]\noutput-format = "json-lines"\n')
    main(["check"])
    assert [json.loads(line)["code"] for line in capsys.readouterr().out.splitlines()] == ["FAP101"] * 2
    main(["check", "--output-format", "grouped", "-q"])
    assert capsys.readouterr().out.startswith("app/main.py:\n  12:5")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('output-format = "jsn"', "output-format must be one of full, concise,"),
        ('output-format = "jsn"', "did you mean `json`?"),
        ("output-format = ['json']", "output-format must be one of"),
        ('fail-on = "warn"', "fail-on must be one of error, warning, info"),
    ],
)
def test_mistaken_choices_in_the_settings(project: Path, capsys: Capture, line: str, message: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.fastapi-lint]\n{line}\n")
    assert main(["check"]) == 2
    assert message in capsys.readouterr().err


# --- the terminal -----------------------------------------------------------------------------


def _on_a_terminal(cwd: Path, **variables: str) -> str:
    """What `check` shows on a terminal."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in _NAMES}
    process = subprocess.Popen(
        [sys.executable, "-m", "fastapi_lint", "check", "-j1", "--no-cache"],
        cwd=cwd,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment | {"TERM": "xterm-256color", "TERM_PROGRAM": "", "COLUMNS": "80", **variables},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # so the end of a terminal looks
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(60) == 1
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_full_output_in_color(project: Path) -> None:
    shown = _on_a_terminal(project)
    assert shown.startswith("\x1b[1;31mFAP101\x1b[0m\x1b[1;31m error[")
    assert "\x1b]8;;" not in shown
    assert "blob/main/docs/rules/FAP101" in shown or "FAP101" in shown.rpartition("https://")[2]


def test_a_terminal_with_links_gets_links(project: Path) -> None:
    shown = _on_a_terminal(project, TERM_PROGRAM="WezTerm", NO_COLOR="1")
    assert shown.startswith("\x1b]8;;https://")
    assert "\x1b[" not in shown
    assert "\x1b" not in _on_a_terminal(project, TERM_PROGRAM="WezTerm", NO_COLOR="1", FORCE_HYPERLINK="0")


class _Stream:
    def __init__(self, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("variables", "is_terminal", "links"),
    [
        ({}, True, False),
        ({"TERM_PROGRAM": "iTerm.app"}, True, True),
        ({"TERM_PROGRAM": "vscode"}, True, True),
        ({"TERM_PROGRAM": "vscode"}, False, False),
        ({"TERM_PROGRAM": "vscode", "CI": "true"}, True, False),
        ({"TERM_PROGRAM": "vscode", "TERM": "screen-256color"}, True, False),
        ({"TERM": "xterm-kitty"}, True, True),
        ({"TERM": "dumb", "WT_SESSION": "1"}, True, False),
        ({"WT_SESSION": "1"}, True, True),
        ({"VTE_VERSION": "6003"}, True, True),
        ({"VTE_VERSION": "4205"}, True, False),
        ({"FORCE_HYPERLINK": "1"}, False, True),
        ({"FORCE_HYPERLINK": "0", "TERM": "xterm-kitty"}, True, False),
    ],
)
def test_which_terminals_have_links(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_terminal: bool, links: bool
) -> None:
    for name in ("TERM", "TERM_PROGRAM", "WT_SESSION", "VTE_VERSION", "KONSOLE_VERSION", "DOMTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_links(_Stream(is_terminal)) is links  # type: ignore[arg-type]


@pytest.mark.parametrize("output_format", ["full", "concise", "json", "sarif"])
def test_a_pipe_that_is_closed_early_is_no_error(tree: Tree, output_format: str) -> None:
    calls = "".join(f"@app.get('/{n}')\nasync def f{n}():\n    time.sleep({n})\n\n\n" for n in range(400))
    root = tree(
        {
            "pyproject.toml": "",
            "main.py": f"import time\nfrom fastapi import FastAPI\napp = FastAPI()\n{calls}",
        }
    )
    command = f'"{sys.executable}" -m fastapi_lint check -j1 --no-cache --output-format {output_format}'
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1; echo ${{PIPESTATUS[0]}}"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    first, code = done.stdout.splitlines()
    assert first
    assert code == "1"
    assert done.stderr == ""


# --- offline, and cheap -----------------------------------------------------------------------


def test_no_format_opens_a_socket_and_only_full_draws(project: Path) -> None:
    program = f"""
import sys
def watch(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise SystemExit(f"a socket: {{event}}")
sys.addaudithook(watch)
from fastapi_lint.cli import main
code = main(["check", "-j1", "--no-cache", *{_every_format(skip="full")!r}])
print(code, "rich" in sys.modules)
code = main(["check", "-j1", "--no-cache", *{_every_format()!r}])
print(code, "rich" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    marks = [line for line in done.stdout.splitlines() if line[0].isdigit() and "checked" not in line]
    assert marks == ["1 False", "1 True"]


def test_outputs_are_plain_values() -> None:
    assert Output("json", None) == ("json", None)
