"""`[tool.fastapi-lint]`: what it may hold, what it selects, and how a mistake in it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fastapi_lint import settings as settings_module
from fastapi_lint.rules.rule import Rule
from fastapi_lint.settings import (
    Overrides,
    Settings,
    SettingsError,
    check_selectors,
    ignored_codes,
    load_settings,
    parse_settings,
    selected_codes,
)

_RULES = (
    ("FAP001", "file-not-readable", True),
    ("FAP002", "unused-suppression", False),
    ("FAP101", "blocking-sleep-on-event-loop", True),
    ("FAP103", "blocking-database-call-on-event-loop", True),
    ("FAP109", "file-metadata-call-on-event-loop", False),
    ("FAP301", "endpoint-calls-endpoint", True),
)
_DEFAULT = {"FAP001", "FAP101", "FAP103", "FAP301"}


@pytest.fixture(autouse=True)
def few_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fixed set of rules, so that the tests do not change with the real one."""
    rules = tuple(
        Rule(code=code, name=name, summary="", since="0.1.0", default=default)
        for code, name, default in _RULES
    )
    monkeypatch.setattr(settings_module, "all_rules", lambda: rules)
    settings_module._rule_table.cache_clear()
    yield
    settings_module._rule_table.cache_clear()


def _load(root: Path, toml: str) -> Settings:
    (root / "pyproject.toml").write_text(toml, encoding="utf-8")
    return load_settings(str(root))


def test_every_setting_is_read(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        """
        [tool.fastapi-lint]
        select = ["FAP1"]
        ignore = ["FAP103"]
        extend-select = ["file-metadata-call-on-event-loop"]
        extend-ignore = ["FAP301"]
        exclude = ["migrations/"]
        extend-exclude = ["*_pb2.py"]
        blocking = ["legacy.client.*"]
        offload = ["app.threads.run"]
        startup = true
        [tool.fastapi-lint.per-file-ignores]
        "scripts/*" = ["FAP101"]
        """,
    )
    assert settings == Settings(
        select=("FAP1",),
        ignore=("FAP103",),
        extend_select=("file-metadata-call-on-event-loop",),
        extend_ignore=("FAP301",),
        per_file_ignores=(("scripts/*", ("FAP101",)),),
        exclude=("migrations/",),
        extend_exclude=("*_pb2.py",),
        blocking=("legacy.client.*",),
        offload=("app.threads.run",),
        startup=True,
    )


@pytest.mark.parametrize("toml", ["", "[project]\nname = 'x'\n", "[tool.ruff]\n", "[tool.fastapi-lint]\n"])
def test_nothing_said_means_the_defaults(tmp_path: Path, toml: str) -> None:
    assert _load(tmp_path, toml) == Settings()


def test_no_pyproject_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(str(tmp_path)) == Settings()


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ({"ignroe": ["FAP101"]}, ["has no setting `ignroe`", "did you mean `ignore`?"]),
        ({"extend_select": ["FAP101"]}, ["has no setting `extend_select`", "did you mean `extend-select`?"]),
        ({"zzz": 1}, ["has no setting `zzz`", "per-file-ignores", "offload"]),
        ({"select": "FAP101"}, ["select must be a list of strings"]),
        ({"select": [101]}, ["select must be a list of strings"]),
        ({"select": ["FAP104"]}, ["select: no rule matches `FAP104`", "did you mean `FAP10"]),
        ({"ignore": ["fap301"]}, ["ignore: no rule matches `fap301`", "did you mean `FAP301`?"]),
        ({"ignore": ["F"]}, ["ignore: no rule matches `F`"]),
        ({"ignore": [""]}, ["ignore must be a list of strings"]),
        (
            {"extend-ignore": ["endpoint-call-endpoint"]},
            ["no rule matches `endpoint-call-endpoint`", "did you mean `endpoint-calls-endpoint`?"],
        ),
        ({"per-file-ignores": ["x"]}, ["per-file-ignores must be a table"]),
        ({"per-file-ignores": {"x.py": "FAP101"}}, ['per-file-ignores "x.py" must be a list of strings']),
        ({"per-file-ignores": {"x.py": ["FAP9"]}}, ['per-file-ignores "x.py": no rule matches `FAP9`']),
        ({"exclude": ["!"]}, ["exclude: `!` is not a pattern"]),
        ({"blocking": {"a": 1}}, ["blocking must be a list of strings"]),
        ({"startup": 1}, ["startup must be true or false"]),
    ],
)
def test_a_mistake_is_told_in_one_line(table: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(table, "/p/pyproject.toml")
    message = str(caught.value)
    assert message.startswith("/p/pyproject.toml: [tool.fastapi-lint] ")
    assert "\n" not in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize("content", [b"[tool", b"\xff\xfe[tool]", b"[tool]\nfastapi-lint = 3\n"])
def test_an_unreadable_pyproject_is_a_settings_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"pyproject\.toml"):
        load_settings(str(tmp_path))


@pytest.mark.parametrize(
    ("settings", "overrides", "expected"),
    [
        (Settings(), Overrides(), _DEFAULT),
        (Settings(select=("FAP",)), Overrides(), _DEFAULT),
        (Settings(select=("FAP1",)), Overrides(), {"FAP001", "FAP101", "FAP103"}),
        (
            Settings(select=("FAP10",), extend_select=("FAP109",)),
            Overrides(),
            {"FAP001", "FAP101", "FAP103", "FAP109"},
        ),
        (Settings(select=("ALL",)), Overrides(), {code for code, _, _ in _RULES}),
        (Settings(select=("FAP109",)), Overrides(), {"FAP001", "FAP109"}),
        (Settings(select=("endpoint-calls-endpoint",)), Overrides(), {"FAP001", "FAP301"}),
        (Settings(select=()), Overrides(), {"FAP001"}),
        (Settings(extend_select=("file-metadata-call-on-event-loop",)), Overrides(), _DEFAULT | {"FAP109"}),
        (Settings(ignore=("FAP1",)), Overrides(), {"FAP001", "FAP301"}),
        (Settings(extend_ignore=("FAP103",)), Overrides(), _DEFAULT - {"FAP103"}),
        (Settings(ignore=("FAP1",), extend_select=("FAP103",)), Overrides(), {"FAP001", "FAP103", "FAP301"}),
        (Settings(select=("FAP103",), ignore=("FAP103",)), Overrides(), {"FAP001"}),
        (Settings(ignore=("FAP0",)), Overrides(), _DEFAULT),
        (Settings(ignore=("FAP001",)), Overrides(), _DEFAULT - {"FAP001"}),
        (Settings(ignore=("file-not-readable",)), Overrides(), _DEFAULT - {"FAP001"}),
        # the caller's word
        (Settings(select=("FAP3",)), Overrides(select=("FAP1",)), {"FAP001", "FAP101", "FAP103"}),
        (Settings(extend_select=("FAP109",)), Overrides(select=("FAP3",)), {"FAP001", "FAP301"}),
        (Settings(ignore=("FAP101",)), Overrides(select=("FAP1",)), {"FAP001", "FAP103"}),
        (Settings(ignore=("FAP101",)), Overrides(select=("FAP101",)), {"FAP001", "FAP101"}),
        (Settings(extend_select=("FAP109",)), Overrides(ignore=("FAP1",)), {"FAP001", "FAP301"}),
        (Settings(), Overrides(ignore=("FAP3",)), _DEFAULT - {"FAP301"}),
        (Settings(), Overrides(extend_select=("FAP109",)), _DEFAULT | {"FAP109"}),
        (Settings(select=("FAP3",)), Overrides(extend_select=("FAP109",)), {"FAP001", "FAP109", "FAP301"}),
    ],
)
def test_which_rules_run(settings: Settings, overrides: Overrides, expected: set[str]) -> None:
    assert selected_codes(settings, overrides) == expected


def test_per_file_ignores_cover_rules_that_are_off_by_default_too() -> None:
    assert ignored_codes(["FAP10"]) == {"FAP101", "FAP103", "FAP109"}
    assert ignored_codes(["ALL"]) == {code for code, _, _ in _RULES}
    assert ignored_codes(["endpoint-calls-endpoint"]) == {"FAP301"}


def test_known_selectors_pass() -> None:
    check_selectors(["FAP", "FAP1", "FAP101", "ALL", "endpoint-calls-endpoint"], "--select")
