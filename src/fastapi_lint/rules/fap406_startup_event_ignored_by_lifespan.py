"""FAP406: startup-event-ignored-by-lifespan."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.lifecycle import EventHandler
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP406",
    name="startup-event-ignored-by-lifespan",
    summary="Startup and shutdown event handlers never run on an application that has a lifespan.",
    since="0.1.0",
)


@rule.on(EventHandler)
def check(site: EventHandler) -> Iterator[Diagnostic]:
    if not site.ignored:
        return
    half = "before" if site.event == "startup" else "after"
    handler = f"`{site.handler}`" if site.handler else "the handler"
    advice = f"call {handler} in the lifespan, {half} its `yield`"
    yield rule.diagnostic(
        f"{handler} never runs: the application has a lifespan, which replaces all {site.event} handlers; {advice}",
        site.path,
        site.span,
        help=advice,
    )
