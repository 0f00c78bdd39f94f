"""FAP303: dependency-default-passed-through."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.dependencies import DefaultPassedThrough
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP303",
    name="dependency-default-passed-through",
    summary="A function with FastAPI defaults is called directly, and the markers arrive instead of values.",
    since="0.1.0",
)


@rule.on(DefaultPassedThrough)
def check(call: DefaultPassedThrough) -> Iterator[Diagnostic]:
    markers = " and ".join(f"`{one.parameter}` is a `{one.kind}` object" for one in call.omitted[:3])
    names = ", ".join(f"`{one.parameter}`" for one in call.omitted[:3])
    advice = f"pass {names}, or let FastAPI call it with `Depends({call.callee})`"
    yield rule.diagnostic(
        f"`{call.text}(...)` is a plain call, in which FastAPI fills in nothing: inside `{call.callee}`, {markers}, "
        f"not a value; {advice}",
        call.path,
        call.span,
        help=advice,
    )
