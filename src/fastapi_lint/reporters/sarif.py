"""SARIF 2.1.0, as GitHub's code scanning and other viewers read it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from fastapi_lint import __version__
from fastapi_lint.diagnostics import Confidence, Diagnostic, Severity, Span, Step
from fastapi_lint.pages import REPOSITORY, page_text, page_url
from fastapi_lint.reporters.fingerprints import fingerprints, line_hashes
from fastapi_lint.reporters.summary import relative_path
from fastapi_lint.rules import all_rules
from fastapi_lint.rules.rule import Rule
from fastapi_lint.sources import Reader

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_FAMILIES = {"1": "event-loop", "2": "shared-state", "3": "routing", "4": "resources"}
_MOST_TEXT = 1000
"""GitHub cuts descriptions at 1,024 characters."""
_MOST_ROUTES = 50


def render_sarif(diagnostics: Sequence[Diagnostic], *, read: Reader, repository: str) -> str:
    """One log with one run. Files below the directory `repository` are named as seen from there.

    A chain is told twice: as a code flow ("Show paths") and as related locations that the message links to.
    """
    codes = sorted({finding.code for finding in diagnostics})
    rules = {rule.code: rule for rule in all_rules()}
    hashes = _line_hashes(diagnostics, read)
    own = fingerprints(diagnostics, read, repository)
    results = []
    for finding, fingerprint in zip(diagnostics, own, strict=True):
        result = _result(finding, codes.index(finding.code), repository)
        result["partialFingerprints"] = {
            "fastapiLintFinding/v1": fingerprint,
            "primaryLocationLineHash": hashes[finding.path][finding.span.line],
        }
        results.append(result)
    driver = {
        "name": "fastapi-lint",
        "informationUri": REPOSITORY,
        "version": __version__,
        "semanticVersion": _semantic(__version__),
        "rules": [_rule(rules[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "fastapi-lint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _line_hashes(diagnostics: Sequence[Diagnostic], read: Reader) -> Mapping[str, Mapping[int, str]]:
    lines: defaultdict[str, set[int]] = defaultdict(set)
    for finding in diagnostics:
        lines[finding.path].add(finding.span.line)
    hashes = {path: line_hashes(read(path), wanted) for path, wanted in lines.items()}
    # A file that is gone or shorter than it was has no such line; GitHub wants a text all the same.
    return {path: {line: hashes[path].get(line, "0:1") for line in wanted} for path, wanted in lines.items()}


def _result(finding: Diagnostic, rule_index: int, repository: str) -> dict[str, Any]:
    related = [
        _location(step.path, step.span, repository) | {"id": number, "message": {"text": step.text}}
        for number, step in enumerate(finding.chain, 1)
        if step[:2] != (finding.path, finding.span)
    ]
    text = _escaped(finding.message)
    if related:
        last = related[-1]
        place = f"{relative_path(finding.chain[-1].path, repository)}:{finding.chain[-1].span.line}"
        text += f" ([{_escaped(place)}]({last['id']}))"
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [_location(finding.path, finding.span, repository, _function(finding))],
        "properties": {"confidence": finding.confidence.value, "routes": list(finding.routes[:_MOST_ROUTES])},
    }
    if related:
        result["relatedLocations"] = related
        result["codeFlows"] = [{"threadFlows": [{"locations": _flow(finding.chain, repository)}]}]
    return result


def _flow(chain: Sequence[Step], repository: str) -> list[dict[str, Any]]:
    return [
        {
            "location": _location(step.path, step.span, repository, step.function)
            | {"message": {"text": step.text}},
            "nestingLevel": depth,
        }
        for depth, step in enumerate(chain)
    ]


def _function(finding: Diagnostic) -> str:
    return next((step.function for step in finding.chain if step[:2] == (finding.path, finding.span)), "")


def _location(path: str, span: Span, repository: str, function: str = "") -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(path, repository),
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
            },
        }
    }
    if function:
        location["logicalLocations"] = [{"fullyQualifiedName": function, "kind": "function"}]
    return location


def _artifact(path: str, repository: str) -> dict[str, str]:
    relative = relative_path(path, repository)
    uri = quote(relative.replace("\\", "/").encode("utf-8", "surrogateescape"))
    return {"uri": uri, "uriBaseId": _ROOT} if relative != path else {"uri": f"file://{uri}"}


@cache
def _rule(rule: Rule) -> dict[str, Any]:
    page = page_text(rule.code) or rule.summary
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _cut(rule.summary)},
        "fullDescription": {"text": _cut(_why(page) or rule.summary)},
        "help": {"text": page, "markdown": page},
        "helpUri": page_url(rule.code),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["fastapi", _FAMILIES.get(rule.code[3], "correctness")],
            "precision": {Confidence.HIGH: "high", Confidence.MEDIUM: "medium"}.get(rule.confidence, "low"),
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _why(page: str) -> str:
    """The first paragraph of the section that says why it is bad."""
    found = re.search(r"^## Why is this bad\?\n+(.+?)\n\n", page, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"


def _escaped(text: str) -> str:
    """Message text, in which brackets would make a link."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _semantic(version: str) -> str:
    """The version in the form of semver.org: `0.2.0.dev1` is `0.2.0-dev1`."""
    found = re.match(r"(\d+\.\d+\.\d+)[.+-]?(.*)", version)
    if found is None:
        return "0.0.0"
    return f"{found[1]}-{found[2]}" if found[2] else found[1]
