"""An audit as one HTML file that loads nothing.

The text of the analysed code comes in twice: escaped in the markup, and as JSON in a script element that no browser
executes, with every character escaped that could end that element. The page's script shows it as text only. A content
security policy allows the page's own style and script, by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from fastapi_lint.diagnostics import Severity
from fastapi_lint.reporters.audit.causes import blocked_routes, freed_routes
from fastapi_lint.reporters.audit.document import as_document
from fastapi_lint.reporters.audit.model import FAMILIES, Audit, FamilyScore, Moment, Score, Trend
from fastapi_lint.reporters.audit.score import EXPLANATION

_ASSETS = Path(__file__).parent / "assets"
_SCRIPTS = ("base.js", "lists.js", "findings.js", "picture.js", "start.js")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_CIRCLE = 2 * 3.14159265 * 70
_FIRST = 3
_GONE_SHOWN = 30
_CHART_WIDTH, _CHART_HEIGHT = 560, 200
_GOOD, _FAIR = 85, 60
# `<` ends a script element, `&` may start a character reference in XHTML, and old parsers end lines at the last two.
_UNSAFE = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def render_page(audit: Audit) -> str:
    """The whole page."""
    style = _asset("style.css")
    script = '"use strict";\n(() => {\n' + "".join(_asset(name) for name in _SCRIPTS) + "})();\n"
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    values = {
        "policy": policy,
        "style": style,
        "script": script,
        "data": _data(audit),
        "version": escape(audit.version),
        "project": escape(audit.project),
        "headline": _headline(audit),
        "lead": _lead(audit),
        "ring": _ring(audit.overall),
        "tiles": _tiles(audit),
        "families": "".join(_family(one) for one in audit.families),
        "trend": _trend(audit.trend) if audit.trend is not None else "",
        "causes": _causes(audit),
        "explanation": escape(EXPLANATION),
        "when": escape(f" on {audit.created[:10]}") if audit.created else "",
    }
    # One pass: what is filled in is not looked through for placeholders.
    return _PLACEHOLDER.sub(lambda match: values[match[1]], _asset("page.html"))


def _data(audit: Audit) -> str:
    graph = audit.graph
    document = as_document(audit) | {
        "lines": audit.lines,
        "graph": {"nodes": graph.nodes, "edges": graph.edges, "entries": graph.entries},
    }
    return json.dumps(document, separators=(",", ":")).translate(_UNSAFE)


@cache
def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# --- the overview --------------------------------------------------------------------------------


def _headline(audit: Audit) -> str:
    if not audit.routes:
        return "No routes found" if audit.open else "Nothing found"
    if not audit.open and audit.findings:
        return f"No open findings in {_count(len(audit.routes), 'route')}"
    if not audit.open:
        return f"Nothing found in {_count(len(audit.routes), 'route')}"
    reached = {route for one in audit.open for route in one.routes}
    free = len(audit.routes) - len(reached)
    if (free, len(audit.routes)) == (0, 1):
        return "The only route has findings"
    verb = "is" if free == 1 else "are"
    return f"{free or 'None'} of {_count(len(audit.routes), 'route')} {verb} free of findings"


def _lead(audit: Audit) -> str:
    errors = sum(route.errors > 0 for route in audit.routes)
    parts = [f"An error reaches {_count(errors, 'route')}." if errors else "No error reaches a route."]
    if any(one.everywhere for one in audit.open):
        parts.append(
            "What every request passes (middleware, dependencies of the application) has findings of its own."
        )
    if audit.sinks:
        first = min(_FIRST, len(audit.sinks))
        blocked = blocked_routes(audit)
        if blocked:
            parts.append(
                f"Calls that block the event loop are within reach of {_count(blocked, 'route')}; mending the first "
                f"{'cause' if first == 1 else f'{first} causes'} would free {freed_routes(audit, first):,} of them."
            )
    if not audit.routes:
        parts = ["Without routes there is no score; the findings are below."]
    silenced = len(audit.findings) - len(audit.open)
    if silenced:
        verb = "is" if silenced == 1 else "are"
        told = f"{_count(silenced, 'finding')} {verb} silenced by a comment, a setting or a baseline"
        parts.append(f"{told} and {verb} not counted.")
    return escape(" ".join(parts))


def _ring(score: Score) -> str:
    value = score.value
    filled = _CIRCLE * (value or 0) / 100
    label = "no score" if value is None else f"Score {value} of 100"
    arc = (
        f'<circle class="stroke-{_grade(value)}" cx="84" cy="84" r="70" fill="none" stroke-width="14" '
        f'stroke-linecap="round" stroke-dasharray="{filled:.1f} {_CIRCLE:.1f}" transform="rotate(-90 84 84)"/>'
        if value
        else ""
    )
    return (
        f'<svg class="ring" viewBox="0 0 168 168" role="img" aria-label="{label}">'
        f'<circle class="track" cx="84" cy="84" r="70" fill="none" stroke-width="14"/>{arc}'
        f'<text x="84" y="92" text-anchor="middle" font-size="46" font-weight="680">{_or_dash(value)}</text>'
        '<text class="of" x="84" y="114" text-anchor="middle" font-size="14">of 100</text></svg>'
    )


def _tiles(audit: Audit) -> str:
    silenced = len(audit.findings) - len(audit.open)
    tiles = [
        ("is-error", "errors", audit.count(Severity.ERROR)),
        ("is-warning", "warnings", audit.count(Severity.WARNING)),
        ("", "routes", len(audit.routes)),
        ("", "files", audit.files),
    ]
    if audit.count(Severity.INFO):
        tiles.insert(2, ("", "remarks", audit.count(Severity.INFO)))
    if silenced:
        tiles.append(("", "silenced findings", silenced))
    return "".join(
        f'<div class="{kind}"><dt>{name}</dt><dd>{number:,}</dd></div>' for kind, name, number in tiles
    )


def _family(one: FamilyScore) -> str:
    name = escape(FAMILIES[one.family])
    score = one.score
    counts = f"{_count(one.errors, 'error')}, {_count(one.warnings, 'warning')}"
    if one.infos:
        counts += f", {_count(one.infos, 'remark')}"
    total = one.errors + one.warnings + one.infos
    shown = (
        f'<button type="button" class="link" data-family="{one.family}">Show '
        f'<span class="hidden">the findings of {name}</span></button>'
        if total
        else ""
    )
    return (
        f'<li><h3>{name} <span class="value">{_or_dash(score.value)}</span></h3>{_share(score)}'
        f"<p>{counts if total else 'nothing found'} {shown}</p></li>"
    )


def _share(score: Score) -> str:
    label = f"{score.clean:,} clean, {score.warned:,} with warnings only, {score.harmed:,} with errors"
    left, bars = 0.0, []
    for kind, number in (
        ("fill-good", score.clean),
        ("fill-warned", score.warned),
        ("fill-harmed", score.harmed),
    ):
        width = 100 * number / score.units if score.units else 0.0
        bars.append(f'<rect class="{kind}" x="{left:.2f}" y="0" width="{width:.2f}" height="8"/>')
        left += width
    return (
        f'<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f"<title>{label}</title>{''.join(bars)}</svg>"
    )


def _causes(audit: Audit) -> str:
    if not audit.sinks:
        return "Nothing that blocks the event loop was found."
    number = len(audit.sinks)
    return escape(
        f"{_count(number, 'call')} at the end of the chains of FAP1 findings, whoever reaches "
        f"{'it' if number == 1 else 'them'}. “Sole cause” counts the routes that nothing else blocks: what mending "
        "this one line alone would free."
    )


# --- the trend -----------------------------------------------------------------------------------


def _trend(trend: Trend) -> str:
    earlier, now = trend.moments[-2:]
    before = dict(earlier.families)
    rows = [("Score", earlier.overall, now.overall)]
    rows += [(FAMILIES.get(family, family), before.get(family), value) for family, value in now.families]
    deltas = "".join(
        f"<li><span>{escape(name)}</span><span>{_or_dash(old)} → <strong>{_or_dash(new)}</strong> {_delta(old, new)}</span></li>"
        for name, old, new in rows
    )
    since = f" since {escape(earlier.created[:10])}" if earlier.created else ""
    fixed = "".join(
        f"<li>{escape(one.code)} <code>{escape(one.path)}:{one.line}</code> {escape(one.message)}</li>"
        for one in trend.fixed[:_GONE_SHOWN]
    )
    if len(trend.fixed) > _GONE_SHOWN:
        fixed += f"<li>and {len(trend.fixed) - _GONE_SHOWN:,} more</li>"
    gone = f'<details><summary>What is gone</summary><ul class="gone">{fixed}</ul></details>' if fixed else ""
    return (
        '<section id="trend" aria-labelledby="trend-title">'
        f'<h2 id="trend-title">Changes{since}</h2>'
        f'<p class="intro">{_count(len(trend.new), "new finding")}, {len(trend.fixed):,} fixed, {trend.kept:,} still '
        "there. New ones are marked in the list of findings, which can show them alone (status “new”).</p>"
        f'<div class="trend">{_chart(trend.moments)}<div><ul class="deltas">{deltas}</ul>{gone}</div></div></section>'
    )


def _delta(old: int | None, new: int | None) -> str:
    if old is None or new is None or old == new:
        return ""
    sign, kind, word = ("+", "up", "better") if new > old else ("−", "down", "worse")
    return f'<span class="{kind}">{sign}{abs(new - old)}<span class="hidden"> {word}</span></span>'


def _chart(moments: Sequence[Moment]) -> str:
    """The overall score over time, one even step for each audit."""
    known = [(position, one) for position, one in enumerate(moments) if one.overall is not None]
    left, right, top, bottom = 34, 14, 14, 28
    step = (_CHART_WIDTH - left - right) / max(1, len(moments) - 1)

    def spot(position: int, value: int) -> tuple[float, float]:
        return left + position * step, top + (_CHART_HEIGHT - top - bottom) * (100 - value) / 100

    axis = ""
    for value in (0, 50, 100):
        _, y = spot(0, value)
        axis += (
            f'<line class="axis" x1="{left}" x2="{_CHART_WIDTH - right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{value}</text>'
        )
    points = [(*spot(position, one.overall or 0), one) for position, one in known]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(one.created[:10])}: {one.overall}</title></circle>'
        for x, y, one in points
    )
    ends = ""
    for (position, one), anchor in zip(
        (known[:1] + known[-1:]) if len(known) > 1 else [], ("start", "end"), strict=False
    ):
        x, _ = spot(position, 0)
        ends += f'<text x="{x:.1f}" y="{_CHART_HEIGHT - 8}" text-anchor="{anchor}">{escape(one.created[:10])}</text>'
    spoken = ", ".join(_or_dash(one.overall) for one in moments)
    return (
        f'<svg class="trend-chart" viewBox="0 0 {_CHART_WIDTH} {_CHART_HEIGHT}" role="img" '
        f'aria-label="Score of the last {len(moments)} audits: {spoken}">{axis}<polyline points="{line}"/>{dots}{ends}</svg>'
    )


def _grade(value: int | None) -> str:
    if value is None or value < _FAIR:
        return "poor"
    return "good" if value >= _GOOD else "fair"


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
