"""GitLab's code quality report."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.reporters.fingerprints import fingerprints
from fastapi_lint.reporters.summary import relative_path
from fastapi_lint.sources import Reader

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render_gitlab(diagnostics: Sequence[Diagnostic], *, read: Reader, repository: str) -> str:
    """An array with one issue for each finding; paths as seen from the root of the repository."""
    issues = [
        {
            "description": finding.message,
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": relative_path(finding.path, repository).replace("\\", "/"),
                "positions": {
                    "begin": {"line": finding.span.line, "column": finding.span.column},
                    "end": {"line": finding.span.end_line, "column": finding.span.end_column},
                },
                "lines": {"begin": finding.span.line, "end": finding.span.end_line},
            },
        }
        for finding, fingerprint in zip(diagnostics, fingerprints(diagnostics, read, repository), strict=True)
    ]
    return json.dumps(issues, indent=2) + "\n"
