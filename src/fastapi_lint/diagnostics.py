"""What a run reports: frozen values that know nothing of LibCST, of rules or of reporters."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is when it is right."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Span(NamedTuple):
    """A stretch of source text: 1-based lines and columns (in characters), the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Step(NamedTuple):
    """One frame of a chain: in `function` of the file `path`, `text` happens at `span`."""

    path: str
    span: Span
    function: str
    text: str


class Edit(NamedTuple):
    """Replace the text at `span` of the file `path` by `replacement`."""

    path: str
    span: Span
    replacement: str


class Fix(NamedTuple):
    """Edits that cure a finding; `safe` when they cannot change what the program means."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


class Diagnostic(NamedTuple):
    """One finding.

    `path` is absolute. `message` is one line: what is wrong, why, and what to do. `help` is the
    "what to do" alone, for output that shows it apart. `chain` runs from the call in the async
    function (first) to the blocking call (last) and is empty where the finding needs no chain.
    `routes` names the routes that reach the finding, as `GET /users/{id}`.
    """

    code: str
    name: str
    message: str
    path: str
    span: Span
    severity: Severity = Severity.ERROR
    help: str = ""
    chain: tuple[Step, ...] = ()
    routes: tuple[str, ...] = ()
    fix: Fix | None = None

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        """Findings are reported by file, then place, then code."""
        return (self.path, self.span, self.code, self.message)
