"""FAP404: client-leaked-per-request."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.resources.findings import Life, UnclosedResource
from fastapi_lint.analysis.resources.scale import closes_itself
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.resource_messages import block, closing_call, remarks, variable
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP404",
    name="client-leaked-per-request",
    summary="A client, pool or executor made for a request is not closed on every path.",
    since="0.1.0",
)


@rule.on(UnclosedResource)
def check(site: UnclosedResource) -> Iterator[Diagnostic]:
    if site.life is not Life.REQUEST:
        return
    name = variable(site)
    if block(site.resource):
        advice = f"use `{block(site.resource)} {site.text}(...) as {name.rpartition('.')[2]}`"
    elif site.resource.close:
        advice = f"call {closing_call(site.resource, name)} in `finally`"
    else:
        advice = ""
    shared = "share one that the lifespan makes"
    advice = f"{advice}, or {shared}" if advice else shared
    if site.partly:
        what = f"`{site.text}` is made for each request and closed only where no exception comes first{remarks(site)}"
    else:
        what = f"`{site.text}` is made for each request and never closed{remarks(site)}"
    if closes_itself(site.resource):
        harm = "building it loads the certificates again, and no connection is reused"
    else:
        harm = f"open {'threads' if site.resource.kind == 'executor' else 'connections'} add up"
    yield rule.diagnostic(
        f"{what}: {harm}; {advice}",
        site.path,
        site.span,
        help=advice,
        routes=site.routes,
        severity=Severity.WARNING if site.minor or closes_itself(site.resource) else None,
    )
