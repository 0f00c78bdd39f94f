"""A page in Markdown, for the summary of a CI job or a comment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from fastapi_lint.diagnostics import Diagnostic, Severity, Span
from fastapi_lint.pages import page_url
from fastapi_lint.reporters.causes import by_cause, routes_of
from fastapi_lint.reporters.summary import count, relative_path

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_MARKS = {Severity.ERROR: "🔴 error", Severity.WARNING: "🟡 warning", Severity.INFO: "🔵 info"}
_MOST = 900_000
"""GitHub takes a summary of at most a mebibyte for each step."""
_ROUTES = 3
_PLACES = 20


def render_markdown(diagnostics: Sequence[Diagnostic], *, base: str, summary: str, source: str = "") -> str:
    """The counts by rule, then the findings, the worst first; one entry for findings with one cause.

    `summary` is the sentence on top; `source` the address that file names are appended to, if they shall be links.
    """
    parts = ["# fastapi-lint\n\n", f"{_text(summary)}\n\n"]
    if diagnostics:
        parts += ["| rule | findings | name |\n|---|---:|---|\n"]
        counts = Counter((finding.code, finding.name) for finding in diagnostics)
        for (code, name), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            parts.append(f"| [{code}]({page_url(code)}) | {number} | {name} |\n")
    left = _MOST - sum(map(len, parts))
    groups = sorted(by_cause(diagnostics), key=lambda group: _ORDER.index(group[0].severity))
    severity = None
    for position, group in enumerate(groups):
        entry = "" if group[0].severity is severity else f"\n## {_MARKS[group[0].severity]}\n\n"
        severity = group[0].severity
        entry += _entry(group, base, source)
        left -= len(entry.encode("utf-8", "replace"))
        if left < 0:
            missing = sum(len(one) for one in groups[position:])
            parts.append(f"\n…and {count(missing, 'more finding')}: too many for one page.\n")
            break
        parts.append(entry)
    return "".join(parts)


def _entry(group: Sequence[Diagnostic], base: str, source: str) -> str:
    first = group[0]
    code = f"[{first.code}]({page_url(first.code)})"
    routes = _routes(routes_of(group))
    if len(group) == 1:
        text = f"- **{_place(first.path, first.span, base, source)}** {code} {_text(first.message)}{routes}\n"
        hops = [step for step in first.chain if step[:2] != (first.path, first.span)]
        for step in hops:
            text += f"  - {_place(step.path, step.span, base, source)} in {_code(step.function)}: {_code(step.text)}\n"
        return text
    sink = first.chain[-1]
    place = _place(sink.path, sink.span, base, source)
    text = f"- **{place}** {code} {_text(first.cause)}; reached from {len(group)} places{routes}\n"
    for finding in group[:_PLACES]:
        here = finding.chain[0].function
        advice = f": {_text(finding.help)}" if finding.help else ""
        text += f"  - {_place(finding.path, finding.span, base, source)} in {_code(here)}{advice}\n"
    if len(group) > _PLACES:
        text += f"  - and {len(group) - _PLACES} more places\n"
    return text


def _place(path: str, span: Span, base: str, source: str) -> str:
    relative = relative_path(path, base).replace("\\", "/")
    shown = f"{_text(relative)}:{span.line}"
    if not source or relative == path:
        return shown
    target = quote(relative.encode("utf-8", "surrogateescape"))
    return f"[{shown}]({source}/{target}#L{span.line})"


def _routes(routes: Sequence[str]) -> str:
    if not routes:
        return ""
    named = ", ".join(_code(route) for route in routes[:_ROUTES])
    more = f" and {len(routes) - _ROUTES} more" if len(routes) > _ROUTES else ""
    return f"<br>reached by {named}{more}"


def _code(text: str) -> str:
    """A code span; backquotes inside ask for more of them outside."""
    text = " ".join(text.split()) or " "
    fence = "``" if "`" in text else "`"
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _text(text: str) -> str:
    """Text outside of code spans with what Markdown would obey taken back; code spans stay as they are."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # an odd number of backquotes: none of them opens a span
        parts = ["\\`".join(parts)]
    for position in range(0, len(parts), 2):
        part = parts[position].replace("\\", "\\\\") if len(parts) > 1 else parts[position]
        for mark in "*_[]<|#":
            part = part.replace(mark, f"\\{mark}")
        parts[position] = part
    return "`".join(parts)
