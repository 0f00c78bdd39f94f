"""FAP112: configured-blocking-call-on-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP112",
    name="configured-blocking-call-on-event-loop",
    summary="A call that the configuration names as blocking runs on the event loop.",
    since="0.1.0",
)


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.CONFIGURED:
        yield from report(rule, site, "blocks (so says the configuration)")
