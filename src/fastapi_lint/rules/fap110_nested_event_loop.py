"""FAP110: nested-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP110",
    name="nested-event-loop",
    summary="Running an event loop inside a running event loop raises `RuntimeError` or deadlocks.",
    since="0.1.0",
)


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.LOOP:
        yield from report(rule, site, "starts an event loop inside the running one")
