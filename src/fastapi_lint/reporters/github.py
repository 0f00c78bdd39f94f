"""Annotations of GitHub Actions: workflow commands on standard output."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.pages import page_url
from fastapi_lint.reporters.summary import count, relative_path

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SHOWN = 10
"""GitHub shows this many annotations of each level for a step and drops the others without a word."""


def render_github(diagnostics: Sequence[Diagnostic], *, repository: str) -> str:
    """One command a finding, errors first; paths as seen from the root of the repository.

    What GitHub would drop is listed as plain text, which the log shows, and a notice says how much that is.
    """
    commands: list[str] = []
    rest: list[Diagnostic] = []
    for severity, level in _LEVELS.items():
        findings = [finding for finding in diagnostics if finding.severity is severity]
        room = _SHOWN if level != "notice" else _SHOWN - 1  # the last notice may have to tell of the rest
        commands += [_command(level, finding, repository) for finding in findings[:room]]
        rest += findings[room:]
    if rest:
        text = (
            f"{count(len(rest), 'more finding')} not annotated: GitHub shows {_SHOWN} of each level for a step. "
            "The log of this step lists them; `--output-format markdown` makes a job summary with all of them, "
            "`--output-format sarif` feeds code scanning."
        )
        commands.append(f"::notice title=fastapi-lint::{_data(text)}\n")
    plain = [
        f"{_plain(relative_path(one.path, repository))}:{one.span.line}:{one.span.column}: "
        f"{one.code} {_plain(one.message)}\n"
        for one in rest
    ]
    return "".join([*commands, *plain])


def _command(level: str, finding: Diagnostic, repository: str) -> str:
    span = finding.span
    fields = {"file": relative_path(finding.path, repository), "line": span.line}
    if span.end_line == span.line:
        fields |= {"col": span.column, "endColumn": span.end_column}
    else:  # columns would be taken for those of the first line
        fields |= {"endLine": span.end_line}
    fields["title"] = f"{finding.code} {finding.name}"
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items())
    return f"::{level} {properties}::{_data(_message(finding, repository))}\n"


def _message(finding: Diagnostic, repository: str) -> str:
    steps = [
        f"  {relative_path(step.path, repository)}:{step.span.line} in {step.function}: {step.text}"
        for step in finding.chain[1:]
    ]
    lines = [finding.message, *steps]
    if finding.routes:
        more = f" and {len(finding.routes) - 3} more" if len(finding.routes) > 3 else ""
        lines.append(f"reached by {', '.join(finding.routes[:3])}{more}")
    return "\n".join([*lines, page_url(finding.code)])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    """One line that cannot be taken for a command."""
    return text.replace("\r", " ").replace("\n", " ").replace("::", ": :")
