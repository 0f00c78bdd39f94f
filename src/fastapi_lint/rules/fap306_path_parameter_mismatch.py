"""FAP306: path-parameter-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.path_parameters import PathMismatch
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP306",
    name="path-parameter-mismatch",
    summary="A path names a parameter that neither the endpoint nor its dependencies take.",
    since="0.1.0",
)


@rule.on(PathMismatch)
def check(site: PathMismatch) -> Iterator[Diagnostic]:
    if site.instead:
        harm = f"FastAPI expects `{site.instead}` in the query instead, and answers 422 to every request without it"
        advice = f"use one name for both, in the path or in the signature of `{site.handler}`"
    else:
        harm = "whatever the caller writes there is ignored"
        advice = f"add `{site.missing}` to the signature of `{site.handler}`, or take it out of the path"
    yield rule.diagnostic(
        f"nothing takes `{{{site.missing}}}` of `{site.label}`: {harm}; {advice}",
        site.path,
        site.span,
        help=advice,
        severity=None if site.instead else Severity.WARNING,
    )
