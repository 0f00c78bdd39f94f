"""FAP402: lifespan-close-skipped-on-error."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.resources.skipped import SkippedClose
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP402",
    name="lifespan-close-skipped-on-error",
    summary="A client is closed at shutdown, but an exception in an earlier step of start-up or shutdown skips that.",
    since="0.1.0",
    severity=Severity.WARNING,
    default=False,
)


@rule.on(SkippedClose)
def check(site: SkippedClose) -> Iterator[Diagnostic]:
    when = "start-up" if site.at_startup else "shutdown"
    advice = "put it into `finally`, or let an `AsyncExitStack` close everything"
    yield rule.diagnostic(
        f"`{site.text}` is skipped when `{site.step}` (line {site.step_line}), an earlier step of the {when}, "
        f"raises; {advice}",
        site.path,
        site.span,
        help=advice,
    )
