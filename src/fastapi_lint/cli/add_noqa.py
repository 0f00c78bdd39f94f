"""`fastapi-lint check --add-noqa REASON`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.output import complain, write
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.noqa_comments import write_comments
from fastapi_lint.reporters.summary import count, relative_path


def run_add_noqa(findings: Sequence[Diagnostic], reason: str) -> int:
    """Accept the findings by comments where they stand, and say how many."""
    try:
        written = write_comments(findings, " ".join(reason.split()))
    except OSError as error:
        raise MisuseError(f"--add-noqa: `{error.filename}` cannot be written: {error.strerror}") from error
    write(f"Wrote {count(written.comments, 'comment')} in {count(written.files, 'file')}.\n")
    base = os.path.realpath(os.curdir)
    for finding in written.left:
        place = f"{relative_path(finding.path, base)}:{finding.span.line}"
        complain(f"warning: no comment can silence {finding.code} at {place}")
    return CLEAN
