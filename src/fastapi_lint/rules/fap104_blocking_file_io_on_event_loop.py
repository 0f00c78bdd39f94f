"""FAP104: blocking-file-io-on-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP104",
    name="blocking-file-io-on-event-loop",
    summary="Reading or writing a file on the event loop stops every other request until the disk is done.",
    since="0.1.0",
    severity=Severity.WARNING,
)


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.FILE:
        yield from report(rule, site, "reads or writes files")
