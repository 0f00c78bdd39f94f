"""An audit as Markdown for an issue tracker: what matters, short enough to be read there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fastapi_lint.diagnostics import Severity
from fastapi_lint.reporters.audit.causes import blocked_routes, freed_routes
from fastapi_lint.reporters.audit.model import FAMILIES, Audit, Finding, RouteRow, Score
from fastapi_lint.reporters.audit.score import EXPLANATION

_ROUTES = 10
_SINKS = 10
_FINDINGS = 200
_FIRST = 3
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|&~@$])")


def render_markdown(audit: Audit) -> str:
    """The audit in GitHub's Markdown; everything from the code is escaped."""
    return "\n".join(
        [
            f"# FastAPI audit of {_text(audit.project)}",
            "",
            _summary(audit),
            "",
            *_trend(audit),
            *_families(audit),
            *_sinks(audit),
            *_routes(audit),
            *_findings(audit),
            "## How the score is computed",
            "",
            EXPLANATION,
            "",
        ]
    )


def _summary(audit: Audit) -> str:
    score = (
        "no score, since no route was found"
        if audit.overall.value is None
        else f"**{audit.overall.value} of 100**"
    )
    silenced = len(audit.findings) - len(audit.open)
    when = f" on {audit.created[:10]}" if audit.created else ""
    return (
        f"Score: {score}. {_count(len(audit.open), 'open finding')} ({_count(audit.count(Severity.ERROR), 'error')}, "
        f"{_count(audit.count(Severity.WARNING), 'warning')}), {silenced:,} silenced, in {_count(audit.files, 'file')} "
        f"with {_count(len(audit.routes), 'route')}. fastapi-lint {audit.version}{when}."
    )


def _trend(audit: Audit) -> list[str]:
    trend = audit.trend
    if trend is None:
        return []
    earlier, now = trend.moments[-2:] if len(trend.moments) > 1 else (trend.moments[0], trend.moments[0])
    since = f" since {earlier.created[:10]}" if earlier.created else ""
    return [
        f"## Changes{since}",
        "",
        f"Score {_or_dash(earlier.overall)} → {_or_dash(now.overall)}; "
        f"{len(trend.new):,} new, {len(trend.fixed):,} fixed, {trend.kept:,} still there.",
        "",
    ]


def _families(audit: Audit) -> list[str]:
    rows = [
        (
            FAMILIES[one.family],
            _value(one.score),
            f"{one.score.clean:,} of {one.score.units:,}",
            f"{one.errors:,}",
            f"{one.warnings:,}",
        )
        for one in audit.families
    ]
    return ["## Score by family", "", *_table(("family", "score", "clean", "errors", "warnings"), rows), ""]


def _sinks(audit: Audit) -> list[str]:
    if not audit.sinks:
        return []
    rows = [
        (
            _code(sink.text),
            _code(f"{sink.path}:{sink.span.line}"),
            sink.code,
            f"{len(sink.routes):,}",
            f"{sink.alone:,}",
        )
        for sink in audit.sinks[:_SINKS]
    ]
    first = min(_FIRST, len(audit.sinks))
    return [
        "## What blocks most routes",
        "",
        f"{_count(len(audit.sinks), 'call')} block{'s' if len(audit.sinks) == 1 else ''} "
        f"{_count(blocked_routes(audit), 'route')}. Mending {'it' if len(audit.sinks) == 1 else f'the first {first}'} "
        f"leaves {freed_routes(audit, first):,} of these with nothing that blocks.",
        "",
        *_table(("call", "where", "rule", "routes", "sole cause of"), rows),
        *_more(len(audit.sinks) - _SINKS),
        "",
    ]


def _routes(audit: Audit) -> list[str]:
    ranked = ranking(audit.routes)
    if not ranked:
        return []
    rows = [
        (_code(route.label), _code(f"{route.path}:{route.line}"), f"{route.errors:,}", f"{route.warnings:,}")
        for route in ranked[:_ROUTES]
    ]
    return [
        "## Routes ranked by harm",
        "",
        *_table(("route", "where", "errors", "warnings"), rows),
        *_more(len(ranked) - _ROUTES),
        "",
    ]


def ranking(routes: Iterable[RouteRow]) -> list[RouteRow]:
    """The routes that something harms, the worst first."""
    harmed = [route for route in routes if route.errors or route.warnings or route.infos]
    return sorted(harmed, key=lambda route: (-route.harm, -route.infos, route.label))


def _findings(audit: Audit) -> list[str]:
    if not audit.open:
        return ["No open findings.", ""]
    lines = ["## Findings", ""]
    shown = 0
    for family, name in {"0": "The tool itself", **FAMILIES}.items():
        own = [one for one in audit.open if one.code.startswith(f"FAP{family}")]
        if not own:
            continue
        room = max(0, _FINDINGS - shown)
        shown += len(own[:room])
        lines += [f"<details><summary>{name}: {len(own):,}</summary>", ""]
        lines += [_finding(one) for one in own[:room]]
        lines += [*_more(len(own) - room), "", "</details>", ""]
    return lines


def _finding(finding: Finding) -> str:
    reached = f" ({len(finding.routes):,} routes)" if len(finding.routes) > 1 else ""
    return (
        f"- [ ] **{finding.code}** {finding.severity.value} {_code(f'{finding.path}:{finding.span.line}')}{reached}: "
        f"{_message(finding.message)}"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *["| " + " | ".join(row) + " |" for row in rows]]


def _more(number: int) -> list[str]:
    return ["", f"… and {number:,} more"] if number > 0 else []


def _value(score: Score) -> str:
    return _or_dash(score.value)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _text(text: str) -> str:
    """The text without anything that Markdown or HTML would obey."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """The text as a code span; inside of one only backticks, and in a table bars, mean something."""
    text = " ".join(text.split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _message(message: str) -> str:
    """A message with its names in backticks as code spans and all the rest escaped."""
    parts = message.split("`")
    if len(parts) % 2 == 0:  # a name that holds a backtick itself
        return _text(message)
    return "".join(
        (_code(part) if part.strip() else "") if position % 2 else _inline(part)
        for position, part in enumerate(parts)
    )


def _inline(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
