"""FAP001: file-not-readable."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.facts.unreadable import Unreadable
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP001",
    name="file-not-readable",
    summary="A file that cannot be read or parsed is not checked.",
    since="0.1.0",
)


@rule.on(Unreadable)
def check(file: Unreadable) -> Iterator[Diagnostic]:
    advice = "mend the file or exclude it; nothing in it is checked"
    yield rule.diagnostic(
        f"this file cannot be read: {file.reason}; {advice}", file.path, file.span, help=advice
    )
