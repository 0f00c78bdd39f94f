"""`fastapi-lint init`."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import NamedTuple

from fastapi_lint.baseline import DEFAULT_NAME
from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.accepted import shown_path
from fastapi_lint.cli.edits import Edit, append, difference, insert_after, text_of
from fastapi_lint.cli.neighbors import advice, ruff_edit
from fastapi_lint.cli.output import write
from fastapi_lint.discovery import find_root
from fastapi_lint.pages import REPOSITORY
from fastapi_lint.settings import SettingsError, load_settings
from fastapi_lint.sources import replace_file
from fastapi_lint.toml_lines import statements

_FILE = "pyproject.toml"
_SECTION = f"""\
[tool.fastapi-lint]
# All settings: {REPOSITORY}/blob/main/docs/configuration.md
# extend-select = ["FAP109"]              # rules that are off by default
# extend-exclude = ["migrations/"]        # paths to leave out, as in a .gitignore
# blocking = ["acme.legacy.fetch"]        # your own functions that block
"""


class InitOptions(NamedTuple):
    """A path in the project; whether to accept what is found now; whether only to show what would be written."""

    path: Path
    baseline: bool
    dry_run: bool


def run_init(options: InitOptions) -> int:
    """Write a starting configuration, and say what else the project's tools need to know."""
    if not options.path.is_dir():
        raise MisuseError(f"`{options.path}` is no directory")
    root = find_root(os.path.realpath(options.path))
    try:
        load_settings(root)
    except SettingsError as error:
        raise MisuseError(f"{error}; nothing was written") from error
    texts: dict[str, str] = {}
    configuration = _configuration(root, options.baseline)
    edits = [
        edit for edit in (configuration, ruff_edit(root, _after(root, configuration))) if edit is not None
    ]
    for edit in edits:
        texts.setdefault(edit.file, text_of(edit.file))
        if options.dry_run:
            continue
        try:
            replace_file(edit.file, edit.new.encode())
        except OSError as error:
            raise MisuseError(f"`{shown_path(edit.file)}` cannot be written: {error.strerror}") from error
    if options.dry_run:
        last = {edit.file: edit for edit in edits}
        write("".join(difference(file, texts[file], edit.new) for file, edit in last.items()))
        if not edits:
            write("Nothing to write.\n")
        return CLEAN
    for edit in edits:
        write(f"{edit.told}\n")
    if configuration is None:
        write(
            f"{shown_path(os.path.join(root, _FILE))} has a [tool.fastapi-lint] already; it stays as it is.\n"
        )
    for paragraph in advice(root):
        write(f"\n{paragraph}")
    return _accept(root, options, configured=configuration is not None)


def _accept(root: str, options: InitOptions, *, configured: bool) -> int:
    """With `--baseline`, write the baseline, unless it is there; else say what to do next."""
    file = os.path.join(root, load_settings(root).baseline or DEFAULT_NAME)
    if options.baseline and not os.path.lexists(file):
        from fastapi_lint.cli.baseline import BaselineOptions, run_create

        write("\n")
        code = run_create(BaselineOptions(Path(root), None, None), force=False)
        if code == CLEAN:
            write("Commit it; from now on `fastapi-lint check` reports what is new.\n")
        return code
    if options.baseline:
        write(f"\n{shown_path(file)} is there already; `fastapi-lint baseline show` tells what it holds.\n")
    elif configured:
        write(
            "\nNext: `fastapi-lint check`. If there is more than you can mend now, "
            "`fastapi-lint init --baseline` accepts it.\n"
        )
    return CLEAN


def _configuration(root: str, wants_baseline: bool) -> Edit | None:
    """pyproject.toml with the section behind what is there; None if it has one with all that is wanted."""
    file = os.path.join(root, _FILE)
    before = text_of(file)
    document = tomllib.loads(before)
    wants_baseline = wants_baseline or os.path.isfile(os.path.join(root, DEFAULT_NAME))
    own = document.get("tool", {}).get("fastapi-lint")
    if own is not None:
        return _with_baseline(file, before, own) if wants_baseline else None
    section = _SECTION + (f'baseline = "{DEFAULT_NAME}"\n' if wants_baseline else "")
    after = append(before, section)
    _verify(file, document, after)
    shown = shown_path(file)
    if not os.path.lexists(file):
        return Edit(file, after, f"Created {shown} with [tool.fastapi-lint], since the project had none.")
    return Edit(file, after, f"Added [tool.fastapi-lint] to the end of {shown}.")


def _with_baseline(file: str, before: str, own: dict[str, object]) -> Edit | None:
    """`baseline` behind the header of a section that has none, as nothing of the user's is replaced by that."""
    if "baseline" in own:
        return None
    header = next(
        (one for one in statements(before) if one.is_header and one.keys == (("tool", "fastapi-lint"),)), None
    )
    if header is None:
        raise MisuseError(
            f'{shown_path(file)} has its settings in a form that `init` does not edit; add `baseline = "{DEFAULT_NAME}"`'
        )
    after = insert_after(before, header.last, f'baseline = "{DEFAULT_NAME}"')
    document = tomllib.loads(before)
    expected = {**own, "baseline": DEFAULT_NAME}
    if tomllib.loads(after) != {**document, "tool": {**document["tool"], "fastapi-lint": expected}}:
        raise MisuseError(f'add `baseline = "{DEFAULT_NAME}"` to [tool.fastapi-lint] in {shown_path(file)}')
    return Edit(file, after, f"Added `baseline` to [tool.fastapi-lint] in {shown_path(file)}.")


def _verify(file: str, before: dict[str, object], after: str) -> None:
    """A document in an unusual form (`tool = {...}`) takes no section at its end: then nothing is written."""
    try:
        document = tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise MisuseError(
            f"{shown_path(file)} is written in a form that takes no [tool.fastapi-lint] at its end; nothing was written"
        ) from error
    tool = document["tool"]
    del tool["fastapi-lint"]
    if not tool and "tool" not in before:
        del document["tool"]
    if document != before:
        raise MisuseError(f"{shown_path(file)} would mean something else; nothing was written")


def _after(root: str, configuration: Edit | None) -> dict[str, str]:
    """The files as they will be, by path, for whoever edits them next."""
    return {configuration.file: configuration.new} if configuration is not None else {}
