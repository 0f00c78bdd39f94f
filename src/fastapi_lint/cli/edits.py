"""Small edits of text files that leave everything else as it is, byte for byte."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import NamedTuple

from fastapi_lint.cli import MisuseError
from fastapi_lint.cli.accepted import shown_path


class Edit(NamedTuple):
    """A file, its new text, and one sentence that tells what has changed."""

    file: str
    new: str
    told: str


def text_of(file: str) -> str:
    """The text as it stands, line ends included; "" where there is no file. Raises `MisuseError`."""
    try:
        return Path(file).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"`{shown_path(file)}` cannot be read: {error}") from error


def line_end(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"


def append(text: str, section: str) -> str:
    """The text with a section behind it, after an empty line."""
    end = line_end(text)
    gap = "" if not text else end if text.endswith("\n") else end * 2
    return text + gap + section.replace("\n", end)


def insert_after(text: str, line: int, new: str) -> str:
    """The text with one more line behind the line `line`, counted from 1."""
    lines, end = text.split("\n"), line_end(text)
    if line == len(lines):
        return text + end + new + end
    return "\n".join([*lines[:line], (new + end)[:-1], *lines[line:]])


def difference(file: str, before: str, after: str) -> str:
    """The change as a unified diff."""
    shown = shown_path(file).replace(os.sep, "/")
    old = f"a/{shown}" if os.path.lexists(file) else "/dev/null"
    rows = difflib.unified_diff(_lines(before), _lines(after), old, f"b/{shown}")
    return "".join(
        row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows
    ).replace("\r\n", "\n")


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
