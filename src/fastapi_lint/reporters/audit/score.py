"""The score: which share of the application is free of findings.

Deliberately simple, so that a reader can check it by hand: every route counts as 1 when no finding reaches it, as a half
when only warnings do, and as 0 when an error does. What no route reaches (start-up, exception handlers, background work)
counts as one more such unit for each function with a finding. The score is the mean, times 100.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fastapi_lint.diagnostics import Severity
from fastapi_lint.reporters.audit.model import FAMILIES, FamilyScore, Finding, Score, family_of

EXPLANATION = (
    "Each route counts 1 if no open finding reaches it, ½ if only warnings do, and 0 if an error does. Each function "
    "outside of any route that has a finding (start-up, exception handlers, background work) counts like one more "
    "route. The score is the average, times 100, rounded down; a family's score looks at the findings of that family "
    "alone. Silenced findings do not count. It measures how much of the application is free of known problems, not "
    "how fast it is: a route that nobody calls weighs as much as one that everybody does."
)


def overall_score(findings: Collection[Finding], routes: int) -> Score:
    """The score over all families. `findings` are the open ones, `routes` how many routes there are."""
    return _score([one for one in findings if family_of(one.code) in FAMILIES], routes)


def family_scores(findings: Collection[Finding], routes: int) -> tuple[FamilyScore, ...]:
    """A score for each family, in the order of their codes."""
    scores = []
    for family in FAMILIES:
        own = [one for one in findings if family_of(one.code) == family]
        scores.append(
            FamilyScore(
                family=family,
                score=_score(own, routes),
                errors=_count(own, Severity.ERROR),
                warnings=_count(own, Severity.WARNING),
                infos=_count(own, Severity.INFO),
            )
        )
    return tuple(scores)


def _score(findings: Sequence[Finding], routes: int) -> Score:
    worst: dict[object, int] = {}  # by unit: 2 for an error, 1 for a warning
    for finding in findings:
        weight = {Severity.ERROR: 2, Severity.WARNING: 1}.get(finding.severity, 0)
        units: Collection[object] = range(routes) if finding.everywhere else finding.routes
        for unit in units or [(finding.path, finding.function)]:
            worst[unit] = max(worst.get(unit, 0), weight)
    outside = sum(not isinstance(unit, int) for unit in worst)
    units_in_all = routes + outside
    harmed = sum(weight == 2 for weight in worst.values())
    warned = sum(weight == 1 for weight in worst.values())
    clean = units_in_all - harmed - warned
    if not routes:
        return Score(None, clean, warned, harmed)
    return Score(int(100 * (clean + warned / 2) / units_in_all), clean, warned, harmed)


def _count(findings: Sequence[Finding], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)
