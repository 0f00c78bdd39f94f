"""Findings that say the same thing about the same line, seen from several places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fastapi_lint.diagnostics import Diagnostic

EVERY_REQUEST = "every request"


def by_cause(diagnostics: Sequence[Diagnostic]) -> list[list[Diagnostic]]:
    """The findings grouped by what they end in; groups in the order of their first findings.

    In a group the most harmful comes first: what every request passes, then what more routes reach, then by place.
    """
    groups: dict[object, list[Diagnostic]] = {}
    for number, finding in enumerate(diagnostics):
        key: object = number
        if finding.cause and finding.chain:
            key = (finding.code, finding.severity, finding.cause, finding.chain[-1][:2])
        groups.setdefault(key, []).append(finding)
    return [sorted(group, key=_harm) for group in groups.values()]


def routes_of(group: Sequence[Diagnostic]) -> list[str]:
    """The routes that reach any finding of the group; those first that every request passes or that meet it most often."""
    counts = Counter(route for finding in group for route in finding.routes)
    return sorted(counts, key=lambda route: (route != EVERY_REQUEST, -counts[route]))


def _harm(finding: Diagnostic) -> tuple[bool, int]:
    return EVERY_REQUEST not in finding.routes, -len(finding.routes)
