"""What became of each finding: reported, or kept quiet by a comment, a setting or a baseline."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint import discovery
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.linter import place
from fastapi_lint.project_files import ProjectFiles
from fastapi_lint.rules import all_rules
from fastapi_lint.settings import Overrides, ignored_codes, selected_codes
from fastapi_lint.sources import Reader
from fastapi_lint.suppressions import Suppressions

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.reporters.audit.collect import Silenced


class Fate(NamedTuple):
    """A finding where a run reports it; `reason` is empty when it does, or else says in words why it does not."""

    finding: Diagnostic
    reason: str


def silenced_findings(
    analysed: Iterable[tuple[ProjectFiles, Program]], reported: Collection[Diagnostic], read: Reader
) -> list[Silenced]:
    """The findings of selected rules that a run kept quiet."""
    from fastapi_lint.reporters.audit.collect import Silenced

    found = []
    for project, program in analysed:
        codes = selected_codes(project.settings, Overrides())
        for fate in fates(project, program, reported, read, codes):
            if fate.reason:
                found.append(Silenced(fate.finding, fate.reason))
    return found


def fates(
    project: ProjectFiles,
    program: Program,
    reported: Collection[Diagnostic],
    read: Reader,
    codes: Collection[str] | None = None,
) -> list[Fate]:
    """Every finding of the rules `codes` (by default of all rules) in the files checked, in the order of places.

    `reported` are those of the run: what it left out is explained here, not decided anew.
    """
    selected = selected_codes(project.settings, Overrides())
    shown = {_identity(finding) for finding in reported}
    suppressions = Suppressions(read)
    found: list[Fate] = []
    seen: set[object] = set()
    for rule in all_rules():
        if codes is not None and rule.code not in codes:
            continue
        for question, check in rule.checks:
            for answer in program.answers(question):
                for finding in check(answer):
                    placed = place(finding, project.checked)
                    if placed is None or (_identity(placed), placed.message) in seen:
                        continue
                    seen.add((_identity(placed), placed.message))
                    reason = ""
                    if _identity(placed) not in shown:
                        is_off = rule.code not in selected
                        reason = (
                            _unselected(rule.code, rule.default)
                            if is_off
                            else _reason(project, suppressions, finding)
                        )
                    found.append(Fate(placed, reason))
    return sorted(found, key=lambda fate: fate.finding.sort_key)


def _identity(finding: Diagnostic) -> tuple[object, ...]:
    return finding.code, finding.path, finding.span


def _unselected(code: str, is_default: bool) -> str:
    if is_default:
        return f"the rule {code} is not selected"
    return f"the rule {code} is off by default; `--extend-select {code}` switches it on"


def _reason(project: ProjectFiles, suppressions: Suppressions, finding: Diagnostic) -> str:
    if suppressions.silences_line(finding):
        return f"a comment on line {finding.span.line} silences it"
    if suppressions.silences_elsewhere(finding, finding):
        return f"a comment {_where(finding, suppressions, project.root)} silences it"
    relative = os.path.relpath(finding.path, project.root).replace(os.sep, "/")
    for pattern, selectors in project.settings.per_file_ignores:
        matches = discovery.compile_patterns([pattern]).match_file(relative)
        if matches and finding.code in ignored_codes(selectors):
            return f'per-file-ignores "{pattern}" leaves it out'
    return "the baseline accepts it"


def _where(finding: Diagnostic, suppressions: Suppressions, root: str) -> str:
    for step in _others(finding):
        if suppressions.of(step[0]).names(finding.code, step[1]):
            return f"at {os.path.relpath(step[0], root)}:{step[1]}, on the way to it,"
    return "on the way to it"


def _others(finding: Diagnostic) -> Sequence[tuple[str, int]]:
    places = [(step.path, step.span.line) for step in finding.chain]
    return [one for one in places if one != (finding.path, finding.span.line)]
