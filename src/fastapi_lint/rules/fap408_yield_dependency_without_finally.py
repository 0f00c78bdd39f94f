"""FAP408: yield-dependency-without-finally."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.yield_dependencies import SkippedCleanUp
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP408",
    name="yield-dependency-without-finally",
    summary="Clean-up after `yield` outside `try`/`finally` is skipped when the endpoint raises.",
    since="0.1.0",
)


@rule.on(SkippedCleanUp)
def check(site: SkippedCleanUp) -> Iterator[Diagnostic]:
    advice = f"put the `yield` into `try:` and `{site.text}(...)` into `finally:`, or use `with`"
    yield rule.diagnostic(
        f"`{site.text}` is skipped when the endpoint raises, also an `HTTPException`: the exception is thrown into "
        f"`{site.function}` at its `yield`; {advice}",
        site.path,
        site.span,
        help=advice,
        routes=site.routes,
    )
