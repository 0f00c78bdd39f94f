"""FAP107: cpu-bound-loop-on-event-loop."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import NESTED, BlockingOnLoop
from fastapi_lint.diagnostics import Confidence, Diagnostic
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.blocking_messages import report
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP107",
    name="cpu-bound-loop-on-event-loop",
    summary="A long computation in a Python loop on the event loop stops every other request until it is done.",
    since="0.1.0",
    confidence=Confidence.MEDIUM,
)

_PLAIN = "computes without ever yielding"


@rule.on(BlockingOnLoop)
def check(site: BlockingOnLoop) -> Iterator[Diagnostic]:
    if site.call.kind is Kind.CPU_LOOP:
        is_nested = site.call.note == NESTED
        what = "nests loops as long as a client makes them, without ever yielding," if is_nested else _PLAIN
        yield from report(rule, site, what)
