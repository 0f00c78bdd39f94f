"""JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi_lint.diagnostics import Diagnostic, Fix
from fastapi_lint.pages import page_url


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """An array with one object for each finding; rows and columns count from 1, paths are absolute."""
    return json.dumps([_as_object(diagnostic) for diagnostic in diagnostics], indent=2) + "\n"


def render_json_lines(diagnostics: Sequence[Diagnostic]) -> str:
    """The same objects, one on each line."""
    return "".join(json.dumps(_as_object(diagnostic)) + "\n" for diagnostic in diagnostics)


def _as_object(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "filename": finding.path,
        "location": _location(finding.span.line, finding.span.column),
        "end_location": _location(finding.span.end_line, finding.span.end_column),
        "url": page_url(finding.code),
        "fix": None if finding.fix is None else _fix(finding.fix),
        "chain": [
            {
                "filename": step.path,
                "location": _location(step.span.line, step.span.column),
                "function": step.function,
                "text": step.text,
            }
            for step in finding.chain
        ],
        "routes": list(finding.routes),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": "safe" if fix.safe else "unsafe",
        "message": fix.title,
        "edits": [
            {
                "filename": edit.path,
                "content": edit.replacement,
                "location": _location(edit.span.line, edit.span.column),
                "end_location": _location(edit.span.end_line, edit.span.end_column),
            }
            for edit in fix.edits
        ],
    }


def _location(row: int, column: int) -> dict[str, int]:
    return {"row": row, "column": column}
