"""Writing to the terminal: encodings, colors, widths and readers that stop listening."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

WIDTH_WITHOUT_TERMINAL = 80
_PROGRAMS_WITH_LINKS = frozenset(
    {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal", "zed"}
)
_TERMINALS_WITH_LINKS = frozenset(
    {"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "contour", "wezterm"}
)
_VTE_WITH_LINKS = 5000
"""Libraries of GNOME's terminals from 0.50 on."""


class Recording:
    """What was printed, piece by piece, and how often somebody complained."""

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.complaints = 0


_recordings: list[Recording] = []


@contextlib.contextmanager
def recording() -> Iterator[Recording]:
    """Takes down what is printed while the block runs."""
    one = Recording()
    _recordings.append(one)
    try:
        yield one
    finally:
        _recordings.remove(one)


def write(text: str) -> None:
    """Print to standard output. A reader that went away (`| head`) is no error."""
    for one in _recordings:
        one.printed.append(text)
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
    for one in _recordings:
        one.complaints += 1
    _tolerate_characters(sys.stderr)
    print(f"fastapi-lint: {text}", file=sys.stderr)


def wants_color(stream: TextIO) -> bool:
    """Whether to write colors to the stream: NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_links(stream: TextIO) -> bool:
    """Whether to write hyperlinks (OSC 8): FORCE_HYPERLINK, or else whether it is a terminal known to have them."""
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced:
        return forced not in ("0", "false", "no")
    variables = os.environ
    terminal = variables.get("TERM", "")
    if (
        not stream.isatty()
        or terminal == "dumb"
        or terminal.startswith(("screen", "tmux"))
        or "CI" in variables
    ):
        return False
    if variables.get("TERM_PROGRAM") in _PROGRAMS_WITH_LINKS or terminal in _TERMINALS_WITH_LINKS:
        return True
    if any(name in variables for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM")):
        return True
    vte = variables.get("VTE_VERSION", "")
    return vte.isdecimal() and int(vte) >= _VTE_WITH_LINKS


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
