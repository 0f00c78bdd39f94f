"""The wording that the rules about shared state share."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.races import Race
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule


def report(rule: Rule, race: Race, what: str, harm: str, advice: str) -> Iterator[Diagnostic]:
    """One finding: `what` happens at the write, and what `harm` two requests do each other."""
    yield rule.diagnostic(
        f"{what}: {harm}; {advice}",
        race.path,
        race.span,
        help=advice,
        chain=race.chain,
        routes=race.routes,
    )


def lost_update(rule: Rule, race: Race) -> Iterator[Diagnostic]:
    """A value computed from a stale read."""
    name = f"`{race.location.name}`"
    return report(
        rule,
        race,
        f"{name} is written from what was read on line {race.read.line}, before the `await` on line {race.suspension.line}",
        "two requests at once read the same value, and one update is lost",
        "hold one `asyncio.Lock` with `async with` over the read and the write, or read it again after the last `await`",
    )
