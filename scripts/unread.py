"""Whether leaving tests and revisions unread changes any finding of real applications.

    python scripts/unread.py DIRECTORY [DIRECTORY ...]

Each directory is linted as always, and once more with every file read. The findings of one run that the other lacks are
printed, by application; the exit code is 0 when there are none and 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.linter import Report, lint
from fastapi_lint.project.postponed import Postponed


class ReadAtOnce(Postponed):
    """Nothing is postponed."""

    def __init__(self, root: str, paths: Sequence[str]) -> None:
        super().__init__(root, ())


class Comparison(NamedTuple):
    """The findings of only one of two runs, with and without files left unread, and what each took."""

    less: Report
    all: Report
    only_less: list[Diagnostic]
    only_all: list[Diagnostic]
    seconds: tuple[float, float]


def compare(directory: Path) -> Comparison:
    """Both runs over one directory, in this process."""
    began = time.process_time()
    less = lint([directory], jobs=1)
    between = time.process_time()
    with patch("fastapi_lint.analysis.program.Postponed", ReadAtOnce):
        everything = lint([directory], jobs=1)
    ended = time.process_time()
    of_less, of_all = set(less.diagnostics), set(everything.diagnostics)
    return Comparison(
        less,
        everything,
        sorted(of_less - of_all, key=lambda one: one.sort_key),
        sorted(of_all - of_less, key=lambda one: one.sort_key),
        (between - began, ended - between),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Findings with and without files that are left unread.")
    parser.add_argument("directories", type=Path, nargs="+")
    differs = False
    for directory in parser.parse_args(arguments).directories:
        found = compare(directory)
        print(
            f"{directory.name}: {found.less.files_read:,} of {found.all.files_read:,} files read, "
            f"{found.seconds[0]:.1f} instead of {found.seconds[1]:.1f} s of CPU, {len(found.less.diagnostics):,} findings"
        )
        for sign, only in (("+", found.only_less), ("-", found.only_all)):
            for one in only:
                place = f"{os.path.relpath(one.path, directory)}:{one.span.line}"
                print(f"  {sign} {place} {one.code} {one.message}")
        differs = differs or bool(found.only_less or found.only_all)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
