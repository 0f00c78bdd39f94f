"""Findings with their source and their chains, for a reader at a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

from fastapi_lint.diagnostics import Diagnostic, Severity, Span, Step
from fastapi_lint.pages import page_url
from fastapi_lint.reporters import paint as styles
from fastapi_lint.reporters.causes import by_cause, routes_of
from fastapi_lint.reporters.excerpt import excerpt
from fastapi_lint.reporters.paint import Paint, safe
from fastapi_lint.reporters.summary import count, relative_path
from fastapi_lint.sources import Reader

_SEVERITY_STYLES = {
    Severity.ERROR: styles.ERROR,
    Severity.WARNING: styles.WARNING,
    Severity.INFO: styles.INFO,
}
_ROUTES_NAMED = 3
_PLACES_NAMED = 10
_CONTEXT = 2
_BLOCKING = "FAP1"
_UNBROKEN = re.compile(r"(?:`[^`]*`|\S)+")


def render_full(
    diagnostics: Sequence[Diagnostic],
    *,
    read: Reader,
    base: str,
    width: int = 80,
    color: bool = False,
    links: bool = False,
) -> str:
    """The findings, an empty line after each. `read` gives a file's lines; paths are seen from `base`.

    Several findings with one cause are told as one, with the list of the places that it is reached from.
    """
    page = _Page(read, base, width, Paint(color=color, links=links))
    return "".join(f"{page.finding(group)}\n" for group in by_cause(diagnostics))


class _Page:
    """Where all findings are drawn: the same sources, width and colors."""

    def __init__(self, read: Reader, base: str, width: int, paint: Paint) -> None:
        self._read = read
        self._base = base
        self._width = width
        self._paint = paint

    def finding(self, group: Sequence[Diagnostic]) -> str:
        """One finding, or several with the same cause."""
        first = group[0]
        if len(group) == 1:
            hops = [step for step in first.chain if step[:2] != (first.path, first.span)]
            spans = [first.span, *(step.span for step in hops)]
        else:
            hops, spans = [], [first.chain[-1].span]
        gutter = len(str(max(span.line for span in spans) + _CONTEXT))
        style = _SEVERITY_STYLES[first.severity]
        text = self._head(first, _without_help(first) if len(group) == 1 else safe(first.cause), style)
        if len(group) == 1:
            text += self._frame(first.path, first.span, gutter, _CONTEXT, style)
            for step in hops:
                text += self._note(_role(first, step)) + self._frame(
                    step.path, step.span, gutter, 0, styles.NOTE
                )
        else:
            sink = first.chain[-1]
            text += self._frame(sink.path, sink.span, gutter, _CONTEXT, style, label=_role(first, sink))
            text += self._places(group)
        return text + self._remarks(group, gutter)

    def _head(self, finding: Diagnostic, message: str, style: str) -> str:
        code, kind = finding.code, f" {finding.severity.value}[{finding.name}]"
        title = self._paint.link(code, style, page_url(code)) + self._paint(kind, style)
        return title + self._bold(": " + message, used=cell_len(code + kind), indent="  ")

    def _note(self, text: str) -> str:
        return self._paint("note", styles.NOTE) + self._bold(": " + text, used=4, indent="      ")

    def _bold(self, text: str, *, used: int, indent: str) -> str:
        return self._paint(_wrapped(text, self._width, used=used, indent=indent), styles.BOLD) + "\n"

    def _frame(self, path: str, span: Span, gutter: int, context: int, caret: str, *, label: str = "") -> str:
        arrow = self._paint(f"{'':>{gutter}}--> ", styles.GUTTER)
        return f"{arrow}{self._place(path, span)}\n" + excerpt(
            self._read(path),
            span,
            context=context,
            gutter=gutter,
            width=self._width,
            caret=caret,
            label=label,
            paint=self._paint,
        )

    def _place(self, path: str, span: Span) -> str:
        return f"{safe(relative_path(path, self._base))}:{span.line}:{span.column}"

    def _places(self, group: Sequence[Diagnostic]) -> str:
        """The places that one cause is reached from, under the way out where they have different ones."""
        text = self._note(f"reached from {count(len(group), 'place')} on the event loop")
        shown = group[:_PLACES_NAMED]
        ways_out = list(dict.fromkeys(map(_way_out, shown)))
        for way_out in ways_out:
            indent = "  "
            if len(ways_out) > 1:
                indent = "    "
                if way_out:
                    advice = _wrapped(way_out, self._width, used=8, indent=" " * 8)
                    text += f"  {self._paint('help: ', styles.BOLD)}{advice}\n"
            for finding in shown:
                if _way_out(finding) == way_out:
                    line = f"{self._place(finding.path, finding.span)}{_way(finding)}"
                    used = len(indent)
                    text += indent + _wrapped(line, self._width, used=used, indent=" " * (used + 4)) + "\n"
        if len(group) > len(shown):
            text += f"  and {len(group) - len(shown)} more: `--output-format concise` lists all of them\n"
        return text

    def _remarks(self, group: Sequence[Diagnostic], gutter: int) -> str:
        first = group[0]
        advice = safe(first.help) if len(group) == 1 else _way_out(first)
        told = len({_way_out(finding) for finding in group[:_PLACES_NAMED]}) > 1
        remarks = [
            ("help", "" if told else advice),
            ("reached by", _reached_by(routes_of(group))),
            ("", "" if self._paint.links else page_url(first.code)),
        ]
        text = ""
        for title, remark in remarks:
            if remark:
                head = f"{title}: " if title else ""
                used = gutter + 3 + len(head)
                text += self._paint(f"{'':>{gutter}} = ", styles.GUTTER) + self._paint(head, styles.BOLD)
                text += _wrapped(remark, self._width, used=used, indent=" " * used) + "\n"
        return text


def _way(finding: Diagnostic) -> str:
    """How a place leads to the end of its chain: in which function it stands and through which it goes."""
    here, *between = [safe(step.function) for step in _chain_from(finding)[:-1]] or [""]
    way = f" in `{here}`" if here else ""
    through = ", ".join(f"`{function.rpartition('.')[2]}`" for function in between if function)
    return f"{way}, through {through}" if through else way


def _way_out(finding: Diagnostic) -> str:
    """The advice, with the name of the function that it stands in left out: so it fits several places."""
    function = _chain_from(finding)[0].function.rpartition(".")[2] if finding.chain else ""
    return safe(finding.help.replace(f"`{function}`", "this function")) if function else safe(finding.help)


def _chain_from(finding: Diagnostic) -> Sequence[Step]:
    """The chain from where the finding is reported; that is not always its beginning."""
    places = [step[:2] for step in finding.chain]
    here = (finding.path, finding.span)
    return finding.chain[places.index(here) :] if here in places else finding.chain


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
    """The text broken at blanks into lines of `width` cells; the first has `used` cells taken already.

    A code span is broken only when it is longer than a line.
    """
    words: list[str] = []
    for word in _UNBROKEN.findall(text):
        words += [word] if cell_len(word) <= width - len(indent) else word.split(" ")
    lines: list[str] = []
    line = ""
    room = width - used
    for word in words:
        candidate = f"{line} {word}" if line else word
        if line and cell_len(candidate) > room:
            lines.append(line)
            line, room = word, width - len(indent)
        else:
            line = candidate
    lines.append(line)
    return ("\n" + indent).join(lines)
