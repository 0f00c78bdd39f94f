"""`fastapi-lint init`: what it writes, what it leaves as it is, and what it tells about other tools."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import HELPER, MAIN
from fastapi_lint.cli import main
from fastapi_lint.cli.edits import insert_after
from fastapi_lint.settings import Settings, load_settings

if TYPE_CHECKING:
    from conftest import Tree

    Capture = pytest.CaptureFixture[str]

_APP = {"app/__init__.py": "", "app/main.py": MAIN, "app/helper.py": HELPER}


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "FASTAPI_LINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)


def _init(root: Path, *options: str) -> int:
    return main(["init", str(root), *options])


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b'[project]\nname = "x"\n',
        b'[project]\r\nname = "x"\r\n',
        b'[project]\nname = "x"  # no newline at the end',
        b'# \xc3\xa4 \xe2\x80\xa8\n[project]\nname = "x"\n\n\n[[tool.mypy.overrides]]\nmodule = "a"\n',
    ],
)
def test_the_section_goes_behind_everything_that_is_there(tree: Tree, capsys: Capture, before: bytes) -> None:
    root = tree({"pyproject.toml": before})
    assert _init(root) == 0
    after = (root / "pyproject.toml").read_bytes()
    assert after.startswith(before)
    added = after[len(before) :]
    assert b"[tool.fastapi-lint]" in added
    assert (b"\r\n" in added) == (b"\r\n" in before)
    assert added.count(b"\n") == added.count(b"\r\n") or b"\r\n" not in before
    assert load_settings(str(root)) == Settings()
    assert "Added [tool.fastapi-lint] to the end of" in capsys.readouterr().out


def test_what_is_suggested_in_comments_is_valid(tree: Tree) -> None:
    root = tree({"pyproject.toml": ""})
    _init(root)
    text = (root / "pyproject.toml").read_text()
    suggested = [line[2:] for line in text.splitlines() if line.startswith("# ") and " = " in line]
    assert suggested
    (root / "pyproject.toml").write_text("\n".join(["[tool.fastapi-lint]", *suggested]))
    assert load_settings(str(root)) != Settings()


def test_a_file_is_made_only_where_there_is_none_and_that_is_told(tree: Tree, capsys: Capture) -> None:
    root = tree({"setup.py": "", "a.py": ""})
    assert _init(root) == 0
    assert "fastapi-lint" in tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    out = capsys.readouterr().out
    assert "Created" in out
    assert "since the project had none" in out


def test_a_folder_in_the_project_means_the_project(tree: Tree) -> None:
    root = tree({"pyproject.toml": "", "app/a.py": ""})
    assert _init(root / "app") == 0
    assert not (root / "app" / "pyproject.toml").exists()
    assert "[tool.fastapi-lint]" in (root / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "before", ["[tool.fastapi-lint]\nselect = ['FAP1']\n", "[tool]\nfastapi-lint.ignore = ['FAP1']\n"]
)
def test_an_existing_section_stays(tree: Tree, capsys: Capture, before: str) -> None:
    root = tree({"pyproject.toml": before})
    assert _init(root) == 0
    assert (root / "pyproject.toml").read_text() == before
    assert "it stays as it is" in capsys.readouterr().out


@pytest.mark.parametrize("before", ["tool = { x = 1 }\n", "[tool\n"])
def test_a_file_that_takes_no_section_is_left_alone(tree: Tree, capsys: Capture, before: str) -> None:
    root = tree({"pyproject.toml": before})
    assert _init(root) == 2
    assert (root / "pyproject.toml").read_text() == before
    assert "nothing was written" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_a_dry_run_shows_the_change_and_makes_none(tree: Tree, capsys: Capture, option: str) -> None:
    root = tree({"pyproject.toml": "[tool.ruff]\nline-length = 100"})
    assert _init(root, option, "--baseline") == 0
    assert (root / "pyproject.toml").read_text() == "[tool.ruff]\nline-length = 100"
    assert not (root / "fastapi-lint-baseline.json").exists()
    shown = capsys.readouterr().out.splitlines()
    assert "+[tool.fastapi-lint]" in shown
    assert '+external = ["FAP"]' in shown
    assert "\\ No newline at end of file" in shown


def test_a_dry_run_of_a_new_file_is_a_diff_against_nothing(tree: Tree, capsys: Capture) -> None:
    assert _init(tree({"setup.cfg": ""}), "--diff") == 0
    assert capsys.readouterr().out.startswith("--- /dev/null\n+++ b/")


# --- the baseline ------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "[tool.fastapi-lint]\nfail-on = 'error'\n"])
def test_one_command_makes_a_legacy_project_pass(
    tree: Tree, capsys: Capture, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    root = tree({"pyproject.toml": before, **_APP})
    monkeypatch.chdir(root)
    assert main(["check", "-j1", "--no-cache"]) == 1
    assert _init(root, "--baseline") == 0
    assert main(["check", "-j1", "--no-cache"]) == 0
    assert load_settings(str(root)).baseline == "fastapi-lint-baseline.json"
    assert "Wrote 2 findings to fastapi-lint-baseline.json." in capsys.readouterr().out


def test_a_baseline_that_exists_is_used_and_not_written_anew(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": "", "fastapi-lint-baseline.json": "{}", **_APP})
    assert _init(root, "--baseline") == 0
    assert (root / "fastapi-lint-baseline.json").read_text() == "{}"
    assert load_settings(str(root)).baseline == "fastapi-lint-baseline.json"
    assert "is there already" in capsys.readouterr().out


# --- ruff --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "line"),
    [
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", 'external = ["FAP"]'),
        ("pyproject.toml", "[tool.ruff]\nlint.select = [\n  'E',\n]\nx = 1\n", 'lint.external = ["FAP"]'),
        ("pyproject.toml", "[tool.ruff.lint]  # ours\nselect = ['E']\n", 'external = ["FAP"]'),
        ("pyproject.toml", "[tool.ruff.lint.isort]\nx = 1\n[tool.ruff]\n", 'external = ["FAP"]'),
        ("ruff.toml", "line-length = 100\n[format]\nx = 1\n", 'external = ["FAP"]'),
        (".ruff.toml", "[lint]\r\nselect = ['E']\r\n", 'external = ["FAP"]'),
    ],
)
def test_ruff_is_told_and_nothing_else_in_its_file_changes(
    tree: Tree, name: str, before: str, line: str
) -> None:
    root = tree({"pyproject.toml": "", name: before})
    assert _init(root) == 0
    text = (root / name).read_bytes().decode()
    assert line in text.replace("\r\n", "\n").split("\n")
    after, expected = tomllib.loads(text), tomllib.loads(before)
    ruff = after if name != "pyproject.toml" else after["tool"]["ruff"]
    assert ruff["lint"].pop("external") == ["FAP"]
    if not ruff["lint"]:
        del ruff["lint"]
    after.get("tool", {}).pop("fastapi-lint", None)
    assert after == expected
    rest = iter(text.splitlines())
    assert all(old in rest for old in before.splitlines())  # in this order


@pytest.mark.parametrize("codes", ['["FAP"]', '["F"]', '["ASYNC", "FAP"]'])
def test_ruff_that_knows_is_left_alone(tree: Tree, capsys: Capture, codes: str) -> None:
    before = f"[lint]\nexternal = {codes}\n"
    root = tree({"pyproject.toml": "", "ruff.toml": before})
    assert _init(root) == 0
    assert (root / "ruff.toml").read_text() == before
    out = capsys.readouterr().out
    assert "Told ruff" not in out
    assert "ruff:" not in out


def test_a_list_of_other_codes_is_not_touched_but_mentioned(tree: Tree, capsys: Capture) -> None:
    before = '[lint]\nexternal = ["WPS"]\n'
    root = tree({"pyproject.toml": "", "ruff.toml": before})
    assert _init(root) == 0
    assert (root / "ruff.toml").read_text() == before
    assert 'ruff: add "FAP" to `external` in ruff.toml' in capsys.readouterr().out


def test_ruff_in_a_form_that_takes_no_line_is_mentioned(tree: Tree, capsys: Capture) -> None:
    before = "[tool]\nruff = { line-length = 100 }\n"
    root = tree({"pyproject.toml": before})
    assert _init(root) == 0
    assert "external" not in (root / "pyproject.toml").read_text()
    assert 'ruff: add "FAP" to `external` in pyproject.toml' in capsys.readouterr().out


# --- flake8 and pre-commit ---------------------------------------------------------------------------


def test_flake8_settings_that_keep_the_codes_out_are_told(tree: Tree, capsys: Capture) -> None:
    before = "[flake8]\nselect = E,W\nextend-ignore =\n    E203,  # F is not meant here\n    FA\n"
    root = tree({"pyproject.toml": "", "setup.cfg": before})
    assert _init(root) == 0
    out = capsys.readouterr().out
    assert "setup.cfg selects other codes only: add `extend-select = FAP` there." in out
    assert "`extend-ignore` in setup.cfg has `FA`, which silences every FAP code too." in out
    assert "has `F`" not in out
    assert (root / "setup.cfg").read_text() == before


@pytest.mark.parametrize(
    "settings", ["", "select = E,F,W\n", "select = E\nextend-select = FAP\n", "max-line-length = 100 %\n"]
)
def test_flake8_settings_that_let_the_codes_in_need_no_word(
    tree: Tree, capsys: Capture, settings: str
) -> None:
    assert _init(tree({"pyproject.toml": "", ".flake8": f"[flake8]\n{settings}"})) == 0
    out = capsys.readouterr().out
    assert "flake8: it reports the same findings" in out
    assert "silences" not in out
    assert "other codes" not in out


def test_the_hook_is_shown_and_the_yaml_is_not_touched(tree: Tree, capsys: Capture) -> None:
    before = "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n"
    root = tree({"pyproject.toml": "", ".pre-commit-config.yaml": before})
    assert _init(root) == 0
    out = capsys.readouterr().out
    assert "      - id: fastapi-lint\n" in out
    assert "ruff: add" in out
    assert (root / ".pre-commit-config.yaml").read_text() == before


def test_a_hook_that_is_there_needs_no_word(tree: Tree, capsys: Capture) -> None:
    before = "repos:\n  - repo: https://github.com/fastapi-lint/fastapi-lint\n"
    assert _init(tree({"pyproject.toml": "", ".pre-commit-config.yaml": before})) == 0
    assert "pre-commit:" not in capsys.readouterr().out


def test_a_second_time_changes_nothing(tree: Tree) -> None:
    root = tree({"pyproject.toml": "[tool.ruff]\n", **_APP})
    assert _init(root, "--baseline") == 0
    names = ("pyproject.toml", "fastapi-lint-baseline.json")
    once = [(root / name).read_bytes() for name in names]
    assert json.loads(once[1])["findings"]
    assert _init(root, "--baseline") == 0
    assert [(root / name).read_bytes() for name in names] == once


def test_misuse(tree: Tree, capsys: Capture) -> None:
    root = tree({"a.py": ""})
    assert _init(root / "a.py") == 2
    assert "is no directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "line", "after"),
    [
        ("a\nb\n", 1, "a\nnew\nb\n"),
        ("a\nb\n", 2, "a\nb\nnew\n"),
        ("a\nb", 2, "a\nb\nnew\n"),
        ("a\r\nb\r\n", 1, "a\r\nnew\r\nb\r\n"),
        ("a\r\nb", 2, "a\r\nb\r\nnew\r\n"),
    ],
)
def test_insertion_of_a_line(text: str, line: int, after: str) -> None:
    assert insert_after(text, line, "new") == after
