"""FAP109: file-metadata-call-on-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP109",
    name="file-metadata-call-on-event-loop",
    summary="Asking the file system about files on the event loop stops every other request when the disk is slow.",
    since="0.1.0",
    severity=Severity.INFO,
    default=False,
)


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.METADATA:
        yield from report(rule, site, "asks the file system")
