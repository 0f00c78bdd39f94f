"""What a rule is: a name, and the questions it asks of the analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi_lint.diagnostics import Confidence, Diagnostic, Severity, Span, Step

Answer = TypeVar("Answer")
Check = Callable[[Answer], Iterator[Diagnostic]]


class Rule:
    """One rule. `default` is False for rules that run only when selected by code.

    `summary` is one sentence, equal to the first line of the rule's page. `severity` and `confidence` are those of its
    findings, unless a finding has its own.
    """

    def __init__(
        self,
        *,
        code: str,
        name: str,
        summary: str,
        since: str,
        severity: Severity = Severity.ERROR,
        confidence: Confidence = Confidence.HIGH,
        default: bool = True,
    ) -> None:
        self.code = code
        self.name = name
        self.summary = summary
        self.since = since
        self.severity = severity
        self.confidence = confidence
        self.default = default
        self.checks: list[tuple[type[Any], Check[Any]]] = []

    def on(self, question: type[Answer]) -> Callable[[Check[Answer]], Check[Answer]]:
        """Register a check that is called once for each answer of the type `question`."""

        def register(check: Check[Answer]) -> Check[Answer]:
            self.checks.append((question, check))
            return check

        return register

    def diagnostic(
        self,
        message: str,
        path: str,
        span: Span,
        *,
        help: str = "",
        chain: tuple[Step, ...] = (),
        routes: tuple[str, ...] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        cause: str = "",
    ) -> Diagnostic:
        """A finding of this rule. `message` ends with the help text when there is one."""
        return Diagnostic(
            code=self.code,
            name=self.name,
            message=message,
            path=path,
            span=span,
            severity=severity or self.severity,
            help=help,
            chain=chain,
            routes=routes,
            confidence=confidence or self.confidence,
            cause=cause,
        )
