"""One line a finding, in the form that editors and `grep` know; and the same under a heading for each file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.pages import page_url
from fastapi_lint.reporters import paint as styles
from fastapi_lint.reporters.paint import Paint
from fastapi_lint.reporters.summary import relative_path

_STYLES = {Severity.ERROR: styles.ERROR, Severity.WARNING: styles.WARNING, Severity.INFO: styles.INFO}


def render_concise(
    diagnostics: Sequence[Diagnostic], *, base: str, color: bool = False, links: bool = False
) -> str:
    """`path:row:column: FAP103 message`; paths as seen from the directory `base`."""
    paint = Paint(color=color, links=links)
    return "".join(
        f"{paint(relative_path(finding.path, base), styles.PLACE)}:{finding.span.line}:{finding.span.column}: "
        f"{_code(finding, paint)} {finding.message}\n"
        for finding in diagnostics
    )


def render_grouped(
    diagnostics: Sequence[Diagnostic], *, base: str, color: bool = False, links: bool = False
) -> str:
    """The path on a line, then `row:column FAP103 message` for each of its findings, then an empty line."""
    paint = Paint(color=color, links=links)
    text = ""
    for path, findings in groupby(diagnostics, key=lambda finding: finding.path):
        rows = [(f"{one.span.line}:{one.span.column}", one) for one in findings]
        width = max(len(place) for place, _ in rows)
        text += f"{paint(relative_path(path, base), styles.PLACE)}:\n"
        text += "".join(f"  {place:<{width}}  {_code(one, paint)} {one.message}\n" for place, one in rows)
        text += "\n"
    return text


def _code(finding: Diagnostic, paint: Paint) -> str:
    return paint.link(finding.code, _STYLES[finding.severity], page_url(finding.code))
