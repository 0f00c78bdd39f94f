"""Files that cannot be used."""

from __future__ import annotations

from typing import NamedTuple

from fastapi_lint.diagnostics import Span


class Unreadable(NamedTuple):
    """A file that cannot be used, and why. The rest of the run goes on without it."""

    path: str
    span: Span
    reason: str
