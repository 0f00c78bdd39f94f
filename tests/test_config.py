"""`fastapi-lint config`, where settings come from, and their JSON schema."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

from fastapi_lint.cli import main
from fastapi_lint.rules import all_rules
from fastapi_lint.settings import Settings, SettingsError, parse_settings
from fastapi_lint.settings_schema import SETTINGS, default_of, json_schema, selectors
from fastapi_lint.toml_lines import line_of, statements

if TYPE_CHECKING:
    from conftest import Tree

    Capture = pytest.CaptureFixture[str]

_TOML = """\
[project]
name = "x"
keywords = [
  "[tool.fastapi-lint]",
  "ignore = 1",
]

[tool.fastapi-lint]
# ignore = ["FAP1"]
ignore = ["FAP102"]
extend-exclude = [
  "migrations/",
]
baseline = '''old.json'''

[tool.fastapi-lint.per-file-ignores]
"scripts/*" = ["FAP1"]
"""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "FASTAPI_LINT_CACHE_DIR", "FASTAPI_LINT_NO_CACHE"):
        monkeypatch.delenv(name, raising=False)


def _config(capsys: Capture, root: Path, *options: str) -> dict[str, Any]:
    assert main(["config", str(root), "--output-format", "json", *options]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def _row(document: dict[str, Any], key: str) -> tuple[Any, list[str], int | None]:
    row = document["settings"][key]
    return row["value"], row["sources"], row["line"]


def test_each_setting_tells_its_line(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": _TOML})
    found = _config(capsys, root)
    assert found["root"] == str(root)
    assert found["file"] == str(root / "pyproject.toml")
    assert list(found["settings"]) == [setting.key for setting in SETTINGS]
    assert _row(found, "ignore") == (["FAP102"], ["pyproject.toml"], 10)
    assert _row(found, "extend-exclude") == (["migrations/"], ["pyproject.toml"], 11)
    assert _row(found, "baseline") == ("old.json", ["pyproject.toml"], 14)
    assert _row(found, "per-file-ignores") == ({"scripts/*": ["FAP1"]}, ["pyproject.toml"], 16)
    assert _row(found, "startup") == (False, ["default"], None)
    assert "FAP102" in found["rules"]["off"]
    assert sorted(found["rules"]["on"] + found["rules"]["off"]) == [rule.code for rule in all_rules()]
    assert found["cache"] == {"directory": str(root / ".fastapi_lint_cache"), "source": "default"}


def test_the_command_line_and_the_environment_are_named(
    tree: Tree, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree({"pyproject.toml": _TOML})
    monkeypatch.setenv("FASTAPI_LINT_CACHE_DIR", str(root / "cache"))
    options = ["--select", "FAP1", "--ignore", "FAP101", "--extend-select", "FAP201", "--exclude", "x/"]
    options += ["--startup", "--baseline", "b.json", "--fail-on", "error"]
    found = _config(capsys, root / "pyproject.toml", *options)
    assert _row(found, "select") == (["FAP1"], ["--select"], None)
    assert _row(found, "extend-select") == (["FAP201"], ["--select", "--extend-select"], None)
    assert _row(found, "ignore") == (["FAP102", "FAP101"], ["pyproject.toml", "--ignore"], 10)
    assert _row(found, "exclude") == (["x/"], ["--exclude"], None)
    assert _row(found, "startup") == (True, ["--startup"], None)
    assert _row(found, "baseline") == ("b.json", ["--baseline"], None)
    assert _row(found, "fail-on") == ("error", ["--fail-on"], None)
    assert found["cache"] == {"directory": str(root / "cache"), "source": "FASTAPI_LINT_CACHE_DIR"}
    assert {"FAP103", "FAP201"} <= set(found["rules"]["on"])
    assert {"FAP101", "FAP102", "FAP301"} <= set(found["rules"]["off"])
    monkeypatch.setenv("FASTAPI_LINT_NO_CACHE", "1")
    found = _config(capsys, root, "--no-baseline")
    assert _row(found, "baseline") == (None, ["--no-baseline"], None)
    assert found["cache"] == {"directory": None, "source": "FASTAPI_LINT_NO_CACHE"}


def test_the_rules_that_run_are_those_of_check(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": '[tool.fastapi-lint]\nextend-select = ["FAP101"]\n', "a.py": "x ="})
    assert "FAP101" in _config(capsys, root)["rules"]["on"]
    assert "FAP101" not in _config(capsys, root, "--select", "FAP2")["rules"]["on"]


def test_the_text_names_values_and_sources(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": _TOML})
    assert main(["config", str(root), "--ignore", "FAP101"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["ignore", '["FAP102",', '"FAP101"]', "pyproject.toml:10,", "--ignore"] in lines
    assert ["startup", "false", "default"] in lines
    assert ["fail-on", "info", "default"] in lines
    assert lines[-1][-6:-4] != []
    assert "rules" in lines[-1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "does not exist"),
        (["--output-format", "jsn"], "did you mean `json`"),
        (["--select", "FAP9"], "--select: no rule matches `FAP9`"),
        (["--exclude", "!"], "--exclude: `!` is not a pattern"),
        (["--fail-on", "bad"], "--fail-on must be one of"),
        (["--baseline", "x", "--no-baseline"], "exclude each other"),
    ],
)
def test_misuse(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tree({"pyproject.toml": ""}))
    assert main(["config", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_settings_that_cannot_be_read_are_misuse(tree: Tree, capsys: Capture) -> None:
    root = tree({"pyproject.toml": "[tool.fastapi-lint]\nignroe = []\n"})
    assert main(["config", str(root)]) == 2
    assert "did you mean `ignore`?" in capsys.readouterr().err


# --- lines of a document -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[tool.fastapi-lint]\nselect = []\n", 2),
        ("tool.fastapi-lint.select = []\n", 1),
        ("x = 1\n[tool]\nfastapi-lint = { ignore = [], select = [] }\n", 3),
        ("[tool]\nfastapi-lint.select = [\n]\n", 2),
        ('[ "tool" . \'fastapi-lint\' ] # ]\n\n"select" = []\n', 3),
        ('x = """\n[tool.fastapi-lint]\nselect = 1\n"""\n[tool.fastapi-lint]\r\nselect = []\r\n', 6),
        ("x = [\n  # ]\n  ']',\n  [1, 2],\n]\n[tool.fastapi-lint]\nselect = []\n", 7),
        ("[[tool.other]]\nselect = []\n[[tool.other]]\n[tool.fastapi-lint]\nselect = []", 5),
        ("[tool.fastapi-lint-2]\nselect = []\n", None),
        ("", None),
    ],
)
def test_the_line_of_a_key(text: str, line: int | None) -> None:
    assert line_of(text, "tool", "fastapi-lint", "select") == line


def test_statements_cover_what_is_no_comment() -> None:
    text = "# a\nb = [\n  1,\n]\n\n[c.d] # e\nf = 2\n"
    assert [(one.first, one.last, one.is_header, one.keys) for one in statements(text)] == [
        (2, 4, False, (("b",),)),
        (6, 6, True, (("c", "d"),)),
        (7, 7, False, (("c", "d", "f"),)),
    ]


# --- the schema --------------------------------------------------------------------------------------

_TABLES: list[dict[str, Any]] = [
    {},
    {"select": ["ALL"]},
    {"select": ["FAP"], "ignore": ["FAP1", "FAP10", "FAP103", "endpoint-calls-endpoint"]},
    {"per-file-ignores": {"a/*": ["FAP2"]}},
    {"startup": True, "baseline": "b.json", "output-format": "sarif", "fail-on": "warning"},
    {"blocking": ["a.b"], "offload": [], "exclude": ["*.py"], "extend-exclude": []},
    {"selects": []},
    {"extend_select": []},
    {"select": "FAP1"},
    {"select": ["FAP9"]},
    {"select": ["F"]},
    {"select": ["fap101"]},
    {"ignore": [1]},
    {"exclude": [""]},
    {"per-file-ignores": ["a"]},
    {"per-file-ignores": {"a": ["nothing"]}},
    {"startup": 1},
    {"startup": "true"},
    {"baseline": ""},
    {"baseline": False},
    {"output-format": "xml"},
    {"fail-on": "never"},
]


@pytest.mark.parametrize("table", _TABLES, ids=repr)
def test_the_schema_and_the_program_agree(table: dict[str, Any]) -> None:
    try:
        parse_settings(table, "pyproject.toml")
        accepted = True
    except SettingsError:
        accepted = False
    assert Draft7Validator(json_schema()).is_valid(table) == accepted


@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.key for setting in SETTINGS])
def test_the_examples_are_valid_and_the_defaults_are_the_programs(setting: Any) -> None:
    table = {setting.key: setting.example}
    parsed = parse_settings(table, "pyproject.toml")
    assert parsed != Settings()
    assert Draft7Validator(json_schema()).is_valid(table)
    default = default_of(setting.key)
    if default is None:
        assert getattr(Settings(), setting.key.replace("-", "_")) is None
    elif setting.key != "fail-on":  # unset means its last one, as `check` has it
        assert parse_settings({setting.key: default}, "pyproject.toml") == Settings()


def test_the_schema_is_one_and_names_every_setting() -> None:
    schema = json_schema()
    Draft7Validator.check_schema(schema)
    assert sorted(schema["properties"]) == sorted(field.replace("_", "-") for field in Settings._fields)
    assert all(not set(one) & {"$ref"} for one in schema["properties"].values())
    assert {"ALL", "FAP", "FAP1", "FAP10", "FAP103", "endpoint-calls-endpoint"} <= set(selectors())


def test_the_schema_is_printed_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["config", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()
    assert os.listdir(tmp_path) == []
