"""From a run and its analyses to an `Audit`. Reads no file itself: `read` gives source lines."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.paths import FunctionKey, functions_behind_all, route_paths
from fastapi_lint.analysis.reach import EVERY_REQUEST
from fastapi_lint.diagnostics import Diagnostic, Severity, Span, Step
from fastapi_lint.pages import page_url
from fastapi_lint.reporters.audit.model import (
    OPEN,
    SILENCED,
    Audit,
    DependencyRow,
    Finding,
    Graph,
    GraphNode,
    Hop,
    RouteRow,
    RuleRow,
    Sink,
    family_of,
)
from fastapi_lint.reporters.audit.score import family_scores, overall_score
from fastapi_lint.rules import all_rules
from fastapi_lint.sources import Reader

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.analysis.routes import Route

_CONTEXT_LINES = 2
_LONGEST_LINE = 240
_BLOCKING = "1"


class Subject(NamedTuple):
    """What is audited. `base` is the directory that paths are relative to; `created` says when, or is empty."""

    name: str
    base: str
    created: str
    version: str
    files: int


class Silenced(NamedTuple):
    """A finding that a run does not report, and why."""

    finding: Diagnostic
    reason: str


def collect(
    subject: Subject,
    programs: Sequence[tuple[Program, frozenset[str]]],
    found: Sequence[Diagnostic],
    silenced: Sequence[Silenced],
    read: Reader,
) -> Audit:
    """The audit of the `programs`, each with the files to report on, that found `found` and keeps `silenced` quiet."""
    collector = _Collector(subject, programs, read)
    everything = [(one, OPEN, "") for one in found]
    everything += [(one.finding, SILENCED, one.reason) for one in silenced]
    return collector.audit(everything)


class _Collector:
    def __init__(
        self, subject: Subject, programs: Sequence[tuple[Program, frozenset[str]]], read: Reader
    ) -> None:
        self._subject = subject
        self._programs = programs
        self._read = read
        self._functions: dict[str, list[tuple[int, int, str]]] = {}
        self._behind_all: set[FunctionKey] = set()
        self._routes: dict[str, Route] = {}
        for program, checked in programs:
            self._behind_all |= functions_behind_all(program)
            for path, module in program.interpreter.project.modules.items():
                self._functions[path] = [
                    (facts.span.line, facts.end_line, facts.qualname) for facts in module.facts.functions
                ]
            tests = {path for path, module in program.interpreter.project.modules.items() if module.is_test}
            for route in program.table.routes:
                if route.file in checked and route.file not in tests:
                    for method in route.methods or ("WEBSOCKET",):
                        self._routes.setdefault(f"{method} {route.path}", route)
        self._labels = sorted(self._routes, key=lambda label: (label.partition(" ")[2], label))
        self._numbers = {label: number for number, label in enumerate(self._labels)}

    def audit(self, found: Sequence[tuple[Diagnostic, str, str]]) -> Audit:
        findings = self._findings(found)
        diagnostics = [finding for finding, _, _ in found]
        sinks, findings = _sinks(findings)
        still_open = [finding for finding in findings if finding.status == OPEN]
        subject = self._subject
        return Audit(
            project=subject.name,
            created=subject.created,
            version=subject.version,
            files=subject.files,
            overall=overall_score(still_open, len(self._labels)),
            families=family_scores(still_open, len(self._labels)),
            routes=self._route_rows(still_open),
            sinks=sinks,
            findings=findings,
            rules=_rules(findings),
            graph=self._graph([one for one in diagnostics if family_of(one.code) == _BLOCKING]),
            lines=self._lines(diagnostics),
        )

    # --- findings --------------------------------------------------------------------------------

    def _findings(self, found: Sequence[tuple[Diagnostic, str, str]]) -> tuple[Finding, ...]:
        ordinals: Counter[str] = Counter()
        findings = []
        for one, status, reason in found:
            function = self._function_at(one.path, one.span.line)
            text = self._line(one.path, one.span.line).strip()
            place = "\0".join((one.code, self._relative(one.path), function, " ".join(text.split())))
            ordinals[place] += 1
            digest = hashlib.sha256(f"{place}\0{ordinals[place]}".encode("utf-8", "surrogatepass"))
            is_shared = EVERY_REQUEST in one.routes
            findings.append(
                Finding(
                    key=digest.hexdigest()[:16],
                    code=one.code,
                    severity=one.severity,
                    confidence=one.confidence.value,
                    message=one.message.removesuffix(one.help).rstrip(" ;:,-") if one.help else one.message,
                    help=one.help,
                    path=self._relative(one.path),
                    span=one.span,
                    function=function,
                    chain=tuple(self._hop(step) for step in one.chain),
                    routes=tuple(self._numbers[label] for label in one.routes if label in self._numbers),
                    everywhere=is_shared and self._is_behind_all(one, function),
                    shared=is_shared,
                    sink=None,
                    status=status,
                    reason=reason,
                )
            )
        return tuple(findings)

    def _hop(self, step: Step) -> Hop:
        return Hop(self._relative(step.path), step.span, step.function, step.text)

    def _is_behind_all(self, finding: Diagnostic, function: str) -> bool:
        return (finding.path, function) in self._behind_all

    def _function_at(self, path: str, line: int) -> str:
        """The innermost function around a line; "" at the top of a module."""
        around = [one for one in self._functions.get(path, ()) if one[0] <= line <= one[1]]
        named = [one for one in around if not one[2].endswith("<lambda>")] or around
        return max(named)[2] if named else ""

    # --- routes and the picture --------------------------------------------------------------------

    def _route_rows(self, findings: Iterable[Finding]) -> tuple[RouteRow, ...]:
        counts: dict[int, Counter[Severity]] = defaultdict(Counter)
        for finding in findings:
            for number in finding.routes:
                counts[number][finding.severity] += 1
        rows = []
        for number, label in enumerate(self._labels):
            route = self._routes[label]
            rows.append(
                RouteRow(
                    label=label,
                    handler=route.handler,
                    path=self._relative(route.file),
                    line=route.span.line,
                    context=route.context,
                    dependencies=tuple(DependencyRow(use.name, use.context) for use in route.dependencies),
                    errors=counts[number][Severity.ERROR],
                    warnings=counts[number][Severity.WARNING],
                    infos=counts[number][Severity.INFO],
                )
            )
        return tuple(rows)

    def _graph(self, blocking: Sequence[Diagnostic]) -> Graph:
        ends = {(one.chain[0].path, one.chain[0].function) for one in blocking if one.chain}
        nodes: list[GraphNode] = []
        edges: list[tuple[int, int]] = []
        entries: list[tuple[int, int]] = []
        for program, _ in self._programs:
            found = route_paths(program, ends)
            offset = len(nodes)
            nodes += [
                GraphNode(self._relative(node.path), node.name, node.line, node.context)
                for node in found.nodes
            ]
            edges += [(caller + offset, callee + offset) for caller, callee in found.edges]
            entries += [
                (self._numbers.get(label, -1), node + offset)
                for label, node in found.entries
                if label in self._numbers or label == EVERY_REQUEST
            ]
        return Graph(tuple(nodes), tuple(edges), tuple(entries))

    # --- source ------------------------------------------------------------------------------------

    def _lines(self, findings: Iterable[Diagnostic]) -> dict[str, dict[int, str]]:
        wanted: dict[str, set[int]] = defaultdict(set)
        for finding in findings:
            wanted[finding.path] |= _around(finding.span, _CONTEXT_LINES)
            for step in finding.chain:
                wanted[step.path] |= _around(step.span, 0)
        return {
            self._relative(path): {
                number: self._line(path, number)
                for number in sorted(wanted[path])
                if 1 <= number <= len(self._read(path))
            }
            for path in sorted(wanted)
        }

    def _line(self, path: str, number: int) -> str:
        lines = self._read(path)
        text = lines[number - 1].rstrip() if 1 <= number <= len(lines) else ""
        return text if len(text) <= _LONGEST_LINE else text[:_LONGEST_LINE] + "…"

    def _relative(self, path: str) -> str:
        base = os.path.join(self._subject.base, "")
        relative = os.path.relpath(path, self._subject.base) if path.startswith(base) else path
        return relative.replace(os.sep, "/")


def _around(span: Span, context: int) -> set[int]:
    return set(range(max(1, span.line - context), span.line + context + 1))


def _sinks(findings: tuple[Finding, ...]) -> tuple[tuple[Sink, ...], tuple[Finding, ...]]:
    """The blocking calls at the chains' ends, those that block most routes first, and the findings with their sink."""
    groups: dict[tuple[str, Span], list[int]] = defaultdict(list)
    for position, finding in enumerate(findings):
        if family_of(finding.code) == _BLOCKING and finding.chain and finding.status == OPEN:
            end = finding.chain[-1]
            groups[(end.path, end.span)].append(position)
    blocked: dict[int, set[object]] = defaultdict(set)
    for place, positions in groups.items():
        for position in positions:
            for route in findings[position].routes:
                blocked[route].add(place)
    made = []
    for place, positions in groups.items():
        own = [findings[position] for position in positions]
        worst = min(own, key=lambda one: (_SEVERITIES.index(one.severity), len(one.chain), one.code))
        routes = sorted({route for one in own for route in one.routes})
        end = worst.chain[-1]
        sink = Sink(
            text=end.text,
            path=end.path,
            span=end.span,
            function=end.function,
            code=worst.code,
            severity=worst.severity,
            findings=len(own),
            routes=tuple(routes),
            alone=sum(blocked[route] == {place} for route in routes),
        )
        made.append((sink, positions))
    made.sort(
        key=lambda one: (
            -len(one[0].routes),
            _SEVERITIES.index(one[0].severity),
            -one[0].findings,
            one[0].path,
            one[0].span,
        )
    )
    numbered: Mapping[int, int] = {
        position: number for number, (_, positions) in enumerate(made) for position in positions
    }
    return tuple(sink for sink, _ in made), tuple(
        finding._replace(sink=numbered.get(position)) for position, finding in enumerate(findings)
    )


_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def _rules(findings: Sequence[Finding]) -> tuple[RuleRow, ...]:
    """The rules with findings, silenced ones included; they count the open ones."""
    mentioned = {finding.code for finding in findings}
    counts = Counter(finding.code for finding in findings if finding.status == OPEN)
    return tuple(
        RuleRow(rule.code, rule.name, rule.summary, page_url(rule.code), counts[rule.code])
        for rule in all_rules()
        if rule.code in mentioned
    )
