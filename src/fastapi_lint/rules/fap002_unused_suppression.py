"""FAP002: unused-suppression."""

from __future__ import annotations

from fastapi_lint.diagnostics import Diagnostic, Severity, Span
from fastapi_lint.rules.rule import Rule

# No question is asked of the analysis: what a comment silences is known when everything else has been found.
rule = Rule(
    code="FAP002",
    name="unused-suppression",
    summary="A comment accepts a finding that is not there.",
    since="0.2.0",
    severity=Severity.WARNING,
    default=False,
)


def report(code: str, path: str, span: Span, *, is_known: bool) -> Diagnostic:
    """The finding for the `code` that a comment names in vain; `is_known` when there is such a rule."""
    advice = f"remove `{code}` from the comment"
    if is_known:
        return rule.diagnostic(
            f"nothing on this line and no chain through it is found by `{code}`; {advice}",
            path,
            span,
            help=advice,
        )
    if code != code.upper() and rule.code[:3] == code[:3].upper():
        advice = f"write `{code.upper()}`"
        return rule.diagnostic(
            f"`{code}` silences nothing, for codes are in capitals; {advice}", path, span, help=advice
        )
    return rule.diagnostic(f"no rule has the code `{code}`; {advice}", path, span, help=advice)
