"""A finding with its source and its chain, for a reader at a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from fastapi_lint.diagnostics import Diagnostic, Severity, Span, Step
from fastapi_lint.pages import page_url
from fastapi_lint.reporters.excerpt import Styles, excerpt, safe
from fastapi_lint.reporters.summary import relative_path
from fastapi_lint.sources import Reader

_SEVERITY_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold cyan",
}
_GUTTER = "blue"
_NOTE = "bold cyan"
_ROUTES_NAMED = 3
_CONTEXT = 2
_BLOCKING = "FAP1"


def render_full(
    diagnostics: Sequence[Diagnostic], *, read: Reader, base: str, width: int = 80, color: bool = False
) -> str:
    """The findings, an empty line after each. `read` gives a file's lines; paths are seen from `base`."""
    text = Text()
    for diagnostic in diagnostics:
        text.append_text(_finding(diagnostic, read, base, width))
        text.append("\n")
    if not color:
        return text.plain
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=True, color_system="standard", no_color=False, highlight=False
    )
    console.print(text, soft_wrap=True, end="")
    return stream.getvalue()


def _finding(finding: Diagnostic, read: Reader, base: str, width: int) -> Text:
    style = _SEVERITY_STYLES[finding.severity]
    hops = [step for step in finding.chain if step[:2] != (finding.path, finding.span)]
    last_line = max(span.line for span in (finding.span, *(step.span for step in hops)))
    gutter = len(str(last_line + _CONTEXT))

    text = Text()
    text.append(finding.code, style)
    text.append(f" {finding.severity.value}[{finding.name}]", style)
    text.append(
        _wrapped(": " + _without_help(finding), width, used=len(text.plain), indent="  ") + "\n", "bold"
    )
    text.append_text(_frame(finding.path, finding.span, read, base, width, gutter, _CONTEXT, style))
    for step in hops:
        text.append("note", _NOTE)
        text.append(_wrapped(": " + _role(finding, step), width, used=4, indent="      ") + "\n", "bold")
        text.append_text(_frame(step.path, step.span, read, base, width, gutter, 0, _NOTE))
    remarks = [
        ("help", finding.help),
        ("reached by", _reached_by(finding.routes)),
        ("", page_url(finding.code)),
    ]
    for title, remark in remarks:
        if remark:
            text.append(f"{'':>{gutter}} = ", _GUTTER)
            head = f"{title}: " if title else ""
            text.append(head, "bold")
            indent = " " * (gutter + 3 + len(head))
            text.append(_wrapped(remark, width, used=gutter + 3 + len(head), indent=indent) + "\n")
    return text


def _frame(
    path: str, span: Span, read: Reader, base: str, width: int, gutter: int, context: int, caret: str
) -> Text:
    text = Text()
    text.append(f"{'':>{gutter}}--> ", _GUTTER)
    text.append(f"{safe(relative_path(path, base))}:{span.line}:{span.column}\n")
    styles = Styles(gutter=_GUTTER, caret=caret)
    text.append_text(excerpt(read(path), span, context=context, gutter=gutter, width=width, styles=styles))
    return text


def _role(finding: Diagnostic, step: Step) -> str:
    """What a step of the chain says about itself."""
    if not finding.code.startswith(_BLOCKING):
        return safe(step.text)
    what = "blocks here" if step == finding.chain[-1] else "called from here"
    return f"{what}, in `{safe(step.function)}`" if step.function else what


def _without_help(finding: Diagnostic) -> str:
    """The message without the advice at its end, which has its own line."""
    message = safe(finding.message)
    if finding.help and message.endswith(finding.help):
        return message.removesuffix(finding.help).rstrip(" ;:,-")
    return message


def _reached_by(routes: Sequence[str]) -> str:
    named = ", ".join(safe(route) for route in routes[:_ROUTES_NAMED])
    more = len(routes) - _ROUTES_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _wrapped(text: str, width: int, *, used: int, indent: str) -> str:
    """The text broken at blanks into lines of `width` cells; the first has `used` cells taken already."""
    lines: list[str] = []
    line = ""
    room = width - used
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if line and cell_len(candidate) > room:
            lines.append(line)
            line, room = word, width - len(indent)
        else:
            line = candidate
    lines.append(line)
    return ("\n" + indent).join(lines)
