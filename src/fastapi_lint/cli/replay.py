"""A `check` whose every input is unchanged is not run again: what it printed is printed again.

This stands before the command line is parsed, so that such a run imports next to nothing.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi_lint.cli import CLEAN, output
from fastapi_lint.run_cache import Question, RunCache, cache_directory, cache_of
from fastapi_lint.store import remove

_CACHE_DIRECTORY = "--cache-dir"

if TYPE_CHECKING:
    from pathlib import Path

# What these do depends on files that the cache knows of and on the environment, and they only print.
_OPTIONS = frozenset(
    {
        "--select",
        "--ignore",
        "--extend-select",
        "--exclude",
        "--force-exclude",
        "--output-format",
        "--exit-zero",
        "--statistics",
        "--quiet",
        "-q",
        "--jobs",
        "-j",
        "--startup",
        "--fail-on",
        "--baseline",
        "--no-baseline",
        "--",
        _CACHE_DIRECTORY,
    }
)
_JOBS = re.compile(r"-j\d+")

# Variables that differ from one shell to the next, and which nothing in here looks at. All others may count.
_OTHERS_VARIABLES = re.compile(
    r"_|OLDPWD|PWD|SHLVL|WINDOWID|TMUX_PANE|GPG_TTY|XDG_SESSION_ID|TERM_SESSION_ID|(GIT|SSH|PYTEST)_.*"
)
_SECONDS = re.compile(r" in \d+\.\d s(?=[,.])")


def run_clean(path: Path) -> int:
    """Delete the cache of the project that `path` belongs to."""
    directory = cache_directory([str(path)], os.environ)
    if remove(directory):
        output.write(f"Deleted {directory}\n")
    return CLEAN


class Replay:
    """One run of `check`: its cache, and what it is asked when that can be answered from there."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._started = time.perf_counter()
        names = [one for one in arguments if not one.startswith("-")]
        chosen = None
        for place, argument in enumerate(arguments, 1):
            option, equals, value = argument.partition("=")
            if option == _CACHE_DIRECTORY:
                chosen = value if equals else "".join(arguments[place : place + 1])
        self.cache = cache_of(names, os.environ, chosen)
        self._question: Question | None = None
        if self.cache is not None and all(map(_is_plain, arguments)):
            self._question = _question(self.cache, arguments, names)

    def answer(self) -> int | None:
        """Print what the same run printed before and return its exit code; None when it has to be run."""
        if self.cache is None or self._question is None:
            return None
        stored = self.cache.recall(self._question)
        if stored is None:
            return None
        try:
            code, text, rest = json.loads(stored)
            if type(code) is not int or type(text) is not str or type(rest) not in (str, type(None)):
                return None
        except (ValueError, TypeError, RecursionError):
            return None
        if rest is not None:
            text += f" in {time.perf_counter() - self._started:.1f} s{rest}"
        output.write(text)
        return code

    def remember(self, code: int, recorded: output.Recording) -> None:
        """Keep what the run printed. The seconds that it took stay out: the next one takes its own."""
        if self.cache is None or self._question is None or recorded.complaints:
            return
        printed = recorded.printed
        last = printed[-1] if printed else ""
        seconds = _SECONDS.search(last) if last.startswith(("Found ", "All checks passed")) else None
        before = "".join(printed[:-1]) + (last[: seconds.start()] if seconds else last)
        stored = json.dumps([code, before, last[seconds.end() :] if seconds else None])
        self.cache.remember(self._question, stored.encode())


def _is_plain(argument: str) -> bool:
    """Whether an argument leaves it at printing findings of files."""
    if argument == "-":
        return False
    return (
        not argument.startswith("-")
        or argument.partition("=")[0] in _OPTIONS
        or _JOBS.fullmatch(argument) is not None
    )


def _question(cache: RunCache, arguments: Sequence[str], names: Sequence[str]) -> Question:
    stream = sys.stdout
    shown = (
        str(stream.isatty()),
        str(sys.stderr.isatty()),
        str(output.width_of(stream)),
        str(getattr(stream, "encoding", "")),
    )
    variables = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if not _OTHERS_VARIABLES.fullmatch(name)
    ]
    return cache.ask(("check", *shown, "arguments", *arguments, "variables", *variables), names)
