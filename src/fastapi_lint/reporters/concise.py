"""One line a finding, in the form that editors and `grep` know."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.reporters.summary import relative_path


def render_concise(diagnostics: Sequence[Diagnostic], *, base: str) -> str:
    """`path:row:column: FAP103 message`; paths as seen from the directory `base`."""
    return "".join(
        f"{relative_path(finding.path, base)}:{finding.span.line}:{finding.span.column}: "
        f"{finding.code} {finding.message}\n"
        for finding in diagnostics
    )
