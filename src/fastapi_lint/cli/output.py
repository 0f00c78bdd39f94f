"""Writing to the terminal: encodings, colors, widths and readers that stop listening."""

from __future__ import annotations

import os
import sys
from typing import TextIO

WIDTH_WITHOUT_TERMINAL = 80


def write(text: str) -> None:
    """Print to standard output. A reader that went away (`| head`) is no error."""
    stream = sys.stdout
    _tolerate_characters(stream)
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Or else the interpreter complains when it flushes the stream at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(text: str) -> None:
    """Print one line to standard error."""
    _tolerate_characters(sys.stderr)
    print(f"fastapi-lint: {text}", file=sys.stderr)


def wants_color(stream: TextIO) -> bool:
    """Whether to write colors to the stream: NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO) -> int:
    """The columns that the stream shows: COLUMNS, then the terminal's own width, then a fixed one."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH_WITHOUT_TERMINAL
    except (OSError, ValueError, AttributeError):
        return WIDTH_WITHOUT_TERMINAL


def _tolerate_characters(stream: TextIO) -> None:
    """Let a terminal that cannot show a character show its escape: a file name must not end the run."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
