"""FAP209: unlocked-cache-fill-across-await."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.races import Race, RaceKind
from fastapi_lint.diagnostics import Confidence, Diagnostic, Severity
from fastapi_lint.rules.rule import Rule
from fastapi_lint.rules.shared_state_messages import report

rule = Rule(
    code="FAP209",
    name="unlocked-cache-fill-across-await",
    summary="A cache that is filled across an `await` without a lock does the same work once for every concurrent request.",
    since="0.1.0",
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    default=False,
)


@rule.on(Race)
def check(race: Race) -> Iterator[Diagnostic]:
    if race.kind is RaceKind.CACHE_FILL:
        what = (
            f"`{race.location.name}` was found missing on line {race.read.line} and is filled after the `await` "
            f"on line {race.suspension.line}"
        )
        harm = "requests that come meanwhile all do the same work"
        yield from report(
            rule, race, what, harm, "fill it under one `asyncio.Lock`, or keep the task that loads it"
        )
