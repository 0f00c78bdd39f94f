"""`fastapi-lint routes`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.output import complain, write
from fastapi_lint.cli.outputs import check_format
from fastapi_lint.linter import lint
from fastapi_lint.progress import ProgressBar
from fastapi_lint.project_files import PathError, ProjectFiles, find_projects
from fastapi_lint.reporters.summary import relative_path
from fastapi_lint.run_cache import cache_of
from fastapi_lint.settings import SettingsError

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.analysis.routes import Route
    from fastapi_lint.diagnostics import Diagnostic

_FORMATS = ("text", "json")
_BLOCKING = "FAP1"


class _Listed(NamedTuple):
    """A route and how often each rule found something on its way, by code."""

    route: Route
    findings: Mapping[str, int]


def run_routes(path: Path, output_format: str, jobs: int | None) -> int:
    """Print the routes of the project that `path` belongs to, as far as they stand below `path`."""
    check_format(output_format, _FORMATS)
    routes = _find_routes(path, jobs)
    if output_format == "json":
        write(json.dumps([_as_object(one) for one in routes], indent=2) + "\n")
        return CLEAN
    if not routes:
        complain(f"warning: no routes found under `{path}`")
    base = os.path.realpath(os.curdir)
    width = max((len(_methods(one.route)) for one in routes), default=0)
    write("".join(_as_text(one, base, width) for one in routes))
    return CLEAN


def _find_routes(path: Path, jobs: int | None) -> list[_Listed]:
    """The routes below `path`, with the findings of the whole project that reach them."""
    analysed: dict[str, tuple[ProjectFiles, Program]] = {}  # by root: a run may begin anew
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        try:
            projects = find_projects([path])
            report = lint(
                [*(Path(project.root) for project in projects), path],
                jobs=jobs,
                progress=progress,
                watcher=lambda project, program: analysed.update({project.root: (project, program)}),
                cache=cache_of([str(path)], os.environ),
            )
        except (PathError, SettingsError) as error:
            raise MisuseError(str(error)) from error
    checked = frozenset[str]().union(*(project.checked for project in projects))
    counts = _count(report.diagnostics)
    found = []
    for _, program in analysed.values():
        for route in program.table.routes:
            if route.file in checked:
                found.append(_Listed(route, _of_route(route, counts)))
    return sorted(found, key=lambda one: (one.route.app, one.route.path, one.route.methods, one.route.file))


def _count(findings: Sequence[Diagnostic]) -> dict[str, set[int]]:
    """For each route the numbers of the findings that reach it, and by code the numbers of its findings."""
    counts: dict[str, set[int]] = {}
    for number, finding in enumerate(findings):
        for label in (*finding.routes, finding.code):
            counts.setdefault(label, set()).add(number)
    return counts


def _of_route(route: Route, counts: Mapping[str, set[int]]) -> dict[str, int]:
    """The findings that reach the route by any of its methods, each counted once."""
    own: set[int] = set()
    for method in route.methods or ("WEBSOCKET",):
        own |= counts.get(f"{method} {route.path}", set())
    by_code = {code: len(numbers & own) for code, numbers in counts.items() if " " not in code}
    return {code: number for code, number in sorted(by_code.items()) if number}


def _as_text(listed: _Listed, base: str, width: int) -> str:
    route = listed.route
    indent = " " * (width + 2)
    place = f"{relative_path(route.file, base)}:{route.span.line}"
    lines = [
        f"{_methods(route):<{width}}  {route.path}  [{route.context}]",
        f"{indent}{route.handler} ({place})",
    ]
    if route.dependencies:
        uses = ", ".join(f"{use.name} [{use.context}]" for use in route.dependencies)
        lines.append(f"{indent}depends on {uses}")
    blocking = [
        _times(code, number) for code, number in listed.findings.items() if code.startswith(_BLOCKING)
    ]
    others = [
        _times(code, number) for code, number in listed.findings.items() if not code.startswith(_BLOCKING)
    ]
    if blocking:
        lines.append(f"{indent}blocked by {', '.join(blocking)}")
    if others:
        lines.append(f"{indent}{'also' if blocking else 'has'} {', '.join(others)}")
    return "\n".join(lines) + "\n"


def _times(code: str, number: int) -> str:
    return code if number == 1 else f"{code} ({number} times)"


def _methods(route: Route) -> str:
    return ",".join(route.methods) or route.kind.upper()


def _as_object(listed: _Listed) -> dict[str, Any]:
    route, span = listed.route, listed.route.span
    return {
        "methods": list(route.methods),
        "path": route.path,
        "kind": route.kind,
        "handler": route.handler,
        "filename": route.file,
        "location": {"row": span.line, "column": span.column},
        "context": route.context,
        "dependencies": [{"name": use.name, "context": use.context} for use in route.dependencies],
        "app": route.app,
        "blocking_findings": sum(n for code, n in listed.findings.items() if code.startswith(_BLOCKING)),
        "findings": dict(listed.findings),
    }
