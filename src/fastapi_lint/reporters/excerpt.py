"""A piece of source text with carets under a span, fitted into a terminal's cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from fastapi_lint.diagnostics import Span

_TAB = "    "
_CUT = "…"
_MINIMUM = 20
# Characters that would move the cursor, change colors or turn the text around.
_UNSAFE = dict.fromkeys([*range(9), *range(10, 32), *range(127, 160)], "�")
_UNSAFE |= dict.fromkeys([0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)], "�")


class Styles(NamedTuple):
    """The rich styles of the parts of an excerpt."""

    gutter: str
    caret: str


def safe(text: str) -> str:
    """The text without characters that a terminal would obey."""
    return text.translate(_UNSAFE)


def excerpt(
    lines: Sequence[str], span: Span, *, context: int, gutter: int, width: int, styles: Styles
) -> Text:
    """The line of `span` with carets below and `context` lines around, behind a gutter of line numbers.

    `gutter` is the number of digits, `width` that of all cells. Nothing when there is no such line.
    """
    result = Text()
    if not 1 <= span.line <= len(lines):
        return result
    room = max(width - gutter - 3, _MINIMUM)
    edge = f"{'':>{gutter}} |"
    result.append(edge + "\n", styles.gutter)
    first, last = max(1, span.line - context), min(len(lines), span.line + context)
    while first < span.line and not lines[first - 1].strip():
        first += 1
    while last > span.line and not lines[last - 1].strip():
        last -= 1
    for number in range(first, last + 1):
        shown, start, carets = _fit(lines[number - 1], span if number == span.line else None, room)
        result.append(f"{number:>{gutter}} |", styles.gutter)
        result.append(f" {shown}".rstrip() + "\n")
        if number == span.line:
            result.append(edge, styles.gutter)
            result.append(f" {' ' * start}")
            result.append("^" * carets + "\n", styles.caret)
    return result


def _fit(line: str, span: Span | None, room: int) -> tuple[str, int, int]:
    """The line cut to `room` cells, and where in it the carets start and how many they are."""
    source = line.rstrip()
    shown = _expand(source)
    if span is None:
        return _cut(shown, 0, room), 0, 0
    end_column = span.end_column if span.end_line == span.line else len(source) + 1
    start = cell_len(_expand(source[: span.column - 1]))
    end = cell_len(_expand(source[: end_column - 1]))
    carets = max(end - start, 1)
    left = 0
    if cell_len(shown) > room and start + carets > room - 1:
        left = max(0, start - room // 3)
    shown = _cut(shown, left, room)
    start -= left
    return shown, start, max(1, min(carets, room - start))


def _cut(shown: str, left: int, room: int) -> str:
    """The cells from `left` on, `room` of them, with a mark where something is missing."""
    if left == 0 and cell_len(shown) <= room:
        return shown
    taken: list[str] = []
    position = 0
    used = 0
    for character in shown:
        size = cell_len(character)
        if position + size > left:
            if position < left:  # half of a wide character: a blank keeps the columns
                character, size = " ", position + size - left
                position = left
            if used + size > room:
                break
            taken.append(character)
            used += size
        position += size
    text = "".join(taken)
    if left and text:
        text = _CUT + " " * (cell_len(text[0]) - 1) + text[1:]
    if position < cell_len(shown):
        while text and cell_len(text) > room - 1:
            text = text[:-1]
        text += _CUT
    return text


def _expand(text: str) -> str:
    return safe(text.replace("\t", _TAB))
