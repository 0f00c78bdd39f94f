"""FAP412: client-created-per-request."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.resources.findings import ResourcePerRequest
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.knowledge.resources import Resource
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP412",
    name="client-created-per-request",
    summary="A client made and closed for each request pays for its construction every time and never reuses a connection.",
    since="0.1.0",
    severity=Severity.INFO,
)


@rule.on(ResourcePerRequest)
def check(site: ResourcePerRequest) -> Iterator[Diagnostic]:
    advice = "make one in the lifespan and share it"
    yield rule.diagnostic(
        f"`{site.text}` is made and closed for each request: {_cost(site.resource)}; {advice}",
        site.path,
        site.span,
        help=advice,
        routes=site.routes,
    )


def _cost(resource: Resource) -> str:
    """What one a request costs. Measured: httpx 0.28 loads the certificates in 35 to 138 ms."""
    if resource.type.startswith(("httpx.", "httpx2.")):
        blocks = " on the event loop" if resource.close_is_async else ""
        return f"building it loads certificates for 35-138 ms{blocks}, and no connection is reused"
    if resource.kind == "executor":
        return "starting its processes takes longer than most jobs"
    return "every one opens its connections anew, and none is reused"
