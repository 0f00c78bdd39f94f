"""FAP405: deprecated-startup-event."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.lifecycle import EventHandler
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP405",
    name="deprecated-startup-event",
    summary="Startup and shutdown event handlers are deprecated in favour of a lifespan.",
    since="0.1.0",
    severity=Severity.WARNING,
)


@rule.on(EventHandler)
def check(site: EventHandler) -> Iterator[Diagnostic]:
    half = "before" if site.event == "startup" else "after"
    handler = f"`{site.handler}`" if site.handler else "the handler"
    advice = f"move the body of {handler} {half} the `yield` of a lifespan: `FastAPI(lifespan=lifespan)`"
    yield rule.diagnostic(
        f"`{site.event}` event handlers are deprecated, and what they open cannot be closed in one place; {advice}",
        site.path,
        site.span,
        help=advice,
    )
