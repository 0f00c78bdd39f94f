"""FAP307: dependency-called-not-passed."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.dependencies import DependencyCalled
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP307",
    name="dependency-called-not-passed",
    summary="`Depends` is given the result of a call instead of the function to call.",
    since="0.1.0",
)


@rule.on(DependencyCalled)
def check(site: DependencyCalled) -> Iterator[Diagnostic]:
    advice = f"pass the function itself: `Depends({site.name})`"
    yield rule.diagnostic(
        f"`{site.name}()` runs once, when the module is imported, and gives {site.gives}, which FastAPI cannot call "
        f"for a request; {advice}",
        site.path,
        site.span,
        help=advice,
    )
