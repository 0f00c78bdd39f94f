"""What an audit says, before it is a page, Markdown or JSON."""

from __future__ import annotations

from typing import NamedTuple

from fastapi_lint.diagnostics import Severity, Span

FAMILIES = {
    "1": "Event loop",
    "2": "Shared state",
    "3": "Endpoints and dependencies",
    "4": "Lifespan and resources",
}
"""The families of rules by the first digit of their codes; 0 is the tool itself and no part of a score."""

OPEN, SILENCED = "open", "silenced"


def family_of(code: str) -> str:
    return code.removeprefix("FAP")[:1]


class Hop(NamedTuple):
    """One step of a finding's chain; `path` is relative to the audit's base and has forward slashes."""

    path: str
    span: Span
    function: str
    text: str


class Finding(NamedTuple):
    """A finding as the audit shows it.

    `key` names it across audits. `routes` are indexes into the audit's routes. `everywhere` is True when every request
    runs it (middleware, a dependency of the application); `shared` when that or an exception handler reaches it, not one route. `sink` is an
    index into the sinks, or None. `status` is OPEN or SILENCED, and `reason` says what silences it.
    """

    key: str
    code: str
    severity: Severity
    confidence: str
    message: str
    help: str
    path: str
    span: Span
    function: str
    chain: tuple[Hop, ...]
    routes: tuple[int, ...]
    everywhere: bool
    shared: bool
    sink: int | None
    status: str
    reason: str


class DependencyRow(NamedTuple):
    """A dependency of a route and where it runs."""

    name: str
    context: str


class RouteRow(NamedTuple):
    """A route with what reaches it: numbers of open findings by severity, those of middleware left out."""

    label: str
    handler: str
    path: str
    line: int
    context: str
    dependencies: tuple[DependencyRow, ...]
    errors: int
    warnings: int
    infos: int

    @property
    def harm(self) -> int:
        """What the ranking goes by: an error weighs as much as three warnings."""
        return 3 * self.errors + self.warnings


class Sink(NamedTuple):
    """A call that blocks, whoever reaches it. `routes` are all that it blocks, `alone` those that nothing else blocks."""

    text: str
    path: str
    span: Span
    function: str
    code: str
    severity: Severity
    findings: int
    routes: tuple[int, ...]
    alone: int


class Score(NamedTuple):
    """`value` is 0 to 100, or None where there is nothing to judge. `units` is what it is an average over."""

    value: int | None
    clean: int
    warned: int
    harmed: int

    @property
    def units(self) -> int:
        return self.clean + self.warned + self.harmed


class FamilyScore(NamedTuple):
    family: str
    score: Score
    errors: int
    warnings: int
    infos: int


class Moment(NamedTuple):
    """One audit in the history: what the trend draws. `families` maps a family's digit to its score."""

    created: str
    overall: int | None
    families: tuple[tuple[str, int | None], ...]
    errors: int
    warnings: int
    routes: int


class Trend(NamedTuple):
    """The audit against an earlier one; `moments` ends with this audit. `fixed` are the earlier document's findings."""

    moments: tuple[Moment, ...]
    new: tuple[str, ...]
    fixed: tuple[Gone, ...]
    kept: int


class Gone(NamedTuple):
    """A finding of the earlier audit that is gone."""

    code: str
    path: str
    line: int
    message: str


class GraphNode(NamedTuple):
    path: str
    name: str
    line: int
    context: str


class Graph(NamedTuple):
    """The functions between routes and sinks. `entries`: (route, node), a route of -1 for every request."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[int, int], ...]
    entries: tuple[tuple[int, int], ...]


class RuleRow(NamedTuple):
    code: str
    name: str
    summary: str
    url: str
    findings: int


class Audit(NamedTuple):
    """All of it. `lines` holds the source lines that findings and chains show, by file and number."""

    project: str
    created: str
    version: str
    files: int
    overall: Score
    families: tuple[FamilyScore, ...]
    routes: tuple[RouteRow, ...]
    sinks: tuple[Sink, ...]
    findings: tuple[Finding, ...]
    rules: tuple[RuleRow, ...]
    graph: Graph
    lines: dict[str, dict[int, str]]
    trend: Trend | None = None

    @property
    def open(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.status == OPEN)

    def count(self, severity: Severity) -> int:
        """The number of open findings of that severity."""
        return sum(finding.severity is severity for finding in self.open)
