"""FAP101: blocking-sleep-on-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP101",
    name="blocking-sleep-on-event-loop",
    summary="`time.sleep` on the event loop stops every other request until it returns.",
    since="0.1.0",
)


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.SLEEP:
        yield from report(rule, site, "sleeps")
