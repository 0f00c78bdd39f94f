"""The baseline: findings that a project lives with, recognized after the code around them has changed.

An entry says what a reader would say: which rule, in which file and function, on which line of code, and
what it ends in. No line numbers, so that it survives edits elsewhere and merges of the file.

Nothing in here runs the linter: entries come in, and which of them are the same goes out. The same
comparison tells the findings of two revisions apart.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

DEFAULT_NAME = "fastapi-lint-baseline.json"

_VERSION = 1
_ABOUT = "Findings that are not reported. `fastapi-lint baseline update` removes those that are fixed."
_KEYS = ("code", "scope", "line", "symbol")


class BaselineError(Exception):
    """A baseline that cannot be used; the text is one line that says which and why."""


class Entry(NamedTuple):
    """A finding as a baseline remembers it.

    `path` is relative to the project's root, with slashes; `scope` the qualified name of the function
    around the line, "" outside of all; `line` the line's code with single blanks; `symbol` what the
    finding is about: the end of its chain, or else what is called where it stands.
    """

    path: str
    scope: str
    code: str
    line: str
    symbol: str


StillThere = Callable[[Entry], bool]
_Key = Callable[[Entry], Hashable]

# The passes over what is left, from the surest key to the weakest. The first ones hold for every entry, the
# others only for one whose line is gone: where the line still stands without a finding, that is fixed.
_UNCHANGED: tuple[_Key, ...] = (
    lambda entry: entry,
    lambda entry: (entry.path, entry.scope, entry.code, entry.line),
)
_CHANGED: tuple[_Key, ...] = (
    lambda entry: (entry.path, entry.code, entry.line, entry.symbol),  # moved to, or now in, another function
    lambda entry: (entry.path, entry.scope, entry.code, entry.symbol),  # edited
    lambda entry: (entry.scope, entry.code, entry.line, entry.symbol),  # moved to, or now in, another file
)


def match(entries: Sequence[Entry], found: Sequence[Entry], still_there: StillThere) -> list[int | None]:
    """For each entry of `found` the index in `entries` of the one that it repeats, or None for a new one.

    `still_there` says whether a line of code stands in the function and file of an entry. Each of the
    entries is used at most once.
    """
    matched: list[int | None] = [None] * len(found)
    left, new = list(range(len(entries))), list(range(len(found)))

    def go(key: _Key) -> None:
        nonlocal left, new
        by_key: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for index in left:
            by_key[key(entries[index])].append(index)
        for index in new:
            if candidates := by_key.get(key(found[index])):
                matched[index] = candidates.popleft()
        used = set(matched)
        left = [index for index in left if index not in used]
        new = [index for index in new if matched[index] is None]

    for key in _UNCHANGED:
        go(key)
    left = [index for index in left if not still_there(entries[index])] if new else []
    for key in _CHANGED:
        go(key)
    return matched


def code_of(line: str) -> str:
    """A line of source as an entry keeps it: changes of blanks do not count."""
    return " ".join(line.split())


def read_baseline(path: str) -> tuple[Entry, ...]:
    """The entries of the file at `path`. Raises `BaselineError`."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except FileNotFoundError:
        raise BaselineError(
            f"the baseline `{path}` does not exist; `fastapi-lint baseline create` writes it"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"the baseline `{path}` cannot be read: {error}") from error
    except ValueError as error:
        hint = "; is a merge conflict left in it?" if _has_conflict(path) else ""
        raise BaselineError(f"the baseline `{path}` is no JSON: {error}{hint}") from error
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        raise BaselineError(f"`{path}` is no baseline that this version of fastapi-lint can read")
    entries = []
    findings = document.get("findings")
    for file_name, rows in findings.items() if isinstance(findings, dict) else [("findings", None)]:
        for row in rows if isinstance(rows, list) else [None]:
            entry = _entry(file_name, row)
            if entry is None:
                damage = json.dumps(row)[:80]
                raise BaselineError(f"the baseline `{path}` is damaged at `{file_name}`: {damage}")
            entries.append(entry)
    return tuple(entries)


def render_baseline(entries: Iterable[Entry]) -> str:
    """The text of a baseline file: sorted, one line for each finding, nothing that changes without need."""
    by_path: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries):
        by_path[entry.path].append(entry)
    blocks = []
    for path, members in by_path.items():
        rows = [
            json.dumps(
                dict(zip(_KEYS, (entry.code, entry.scope, entry.line, entry.symbol), strict=True)),
                ensure_ascii=False,
            )
            for entry in members
        ]
        blocks.append(
            f"    {json.dumps(path, ensure_ascii=False)}: [\n      " + ",\n      ".join(rows) + "\n    ]"
        )
    findings = "{\n" + ",\n".join(blocks) + "\n  }" if blocks else "{}"
    return f'{{\n  "about": {json.dumps(_ABOUT)},\n  "version": {_VERSION},\n  "findings": {findings}\n}}\n'


def relative_to(path: str, root: str) -> str:
    """`path` as an entry keeps it: relative to the project's root, with slashes."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def _entry(path: str, row: object) -> Entry | None:
    if not isinstance(row, dict):
        return None
    values = [value for key in _KEYS if isinstance(value := row.get(key), str)]
    if len(values) != len(_KEYS):
        return None
    code, scope, line, symbol = values
    return Entry(path, scope, code, line, symbol)


def _has_conflict(path: str) -> bool:
    with open(path, encoding="utf-8") as file:
        return any(line.startswith("<<<<<<<") for line in file)
