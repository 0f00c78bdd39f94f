"""FAP202: unlocked-global-update-across-await."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.races import Race, RaceKind
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule
from fastapi_lint.rules.shared_state_messages import lost_update

rule = Rule(
    code="FAP202",
    name="unlocked-global-update-across-await",
    summary="A global, class attribute or singleton is read, an `await` follows, and the write that depends on the read loses what other requests wrote meanwhile.",
    since="0.1.0",
)


@rule.on(Race)
def check(race: Race) -> Iterator[Diagnostic]:
    if race.kind is RaceKind.LOST_UPDATE and not race.location.is_app_state:
        yield from lost_update(rule, race)
