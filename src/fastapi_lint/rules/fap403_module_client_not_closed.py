"""FAP403: module-client-not-closed."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.resources.findings import Life, UnclosedResource
from fastapi_lint.analysis.resources.scale import is_synchronous_server_client
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.resource_messages import block, closing_call, remarks, variable
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP403",
    name="module-client-not-closed",
    summary="A client, pool or executor that lives as long as the module is closed nowhere.",
    since="0.1.0",
    severity=Severity.WARNING,
)


@rule.on(UnclosedResource)
def check(site: UnclosedResource) -> Iterator[Diagnostic]:
    if site.life is not Life.MODULE:
        return
    call = closing_call(site.resource, variable(site))
    advice = f"call {call} after the `yield` of the application's lifespan" if call else ""
    if not call:
        advice = f"open it in the application's lifespan with `{block(site.resource)}`"
    loss = (
        "its threads outlive the application"
        if site.resource.kind == "executor"
        else "its connections are cut off"
    )
    yield rule.diagnostic(
        f"`{site.text}` lives as long as the process, and nothing closes it at shutdown{remarks(site)}: "
        f"{loss} when that stops; {advice}",
        site.path,
        site.span,
        help=advice,
        severity=Severity.INFO if is_synchronous_server_client(site.resource) else None,
    )
