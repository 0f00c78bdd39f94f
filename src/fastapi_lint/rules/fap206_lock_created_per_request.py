"""FAP206: lock-created-per-request."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.private_locks import PrivateLock
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP206",
    name="lock-created-per-request",
    summary="A lock created in the function that takes it is a new lock for every request and protects nothing.",
    since="0.1.0",
)


@rule.on(PrivateLock)
def check(lock: PrivateLock) -> Iterator[Diagnostic]:
    advice = (
        "make it once: at module level, on `app.state` in the lifespan, or in the object that it protects"
    )
    where = "this dependency runs" if lock.is_dependency else "the function runs"
    yield rule.diagnostic(
        f"`{lock.factory}()` makes a new lock each time {where}, so nobody ever waits for it and it protects nothing; {advice}",
        lock.path,
        lock.span,
        help=advice,
        routes=lock.routes,
    )
