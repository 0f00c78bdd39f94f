"""`fastapi-lint config`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.accepted import shown_path
from fastapi_lint.cli.output import write
from fastapi_lint.cli.outputs import check_format
from fastapi_lint.discovery import PatternError, compile_patterns, find_root
from fastapi_lint.rules import all_rules
from fastapi_lint.run_cache import cache_directory
from fastapi_lint.settings import (
    SEVERITIES,
    Overrides,
    Settings,
    SettingsError,
    check_selectors,
    load_settings,
    selected_codes,
)
from fastapi_lint.settings_schema import SETTINGS, default_of, json_schema
from fastapi_lint.toml_lines import line_of

_FORMATS = ("text", "json")
_FILE = "pyproject.toml"
_UNSET = {
    "select": "the rules that are on by default",
    "baseline": "none",
    "output-format": "full on a terminal, or else concise",
}


class ConfigOptions(NamedTuple):
    """The options of `check` that settings have too, as they were given; None where one was not."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    startup: bool = False
    baseline: Path | None = None
    no_baseline: bool = False
    fail_on: str | None = None


class _Setting(NamedTuple):
    """An effective value (as JSON has it) and where it comes from; `line` is that in pyproject.toml."""

    key: str
    value: Any
    sources: tuple[str, ...]
    line: int | None = None


def run_schema() -> int:
    """Print the JSON schema of `[tool.fastapi-lint]`."""
    write(json.dumps(json_schema(), indent=2) + "\n")
    return CLEAN


def run_config(path: Path, options: ConfigOptions, output_format: str) -> int:
    """Print the settings that count for the project of `path`, and where each comes from."""
    check_format(output_format, _FORMATS)
    if not path.exists():
        raise MisuseError(f"`{path}` does not exist")
    resolved = os.path.realpath(path)
    root = find_root(resolved if os.path.isdir(resolved) else os.path.dirname(resolved))
    try:
        settings = load_settings(root)
        _check(options)
    except SettingsError as error:
        raise MisuseError(str(error)) from error
    rows = _effective(settings, _lines(root), options)
    overrides = Overrides(
        select=options.select, ignore=options.ignore or (), extend_select=options.extend_select or ()
    )
    running = selected_codes(settings, overrides)
    on = [rule.code for rule in all_rules() if rule.code in running]
    off = [rule.code for rule in all_rules() if rule.code not in running]
    cache, cache_source = _cache(root, os.environ)
    if output_format == "json":
        document = {
            "root": root,
            "file": os.path.join(root, _FILE) if os.path.isfile(os.path.join(root, _FILE)) else None,
            "settings": {
                row.key: {"value": row.value, "sources": list(row.sources), "line": row.line} for row in rows
            },
            "rules": {"on": on, "off": off},
            "cache": {"directory": cache, "source": cache_source},
        }
        write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        write(_text(root, rows, on, off, cache, cache_source))
    return CLEAN


def _check(options: ConfigOptions) -> None:
    for option, selectors in (
        ("--select", options.select),
        ("--ignore", options.ignore),
        ("--extend-select", options.extend_select),
    ):
        check_selectors(selectors or (), option)
    try:
        compile_patterns(options.exclude or ())
    except PatternError as error:
        raise MisuseError(f"--exclude: {error}") from error
    if options.fail_on is not None and options.fail_on not in SEVERITIES:
        raise MisuseError(f"--fail-on must be one of {', '.join(SEVERITIES)}")
    if options.baseline is not None and options.no_baseline:
        raise MisuseError("--baseline and --no-baseline exclude each other")


def _lines(root: str) -> dict[str, int]:
    """On which line of pyproject.toml each setting stands that stands there."""
    try:
        text = Path(root, _FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    found = {setting.key: line_of(text, "tool", "fastapi-lint", setting.key) for setting in SETTINGS}
    return {key: line for key, line in found.items() if line is not None}


def _effective(settings: Settings, lines: Mapping[str, int], options: ConfigOptions) -> list[_Setting]:
    rows = []
    for setting in SETTINGS:
        key = setting.key
        field = key.replace("-", "_")
        line = lines.get(key)
        value = default_of(key) if line is None else _as_json(key, getattr(settings, field))
        sources: tuple[str, ...] = ("default",) if line is None else (_FILE,)
        if key == "extend-select" and options.select is not None:  # --select takes the place of both
            value, sources, line = [], ("--select",), None
        match key:
            case "select" | "exclude" if getattr(options, field) is not None:
                value, sources, line = list(getattr(options, field)), (f"--{key}",), None
            case "ignore" | "extend-select" if getattr(options, field) is not None:
                value = [*value, *getattr(options, field)]
                sources = (*(source for source in sources if source != "default"), f"--{key}")
            case "startup" if options.startup:
                value, sources, line = True, ("--startup",), None
            case "baseline" if options.no_baseline:
                value, sources, line = None, ("--no-baseline",), None
            case "baseline" if options.baseline is not None:
                value, sources, line = str(options.baseline), ("--baseline",), None
            case "fail-on" if options.fail_on is not None:
                value, sources, line = options.fail_on, ("--fail-on",), None
        rows.append(_Setting(key, value, sources, line))
    return rows


def _as_json(key: str, value: Any) -> Any:
    if key == "per-file-ignores":
        return {pattern: list(selectors) for pattern, selectors in value}
    return list(value) if isinstance(value, tuple) else value


def _cache(root: str, environment: Mapping[str, str]) -> tuple[str | None, str]:
    if environment.get("FASTAPI_LINT_NO_CACHE"):
        return None, "FASTAPI_LINT_NO_CACHE"
    source = "FASTAPI_LINT_CACHE_DIR" if environment.get("FASTAPI_LINT_CACHE_DIR") else "default"
    return cache_directory([root], environment), source


def _text(
    root: str, rows: Sequence[_Setting], on: Sequence[str], off: Sequence[str], cache: str | None, source: str
) -> str:
    shown = [(row.key, _shown_value(row), _shown_sources(row)) for row in rows]
    shown.append(("cache", "none" if cache is None else shown_path(cache), source))
    keys = max(len(key) for key, _, _ in shown)
    values = min(max(len(value) for _, value, _ in shown), 40)
    lines = [f"Project: {root}", ""]
    lines += [f"{key:<{keys}}  {value:<{values}}  {sources}" for key, value, sources in shown]
    off_text = f"; off: {', '.join(off)}" if len(off) <= len(on) else f": {', '.join(on)}"
    lines += ["", f"{len(on)} of {len(on) + len(off)} rules run{off_text if off else ''}"]
    return "\n".join(lines) + "\n"


def _shown_value(row: _Setting) -> str:
    if row.value is None:
        return _UNSET[row.key]
    return row.value if isinstance(row.value, str) else json.dumps(row.value, ensure_ascii=False)


def _shown_sources(row: _Setting) -> str:
    return ", ".join(f"{source}:{row.line}" if source == _FILE else source for source in row.sources)
