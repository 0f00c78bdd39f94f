"""The tools beside this one in a project, ruff, flake8 and pre-commit, and what they have to know of it."""

from __future__ import annotations

import configparser
import os
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from fastapi_lint import __version__
from fastapi_lint.cli import MisuseError
from fastapi_lint.cli.edits import Edit, append, insert_after, text_of
from fastapi_lint.pages import REPOSITORY
from fastapi_lint.toml_lines import statements

_OURS = "FAP"
_PRE_COMMIT = (".pre-commit-config.yaml", ".pre-commit-config.yml")
_FLAKE8_FILES = ("setup.cfg", "tox.ini", ".flake8")
_REASON = "or else its RUF100 and RUF102 delete `# noqa: FAP...`"
_HOOK = f"""\
  - repo: {REPOSITORY}
    rev: v{__version__}
    hooks:
      - id: fastapi-lint
"""


class _Ruff(NamedTuple):
    """Where ruff's settings stand: the file, the table in it, and what the table says."""

    file: str
    table: tuple[str, ...]
    settings: dict[str, Any]

    @property
    def external(self) -> object:
        """The codes of other linters that ruff knows about; None where it was told none."""
        lint = self.settings.get("lint")
        own = lint.get("external") if isinstance(lint, dict) else None
        return self.settings.get("external") if own is None else own

    @property
    def knows_us(self) -> bool:
        return isinstance(self.external, list) and any(
            isinstance(code, str) and code and _OURS.startswith(code) for code in self.external
        )


def ruff_edit(root: str, changed: Mapping[str, str]) -> Edit | None:
    """ruff's settings with `lint.external = ["FAP"]`; None where that is not needed, or not a plain insertion.

    `changed` holds files that are about to be written, by path.
    """
    ruff = _ruff(root, changed)
    if ruff is None or ruff.external is not None:
        return None
    before = changed.get(ruff.file) or text_of(ruff.file)
    document = tomllib.loads(before)
    wanted = _with_external(document, ruff.table)
    for after in _insertions(before, ruff.table):
        try:
            if tomllib.loads(after) == wanted:
                name = os.path.relpath(ruff.file, root)
                return Edit(ruff.file, after, f'Told ruff in {name}: lint.external = ["{_OURS}"], {_REASON}.')
        except tomllib.TOMLDecodeError:
            continue
    return None


def advice(root: str) -> Iterator[str]:
    """What to add by hand, a paragraph for each tool that is found."""
    pre_commit = next((name for name in _PRE_COMMIT if os.path.isfile(os.path.join(root, name))), None)
    hooks = _readable(os.path.join(root, pre_commit)) if pre_commit else ""
    ruff = _ruff(root, {})
    if (ruff is not None and not ruff.knows_us) or (ruff is None and "ruff-pre-commit" in hooks):
        where = os.path.relpath(ruff.file, root) if ruff is not None else "pyproject.toml or ruff.toml"
        section = "lint" if ruff is not None and not ruff.table else "tool.ruff.lint"
        yield f'ruff: add "{_OURS}" to `external` in {where}, {_REASON}:\n\n[{section}]\nexternal = ["{_OURS}"]\n'
    flake8 = _flake8(root)
    if flake8 is not None or "pycqa/flake8" in hooks.lower():
        yield "flake8: it reports the same findings once both are installed in one environment.\n" + "".join(
            f"{line}\n" for line in _flake8_hints(flake8)
        )
    if pre_commit is not None and "fastapi-lint" not in hooks:
        yield f"pre-commit: add this to the `repos` of {pre_commit}:\n\n{_HOOK}"


def _ruff(root: str, changed: Mapping[str, str]) -> _Ruff | None:
    """ruff's settings in the file that ruff itself would take."""
    for name in (".ruff.toml", "ruff.toml", "pyproject.toml"):
        file = os.path.join(root, name)
        if file not in changed and not os.path.isfile(file):
            continue
        try:
            document = tomllib.loads(changed.get(file) or _readable(file))
        except tomllib.TOMLDecodeError:
            continue
        if name != "pyproject.toml":
            return _Ruff(file, (), document)
        settings = document.get("tool", {}).get("ruff")
        if isinstance(settings, dict):
            return _Ruff(file, ("tool", "ruff"), settings)
    return None


def _with_external(document: dict[str, Any], table: tuple[str, ...]) -> dict[str, Any]:
    """What the document has to mean with our codes in it."""
    if table:
        return {**document, table[0]: _with_external(document[table[0]], table[1:])}
    return {**document, "lint": {**document.get("lint", {}), "external": [_OURS]}}


def _insertions(text: str, table: tuple[str, ...]) -> Iterator[str]:
    """The text with `external` in each of the places where it may belong, the best first."""
    lint = (*table, "lint")
    found = statements(text)
    for one in found:
        if one.is_header and one.keys == (lint,):
            yield insert_after(text, one.last, f'external = ["{_OURS}"]')
    for one in reversed(found):
        if not one.is_header and one.keys[0][: len(lint)] == lint:
            yield insert_after(text, one.last, f'lint.external = ["{_OURS}"]')
    yield append(text, f'[{".".join(lint)}]\nexternal = ["{_OURS}"]\n')
    for one in found:
        if one.is_header and one.keys == (table,):
            yield insert_after(text, one.last, f'lint.external = ["{_OURS}"]')


def _flake8(root: str) -> tuple[str, Mapping[str, str]] | None:
    """flake8's settings and the name of their file, the first that has any."""
    for name in _FLAKE8_FILES:
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(_readable(os.path.join(root, name)))
        except configparser.Error:
            continue
        if parser.has_section("flake8"):
            return name, dict(parser["flake8"])
    return None


def _flake8_hints(found: tuple[str, Mapping[str, str]] | None) -> Iterator[str]:
    """What in flake8's settings keeps our codes out: it compares them by their beginnings."""
    if found is None:
        return
    name, settings = found
    selected = [*_codes(settings, "select"), *_codes(settings, "extend-select")]
    if _codes(settings, "select") and not any(_OURS.startswith(code) for code in selected):
        yield f"{name} selects other codes only: add `extend-select = {_OURS}` there."
    for key in ("ignore", "extend-ignore"):
        for code in _codes(settings, key):
            if _OURS.startswith(code):
                yield f"`{key}` in {name} has `{code}`, which silences every {_OURS} code too."


def _codes(settings: Mapping[str, str], key: str) -> list[str]:
    value = settings.get(key) or settings.get(key.replace("-", "_")) or ""
    lines = (line.partition("#")[0] for line in value.splitlines())
    return [code for line in lines for code in line.replace(",", " ").split()]


def _readable(file: str) -> str:
    """The text of somebody else's file; "" if there is none or it cannot be read, which is not ours to tell."""
    try:
        return text_of(file)
    except MisuseError:
        return ""
