"""The last line of a run, and the counts by rule."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from fastapi_lint.diagnostics import Diagnostic, Severity


class Totals(NamedTuple):
    """What a run did: the files it checked, the seconds it took, the calls it met and those that it could follow.

    None and 0 stand for what was not measured.
    """

    files: int
    seconds: float | None = None
    calls: int = 0
    resolved: int = 0


def summarize(diagnostics: Sequence[Diagnostic], totals: Totals) -> str:
    """One line: what was found, in how many files, in what time, and how much could be followed."""
    effort = ""
    if totals.seconds is not None:
        effort += f" in {totals.seconds:.1f} s"
    if totals.calls:
        effort += f", {_percentage(totals.resolved, totals.calls)} of {count(totals.calls, 'call')} resolved"
    files = count(totals.files, "file")
    if not diagnostics:
        return f"All checks passed: {files}{effort}."
    severities = Counter(diagnostic.severity for diagnostic in diagnostics)
    kinds = [count(severities[Severity.ERROR], "error"), count(severities[Severity.WARNING], "warning")]
    if severities[Severity.INFO]:
        kinds.append(count(severities[Severity.INFO], "info"))
    places = len({diagnostic.path for diagnostic in diagnostics})
    return (
        f"Found {count(len(diagnostics), 'finding')} ({', '.join(kinds)}) in {count(places, 'file')}. "
        f"{files} checked{effort}."
    )


def render_statistics(diagnostics: Sequence[Diagnostic]) -> str:
    """A line for each rule that found something: count, code, name; the most frequent first."""
    rows = _by_rule(diagnostics)
    width = max((len(str(count)) for count, _, _ in rows), default=0)
    return "".join(f"{count:>{width}}  {code}  {name}\n" for count, code, name in rows)


def render_statistics_json(diagnostics: Sequence[Diagnostic]) -> str:
    """The same as a JSON array of {count, code, name}."""
    rows = [{"count": count, "code": code, "name": name} for count, code, name in _by_rule(diagnostics)]
    return json.dumps(rows, indent=2) + "\n"


def relative_path(path: str, base: str) -> str:
    """`path` as seen from the directory `base`: relative below it, absolute elsewhere."""
    return os.path.relpath(path, base) if path.startswith(os.path.join(base, "")) else path


def _by_rule(diagnostics: Sequence[Diagnostic]) -> list[tuple[int, str, str]]:
    counts = Counter((diagnostic.code, diagnostic.name) for diagnostic in diagnostics)
    return sorted(((count, *rule) for rule, count in counts.items()), key=lambda row: (-row[0], row[1]))


def _percentage(part: int, whole: int) -> str:
    """Rounded down, so that 100 % means all of them."""
    return f"{100 * part // whole} %"


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 file`, `1,234 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
