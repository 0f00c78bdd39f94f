"""FAP205: unlocked-state-update-in-threadpool."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.races import RaceKind
from fastapi_lint.analysis.shared_state.threads import ThreadRace
from fastapi_lint.diagnostics import Confidence, Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP205",
    name="unlocked-state-update-in-threadpool",
    summary="Code that FastAPI runs in its threadpool updates shared state without a lock, and threads interleave anywhere.",
    since="0.1.0",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
)

_HARM = {
    RaceKind.LOST_UPDATE: "two of them read the same value, and one update is lost",
    RaceKind.LIMIT: "two of them pass the check at once",
    RaceKind.MADE_TWICE: "two of them find it missing at once, and each makes its own",
}

_BRIEF = (
    "Python does not promise that this is one step, and without the global interpreter lock (free-threaded builds) "
    "updates are lost"
)


@rule.on(ThreadRace)
def check(race: ThreadRace) -> Iterator[Diagnostic]:
    harm = _BRIEF if race.is_brief else _HARM[race.kind]
    advice = "hold one `threading.Lock` with `with` over the read and the write"
    yield rule.diagnostic(
        f"`{race.function}` runs in several threads at once and updates `{race.location.name}` from what it read on line "
        f"{race.read.line}: {harm}; {advice}",
        race.path,
        race.span,
        help=advice,
        chain=race.chain,
        routes=race.routes,
        severity=Severity.INFO if race.is_brief else None,
    )
