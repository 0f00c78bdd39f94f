"""FAP203: unlocked-check-then-act-across-await."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.races import Race, RaceKind
from fastapi_lint.diagnostics import Confidence, Diagnostic
from fastapi_lint.rules.rule import Rule
from fastapi_lint.rules.shared_state_messages import report

rule = Rule(
    code="FAP203",
    name="unlocked-check-then-act-across-await",
    summary="A check on shared state is stale by the time the code acts on it, because an `await` lies between and no lock covers both.",
    since="0.1.0",
    confidence=Confidence.MEDIUM,
)

_HARM = {
    RaceKind.MADE_TWICE: "two requests at once both find it missing, and each makes its own",
    RaceKind.LIMIT: "two requests at once both pass the check",
    RaceKind.REMOVED_TWICE: "another request may have removed or replaced it meanwhile",
    RaceKind.FLAG: "two requests at once both pass the check before either sets it",
    RaceKind.REVIVED: "other code removes entries, and this brings back one that was removed meanwhile",
}
_ADVICE = {
    RaceKind.MADE_TWICE: "check and make it under one `asyncio.Lock` (`async with`), or make it in the lifespan",
    RaceKind.REMOVED_TWICE: "check again after the `await`, or take it out with `pop(..., None)` before it",
}
_DEFAULT_ADVICE = "hold one `asyncio.Lock` with `async with` over both, or check again after the last `await`"


@rule.on(Race)
def check(race: Race) -> Iterator[Diagnostic]:
    harm = _HARM.get(race.kind)
    if harm is None:
        return
    what = (
        f"the check of `{race.location.name}` on line {race.read.line} is stale here, after the `await` "
        f"on line {race.suspension.line}"
    )
    yield from report(rule, race, what, harm, _ADVICE.get(race.kind, _DEFAULT_ADVICE))
