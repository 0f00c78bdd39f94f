"""FAP302: endpoint-requests-own-app."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.own_requests import OwnRequest
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP302",
    name="endpoint-requests-own-app",
    summary="An endpoint sends an HTTP request to its own application.",
    since="0.1.0",
    severity=Severity.WARNING,
)


@rule.on(OwnRequest)
def check(request: OwnRequest) -> Iterator[Diagnostic]:
    what = f"its own route `{request.route}`" if request.route else "its own application"
    if request.kind != "address":
        what = "its own application, in process"
    harm = (
        "each request takes a second place in the server and goes through routing, validation and JSON again"
    )
    if request.waits_for_itself:
        harm = "the synchronous client holds the event loop, so a single worker waits for itself: a deadlock"
    advice = "call the function that does the work instead of its address"
    yield rule.diagnostic(
        f"`{request.text}` requests {what}: {harm}; {advice}",
        request.path,
        request.span,
        help=advice,
        chain=request.chain,
        routes=request.routes,
        severity=Severity.ERROR if request.waits_for_itself else None,
    )
