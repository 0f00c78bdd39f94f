"""Where in a TOML document each key stands, which the standard library's parser does not tell."""

from __future__ import annotations

import re
import tomllib
from typing import Any, NamedTuple

# Only a line with one of these can end a value of several lines.
_CLOSING = re.compile(r"""["'\]}]""")


class Statement(NamedTuple):
    """One header or one `key = value`: its first and last line, from 1, and the keys that it writes.

    `keys` are whole paths from the document's top, down to the innermost tables.
    """

    first: int
    last: int
    is_header: bool
    keys: tuple[tuple[str, ...], ...]


def statements(text: str) -> list[Statement]:
    """The statements of a document that parses; comments and empty lines are none.

    Every statement can be parsed by itself and no beginning of one can: that is how their ends are found.
    """
    found: list[Statement] = []
    table: tuple[str, ...] = ()
    pending: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        pending.append(line)
        if len(pending) > 1 and not _CLOSING.search(line):
            continue
        try:
            parsed = tomllib.loads("\n".join(pending))
        except tomllib.TOMLDecodeError:
            continue
        first = number - len(pending) + 1
        is_header = pending[0].lstrip().startswith("[")
        pending = []
        if not parsed:
            continue
        if is_header:
            table = _only_path(parsed)
            found.append(Statement(first, number, True, (table,)))
        else:
            paths = tuple((*table, *path) for path in _paths(parsed))
            found.append(Statement(first, number, False, paths))
    return found


def line_of(text: str, *path: str) -> int | None:
    """The line on which the key at `path` is first written, or None."""
    for statement in statements(text):
        if any(keys[: len(path)] == path for keys in statement.keys):
            return statement.first
    return None


def _only_path(parsed: dict[str, Any]) -> tuple[str, ...]:
    """The path that a header names."""
    path: list[str] = []
    value: Any = parsed
    while isinstance(value, dict) and value:
        ((key, value),) = value.items()
        path.append(key)
    return tuple(path)


def _paths(parsed: dict[str, Any]) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = []
    for key, value in parsed.items():
        below = _paths(value) if isinstance(value, dict) else []
        paths += [(key, *rest) for rest in below] or [(key,)]
    return paths
