"""FAP111: elsewhere-offloaded-call-on-event-loop."""

from __future__ import annotations

import os
from collections.abc import Iterator

from fastapi_lint.analysis.offloaded import OffloadedElsewhere
from fastapi_lint.diagnostics import Confidence, Diagnostic, Severity, Step
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP111",
    name="elsewhere-offloaded-call-on-event-loop",
    summary="A function that the project hands to a thread elsewhere is called directly on the event loop.",
    since="0.1.0",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
)


@rule.on(OffloadedElsewhere)
def check(site: OffloadedElsewhere) -> Iterator[Diagnostic]:
    where = f"{os.path.basename(site.elsewhere.path)}:{site.elsewhere.span.line}"
    advice = f"hand it over here too: `await run_in_threadpool({site.text}, ...)`"
    yield rule.diagnostic(
        f"`{site.text}` runs on the event loop here, but `{site.elsewhere.function}` ({where}) hands it to a thread: "
        f"one of the two is wrong; {advice}",
        site.path,
        site.span,
        help=advice,
        chain=(Step(site.path, site.span, site.function, site.text),),
        routes=site.routes,
    )
