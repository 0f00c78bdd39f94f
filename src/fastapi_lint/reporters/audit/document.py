"""An audit as JSON, which a later audit reads again, and the comparison with an earlier one."""

from __future__ import annotations

import json
from typing import Any

from fastapi_lint.diagnostics import Severity, Span
from fastapi_lint.reporters.audit.model import (
    FAMILIES,
    OPEN,
    Audit,
    Finding,
    Gone,
    Moment,
    Score,
    Sink,
    Trend,
    family_of,
)

SCHEMA = 1


class DocumentError(Exception):
    """A text is no audit's JSON; one line says why."""


def render_json(audit: Audit) -> str:
    """The audit as an indented JSON document."""
    return json.dumps(as_document(audit), indent=2) + "\n"


def as_document(audit: Audit) -> dict[str, Any]:
    """The audit as what `json` writes."""
    trend = audit.trend
    return {
        "schema": SCHEMA,
        "tool": {"name": "fastapi-lint", "version": audit.version},
        "project": audit.project,
        "created": audit.created,
        "summary": {
            "files": audit.files,
            "routes": len(audit.routes),
            "findings": len(audit.open),
            "errors": audit.count(Severity.ERROR),
            "warnings": audit.count(Severity.WARNING),
            "infos": audit.count(Severity.INFO),
            "silenced": len(audit.findings) - len(audit.open),
        },
        "score": {
            "overall": _score(audit.overall),
            "families": [
                {
                    "family": one.family,
                    "name": FAMILIES[one.family],
                    **_score(one.score),
                    "errors": one.errors,
                    "warnings": one.warnings,
                    "infos": one.infos,
                }
                for one in audit.families
            ],
        },
        "routes": [
            {
                "label": route.label,
                "handler": route.handler,
                "path": route.path,
                "line": route.line,
                "context": route.context,
                "dependencies": [{"name": one.name, "context": one.context} for one in route.dependencies],
                "errors": route.errors,
                "warnings": route.warnings,
                "infos": route.infos,
                "harm": route.harm,
            }
            for route in audit.routes
        ],
        "sinks": [_sink(sink) for sink in audit.sinks],
        "findings": [_finding(finding) for finding in audit.findings],
        "rules": [rule._asdict() for rule in audit.rules],
        "history": [_moment(moment) for moment in (trend.moments if trend else (moment_of(audit),))],
        "trend": None
        if trend is None
        else {"new": list(trend.new), "fixed": [one._asdict() for one in trend.fixed], "kept": trend.kept},
    }


def moment_of(audit: Audit) -> Moment:
    """The audit as one point of a history."""
    return Moment(
        created=audit.created,
        overall=audit.overall.value,
        families=tuple((one.family, one.score.value) for one in audit.families),
        errors=audit.count(Severity.ERROR),
        warnings=audit.count(Severity.WARNING),
        routes=len(audit.routes),
    )


def compare(audit: Audit, earlier: str) -> Audit:
    """The audit with its trend against an earlier audit's JSON. Raises `DocumentError`."""
    try:
        document = json.loads(earlier)
    except ValueError as error:
        raise DocumentError(f"it is not JSON ({error})") from error
    if not isinstance(document, dict) or "schema" not in document or "history" not in document:
        raise DocumentError("it is not the JSON of an audit (`fastapi-lint audit --json` writes one)")
    if document["schema"] != SCHEMA:
        raise DocumentError(f"it has schema {document['schema']!r}, and this version knows {SCHEMA}")
    try:
        moments = [_read_moment(one) for one in document["history"]]
        before = {one["key"]: one for one in document["findings"] if one["status"] == OPEN}
        gone = {
            key: Gone(str(one["code"]), str(one["path"]), int(one["location"]["row"]), str(one["message"]))
            for key, one in before.items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError(f"it is damaged ({type(error).__name__}: {error})") from error
    now = {finding.key for finding in audit.open}
    known = {finding.key for finding in audit.findings}
    trend = Trend(
        moments=(*moments, moment_of(audit)),
        new=tuple(finding.key for finding in audit.open if finding.key not in before),
        fixed=tuple(one for key, one in gone.items() if key not in known),
        kept=len(now & before.keys()),
    )
    return audit._replace(trend=trend)


def _score(score: Score) -> dict[str, Any]:
    return score._asdict()


def _moment(moment: Moment) -> dict[str, Any]:
    return moment._asdict() | {"families": dict(moment.families)}


def _read_moment(one: dict[str, Any]) -> Moment:
    overall = one["overall"]
    return Moment(
        created=str(one["created"]),
        overall=None if overall is None else int(overall),
        families=tuple(
            (str(family), None if value is None else int(value)) for family, value in one["families"].items()
        ),
        errors=int(one["errors"]),
        warnings=int(one["warnings"]),
        routes=int(one["routes"]),
    )


def _sink(sink: Sink) -> dict[str, Any]:
    return {
        "text": sink.text,
        "path": sink.path,
        "location": _location(sink.span),
        "function": sink.function,
        "code": sink.code,
        "severity": sink.severity.value,
        "findings": sink.findings,
        "routes": list(sink.routes),
        "alone": sink.alone,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "key": finding.key,
        "code": finding.code,
        "family": family_of(finding.code),
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "message": finding.message,
        "help": finding.help,
        "path": finding.path,
        "location": _location(finding.span),
        "function": finding.function,
        "chain": [
            {
                "path": hop.path,
                "location": _location(hop.span),
                "function": hop.function,
                "text": hop.text,
            }
            for hop in finding.chain
        ],
        "routes": list(finding.routes),
        "everywhere": finding.everywhere,
        "shared": finding.shared,
        "sink": finding.sink,
        "status": finding.status,
        "reason": finding.reason,
    }


def _location(span: Span) -> dict[str, int]:
    return {
        "row": span.line,
        "column": span.column,
        "end_row": span.end_line,
        "end_column": span.end_column,
    }
