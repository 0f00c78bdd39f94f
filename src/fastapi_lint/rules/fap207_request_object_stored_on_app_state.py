"""FAP207: request-object-stored-on-app-state."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.stored import StoredRequestObject
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP207",
    name="request-object-stored-on-app-state",
    summary="An object that belongs to one request is stored where every request sees it.",
    since="0.1.0",
)


@rule.on(StoredRequestObject)
def check(stored: StoredRequestObject) -> Iterator[Diagnostic]:
    advice = "keep it on `request.state` or in a `ContextVar`, or pass it as a parameter"
    yield rule.diagnostic(
        f"{stored.what} is stored in `{stored.location.name}`, which all requests share: the next request overwrites it, and "
        f"code that reads it acts for the wrong one; {advice}",
        stored.path,
        stored.span,
        help=advice,
        routes=stored.routes,
    )
