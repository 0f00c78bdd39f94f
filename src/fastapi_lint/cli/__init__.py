"""The command line: arguments in, text and an exit code out. Only this package prints.

Importing it costs next to nothing: typer, rich and the analysis come in when a command needs them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from fastapi_lint import __version__
from fastapi_lint.cli.output import complain, write

CLEAN, FINDINGS, MISUSE = 0, 1, 2
INTERRUPTED = 130


class MisuseError(Exception):
    """What the user asked for makes no sense; the text is one line that says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 clean, 1 findings, 2 misuse or a defect of ours."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments in (["--version"], ["-V"]):
        write(f"fastapi-lint {__version__}\n")
        return CLEAN
    try:
        answered = _answered_before(arguments)
        if answered is not None:
            return answered
        from fastapi_lint.cli.app import run

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        from fastapi_lint.pages import REPOSITORY

        if os.environ.get("FASTAPI_LINT_DEBUG"):
            import traceback

            traceback.print_exc()
        described = " ".join(f"{type(error).__name__}: {error}".split())
        hint = f"please report it at {REPOSITORY}/issues (FASTAPI_LINT_DEBUG=1 shows where)"
        complain(f"internal error: {described}; {hint}")
        return MISUSE


def _answered_before(arguments: Sequence[str]) -> int | None:
    """The exit code of a `check` whose findings are known, after printing them; None for any other run."""
    if arguments[:1] != ["check"] or "--no-cache" in arguments:
        return None
    from fastapi_lint.cli.replay import Replay

    try:
        return Replay(arguments[1:]).answer()
    except (OSError, ValueError):
        return None  # whatever is wrong with the paths, the run itself will tell
