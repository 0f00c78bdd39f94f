"""FAP106: blocking-wait-on-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP106",
    name="blocking-wait-on-event-loop",
    summary="Waiting for a thread, a lock or a queue on the event loop stops every other request and may deadlock the worker.",
    since="0.1.0",
)


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.WAIT:
        yield from report(rule, site, "waits for another thread or process")
    elif site.call.kind is Kind.CONSOLE:
        yield from report(rule, site, "waits for a person at the terminal")
