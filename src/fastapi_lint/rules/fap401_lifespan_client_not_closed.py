"""FAP401: lifespan-client-not-closed."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.resources.findings import Life, UnclosedResource
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.resource_messages import block, closing_call, remarks, variable
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP401",
    name="lifespan-client-not-closed",
    summary="A client, pool or executor opened at start-up is closed on no shutdown path.",
    since="0.1.0",
)


@rule.on(UnclosedResource)
def check(site: UnclosedResource) -> Iterator[Diagnostic]:
    if site.life is not Life.APPLICATION:
        return
    call = closing_call(site.resource, variable(site))
    ways = []
    if call:
        ways.append(f"call {call} after the lifespan's `yield`, in `finally`")
    if block(site.resource):
        ways.append(f"open it with `{block(site.resource)}` around the `yield`")
    advice = ", or ".join(ways)
    yield rule.diagnostic(
        f"`{site.text}` is opened at start-up, and no shutdown path closes it{remarks(site)}: "
        f"its connections or threads are cut off or linger when the application stops; {advice}",
        site.path,
        site.span,
        help=advice,
        severity=Severity.WARNING if site.minor else None,
    )
