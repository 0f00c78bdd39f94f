"""The last line of a run, and the counts by rule."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence

from fastapi_lint.diagnostics import Diagnostic, Severity


def summarize(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """One line: what was found, in how many of the `files` checked."""
    if not diagnostics:
        return f"All checks passed: {_count(files, 'file')}."
    severities = Counter(diagnostic.severity for diagnostic in diagnostics)
    kinds = [_count(severities[Severity.ERROR], "error"), _count(severities[Severity.WARNING], "warning")]
    if severities[Severity.INFO]:
        kinds.append(_count(severities[Severity.INFO], "info"))
    places = len({diagnostic.path for diagnostic in diagnostics})
    return (
        f"Found {_count(len(diagnostics), 'finding')} ({', '.join(kinds)}) in {_count(places, 'file')}. "
        f"{_count(files, 'file')} checked."
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


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
