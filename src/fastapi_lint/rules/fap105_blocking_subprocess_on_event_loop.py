"""FAP105: blocking-subprocess-on-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP105",
    name="blocking-subprocess-on-event-loop",
    summary="Running a process and waiting for it on the event loop stops every other request until it ends.",
    since="0.1.0",
)


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.PROCESS:
        yield from report(rule, site, "runs a process")
