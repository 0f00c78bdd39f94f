"""The findings as one page for a browser: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import groupby

from fastapi_lint.diagnostics import Diagnostic, Severity, Span
from fastapi_lint.pages import page_url
from fastapi_lint.reporters.html_style import STYLE
from fastapi_lint.reporters.paint import safe
from fastapi_lint.reporters.summary import relative_path
from fastapi_lint.sources import Reader

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_CONTEXT = 2
_ROUTES = 10


def render_html(diagnostics: Sequence[Diagnostic], *, read: Reader, base: str, summary: str) -> str:
    """The counts by rule, then the findings by file, each with its lines; chains can be unfolded.

    `summary` is the sentence on top. Everything but ASCII is written as a reference.
    """
    sections = [
        _file(relative_path(path, base), list(findings), read, base)
        for path, findings in groupby(diagnostics, key=lambda finding: finding.path)
    ]
    # A policy that forbids every load: the page shows text from source files, and nothing in it may run.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>fastapi-lint</title>
<style>
{STYLE}</style>
</head>
<body>
<header>
<h1>fastapi-lint</h1>
<p>{_inline(summary)}</p>
</header>
<main>
{_counts(diagnostics)}{"".join(sections)}</main>
</body>
</html>
"""
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _counts(diagnostics: Sequence[Diagnostic]) -> str:
    if not diagnostics:
        return ""
    counts = Counter((finding.code, finding.name) for finding in diagnostics)
    # Of several severities of a rule the worst one counts.
    by_severity = sorted(diagnostics, key=lambda finding: -_ORDER.index(finding.severity))
    severities = {finding.code: finding.severity for finding in by_severity}
    rows = "".join(
        f'<tr><td><a href="{escape(page_url(code))}">{code}</a></td><td class="number">{number:,}</td>'
        f'<td class="{severities[code].value}">{escape(name)}</td></tr>\n'
        for (code, name), number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    head = '<tr><th scope="col">Rule</th><th scope="col" class="number">Findings</th><th scope="col">Name</th></tr>'
    return f"<table>\n<caption>Findings by rule</caption>\n<thead>{head}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


def _file(path: str, findings: Sequence[Diagnostic], read: Reader, base: str) -> str:
    entries = "".join(_finding(finding, read, base) for finding in findings)
    return f"<section>\n<h2>{_plain(path)}</h2>\n{entries}</section>\n"


def _finding(finding: Diagnostic, read: Reader, base: str) -> str:
    severity = finding.severity.value
    title = (
        f'<h3><span class="badge {severity}">{severity}</span> '
        f'<a href="{escape(page_url(finding.code))}">{finding.code}</a> '
        f'<span class="name">{escape(finding.name)}</span> &middot; '
        f'<span class="place">line {finding.span.line}</span></h3>\n'
    )
    text = (
        title + f"<p>{_inline(finding.message)}</p>\n" + _excerpt(finding.path, finding.span, read, _CONTEXT)
    )
    hops = [step for step in finding.chain if step[:2] != (finding.path, finding.span)]
    if hops:
        steps = "".join(
            f"<li>{_plain(relative_path(step.path, base))}:{step.span.line} in <code>{_plain(step.function)}</code>"
            f"{_excerpt(step.path, step.span, read, 0)}</li>\n"
            for step in hops
        )
        text += f"<details><summary>{_steps(len(hops))}</summary>\n<ol>\n{steps}</ol>\n</details>\n"
    if finding.routes:
        named = ", ".join(f"<code>{_plain(route)}</code>" for route in finding.routes[:_ROUTES])
        more = f" and {len(finding.routes) - _ROUTES:,} more" if len(finding.routes) > _ROUTES else ""
        text += f'<p class="routes">Reached by {named}{more}</p>\n'
    return f'<article class="{severity}">\n{text}</article>\n'


def _steps(number: int) -> str:
    return "The chain: 1 step" if number == 1 else f"The chain: {number} steps"


def _excerpt(path: str, span: Span, read: Reader, context: int) -> str:
    lines = read(path)
    if not 1 <= span.line <= len(lines):
        return ""
    rows = []
    first, last = max(1, span.line - context), min(len(lines), span.line + context)
    while first < span.line and not lines[first - 1].strip():
        first += 1
    while last > span.line and not lines[last - 1].strip():
        last -= 1
    for number in range(first, last + 1):
        line = lines[number - 1].rstrip("\r\n")
        if number == span.line:
            end = span.end_column - 1 if span.end_line == span.line else len(line)
            start = span.column - 1
            shown = f"{_plain(line[:start])}<mark>{_plain(line[start:end])}</mark>{_plain(line[end:])}"
        else:
            shown = _plain(line)
        rows.append(f'<span class="line">{number:>5}</span>  {shown}\n')
    return f"<pre>{''.join(rows)}</pre>\n"


def _inline(text: str) -> str:
    """Text with its `code` in code elements."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(
        f"<code>{_plain(part)}</code>" if position % 2 else _plain(part)
        for position, part in enumerate(parts)
    )


def _plain(text: str) -> str:
    """Text that the page shows as it is. What turns text around or cannot be encoded is replaced."""
    return escape(safe(text).encode("utf-8", "replace").decode("utf-8"))
