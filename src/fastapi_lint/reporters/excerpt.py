"""A piece of source text with carets under a span, fitted into a terminal's cells."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from fastapi_lint.diagnostics import Span
from fastapi_lint.reporters.paint import GUTTER, PLAIN, Paint, safe

_TAB = "    "
_CUT = "…"
_MINIMUM = 20


def excerpt(
    lines: Sequence[str],
    span: Span,
    *,
    context: int,
    gutter: int,
    width: int,
    caret: str,
    label: str = "",
    paint: Paint = PLAIN,
) -> str:
    """The line of `span` with carets below and `context` lines around, behind a gutter of line numbers.

    `gutter` is the number of digits, `width` that of all cells, `caret` the style of the carets. `label` stands behind
    the carets, if there is room. Nothing when there is no such line.
    """
    if not 1 <= span.line <= len(lines):
        return ""
    room = max(width - gutter - 3, _MINIMUM)
    edge = f"{'':>{gutter}} |"
    rows = [paint(edge, GUTTER)]
    first, last = max(1, span.line - context), min(len(lines), span.line + context)
    while first < span.line and not lines[first - 1].strip():
        first += 1
    while last > span.line and not lines[last - 1].strip():
        last -= 1
    for number in range(first, last + 1):
        shown, start, carets = _fit(lines[number - 1], span if number == span.line else None, room)
        rows.append(paint(f"{number:>{gutter}} |", GUTTER) + f" {shown}".rstrip())
        if number == span.line:
            marks = "^" * carets
            if label and start + carets + 1 + cell_len(label) <= room:
                marks += f" {label}"
            rows.append(f"{paint(edge, GUTTER)} {' ' * start}{paint(marks, caret)}")
    return "".join(f"{row}\n" for row in rows)


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
