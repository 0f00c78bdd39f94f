"""FAP301: endpoint-calls-endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.endpoint_calls import EndpointCall
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP301",
    name="endpoint-calls-endpoint",
    summary="An endpoint calls another endpoint's function and bypasses what FastAPI does for it.",
    since="0.1.0",
)


@rule.on(EndpointCall)
def check(call: EndpointCall) -> Iterator[Diagnostic]:
    name = call.endpoint.rpartition(".")[2]
    through = "" if call.text.rpartition(".")[2] == name else f" through `{call.text}`"
    advice = f"move what both need out of `{name}` into a plain function, and call that from both"
    yield rule.diagnostic(
        f"`{call.caller}` calls the endpoint `{name}` ({call.route}){through} as a plain function: "
        f"{_what_breaks(call)}; {advice}",
        call.path,
        call.span,
        help=advice,
        chain=call.chain,
        routes=call.routes,
        severity=Severity.ERROR if call.unawaited or call.omitted or call.skipped else Severity.WARNING,
    )


def _what_breaks(call: EndpointCall) -> str:
    breaks = []
    if call.unawaited:
        breaks.append("nothing awaits it, so the result is a coroutine, which is always true")
    for one in call.omitted[:3]:
        breaks.append(f"`{one.parameter}` arrives as a `{one.kind}` object")
    if call.skipped:
        names = ", ".join(f"`{name}`" for name in call.skipped[:3])
        breaks.append(f"its route's dependency {names} does not run")
    if not breaks and call.takes_nothing:
        return "its response model does not apply here, and a parameter or dependency that it gains will be missing"
    return ", and ".join(breaks) or "FastAPI's validation, dependencies and response handling are bypassed"
