"""What a run reports: frozen values that know nothing of LibCST, of rules or of reporters."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is when it is right."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """How sure it is that a finding is right and does matter.

    HIGH: surely. MEDIUM: usually, where it hangs on how long a call takes or how often the code runs. LOW: only with
    large data or a slow disk.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


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
    `routes` names the routes that reach the finding, as `GET /users/{id}`. `cause` says what is wrong at the last step
    of the chain, without a word on how one gets there: findings of one rule that share that step and have a cause
    are one thing seen from several places.
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
    confidence: Confidence = Confidence.HIGH
    cause: str = ""

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        """Findings are reported by file, then place, then code."""
        return (self.path, self.span, self.code, self.message)
