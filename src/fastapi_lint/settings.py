"""`[tool.fastapi-lint]` in pyproject.toml, and which rules it selects.

Which rules run: those that are on by default, or those that `select` names; plus `extend-select`; less
`ignore` and `extend-ignore`. A selector is a code (`FAP103`), the start of codes (`FAP1`, `FAP`), a
rule's name, or `ALL`. Where selectors disagree about a rule the more exact one wins, and `ignore` wins
a draw. A rule that is off by default needs its full code, its name, or `ALL`: `FAP1` does not bring it.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from fastapi_lint.diagnostics import Severity
from fastapi_lint.discovery import PatternError, compile_patterns
from fastapi_lint.rules import all_rules

EVERYTHING = "ALL"
UNREADABLE_FILE = "FAP001"
OUTPUT_FORMATS = (
    "full",
    "concise",
    "grouped",
    "json",
    "json-lines",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "markdown",
    "html",
)
SEVERITIES = tuple(severity.value for severity in Severity)
_PREFIX = "FAP"
_EXACT = 100


_CHOICES = {"output_format": OUTPUT_FORMATS, "fail_on": SEVERITIES}


class SettingsError(Exception):
    """The user's settings make no sense; the text is one line that says where and what."""


class Settings(NamedTuple):
    """The settings of one project; `select` is None where the rules' own defaults count."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()
    offload: tuple[str, ...] = ()
    startup: bool = False
    baseline: str | None = None
    output_format: str | None = None
    fail_on: str | None = None


class Overrides(NamedTuple):
    """What a caller, such as the command line, decides above the project's settings; None leaves them.

    `select` takes the place of `select` and `extend-select`, `exclude` of `exclude`; the others add. A
    `baseline` of "" stands for none at all.
    With `force_exclude`, excluded files stay out even when they are named.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] | None = None
    force_exclude: bool = False
    startup: bool | None = None
    baseline: str | None = None


def load_settings(root: str) -> Settings:
    """The settings of the project at `root`. Raises `SettingsError`."""
    path = os.path.join(root, "pyproject.toml")
    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    tool = document.get("tool", {})
    table = tool.get("fastapi-lint", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: [tool.fastapi-lint] must be a table")
    return parse_settings(table, path)


def parse_settings(table: Mapping[str, Any], path: str) -> Settings:
    """The settings that the table `[tool.fastapi-lint]` of the file `path` spells. Raises `SettingsError`."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        field = key.replace("-", "_")
        if "_" in key or field not in Settings._fields:
            known = [name.replace("_", "-") for name in Settings._fields]
            raise SettingsError(
                f"{path}: [tool.fastapi-lint] has no setting `{key}`{suggest(key, known, or_list=True)}"
            )
        where = f"{path}: [tool.fastapi-lint] {key}"
        if field == "startup":
            if not isinstance(value, bool):
                raise SettingsError(f"{where} must be true or false")
            values[field] = value
        elif field in _CHOICES:
            values[field] = _choice(value, _CHOICES[field], where)
        elif field == "baseline":
            if not isinstance(value, str) or not value:
                raise SettingsError(f"{where} must be the path of a file, relative to the project")
            values[field] = value
        elif field == "per_file_ignores":
            if not isinstance(value, dict):
                raise SettingsError(f'{where} must be a table such as {{"tests/*" = ["FAP1"]}}')
            values[field] = tuple(
                (_pattern(pattern, where), _selectors(codes, f'{where} "{pattern}"'))
                for pattern, codes in value.items()
            )
        elif field in ("exclude", "extend_exclude"):
            values[field] = tuple(_pattern(pattern, where) for pattern in _strings(value, where))
        elif field in ("blocking", "offload"):
            values[field] = _strings(value, where)
        else:
            values[field] = _selectors(value, where)
    return Settings(**values)


def _choice(value: object, known: Sequence[str], where: str) -> str:
    if not isinstance(value, str) or value not in known:
        near = suggest(value, known) if isinstance(value, str) else ""
        raise SettingsError(f"{where} must be one of {', '.join(known)}{near}")
    return value


def _strings(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise SettingsError(f"{where} must be a list of strings")
    return tuple(value)


def _pattern(pattern: str, where: str) -> str:
    try:
        compile_patterns([pattern])
    except PatternError as error:
        raise SettingsError(f"{where}: {error}") from error
    return pattern


def _selectors(value: object, where: str) -> tuple[str, ...]:
    selectors = _strings(value, where)
    check_selectors(selectors, where)
    return selectors


def check_selectors(selectors: Iterable[str], where: str) -> None:
    """Raise `SettingsError` for the first selector that matches no rule; `where` says who gave it."""
    for selector in selectors:
        if not any(_exactness(selector, code, name) for code, name, _ in _rule_table()):
            known = [text for code, name, _ in _rule_table() for text in (code, name)]
            raise SettingsError(f"{where}: no rule matches `{selector}`{suggest(selector, known)}")


def suggest(word: str, known: Sequence[str], *, or_list: bool = False) -> str:
    """`; did you mean ...?`, with the nearest known word, or "" (with `or_list`: all of them) if none is near."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{by_folded[near[0]]}`?"
    return f"; known are {', '.join(known)}" if or_list else ""


@cache
def _rule_table() -> tuple[tuple[str, str, bool], ...]:
    return tuple((rule.code, rule.name, rule.default) for rule in all_rules())


def _exactness(selector: str, code: str, name: str) -> int:
    """0: the selector does not match the rule; the larger, the more exactly it names it."""
    if selector == EVERYTHING:
        return 1
    if selector in (code, name):
        return _EXACT
    return len(selector) if selector.startswith(_PREFIX) and code.startswith(selector) else 0


def _best(
    layers: Sequence[tuple[str, ...]], code: str, name: str, *, only_exact: bool = False
) -> tuple[int, int]:
    """The exactness of the best selector and the layer (1 for the first) it stands in; later layers win a draw."""
    best = (0, 0)
    for layer, selectors in enumerate(layers, 1):
        for selector in selectors:
            exactness = _exactness(selector, code, name)
            if only_exact and 1 < exactness < _EXACT:
                continue
            if exactness:
                best = max(best, (exactness, layer))
    return best


def selected_codes(settings: Settings, overrides: Overrides) -> frozenset[str]:
    """The codes of the rules that run.

    The code for a file that cannot be read stays unless it is itself ignored, whatever is selected: a
    file that nobody looked at must not pass for a clean one.
    """
    project: tuple[str, ...] = (*(settings.select or ()), *settings.extend_select)
    caller: tuple[str, ...] = (*(overrides.select or ()), *overrides.extend_select)
    if overrides.select is not None:
        project = ()
    by_default = settings.select is None and overrides.select is None
    ignored = ((*settings.ignore, *settings.extend_ignore), overrides.ignore)
    codes = set()
    for code, name, default in _rule_table():
        wanted = _best((project, caller), code, name, only_exact=not default)
        unwanted = _best(ignored, code, name)
        if code == UNREADABLE_FILE:
            selected = unwanted[0] < _EXACT
        elif wanted == (0, 0):
            selected = by_default and default and unwanted == (0, 0)
        elif unwanted[1] == 2 and wanted[1] == 1:
            selected = False  # the caller's word against the project's
        else:
            selected = wanted > unwanted
        if selected:
            codes.add(code)
    return frozenset(codes)


def ignored_codes(selectors: Iterable[str]) -> frozenset[str]:
    """The codes that the selectors of a `per-file-ignores` entry cover."""
    return frozenset(
        code for selector in selectors for code, name, _ in _rule_table() if _exactness(selector, code, name)
    )
