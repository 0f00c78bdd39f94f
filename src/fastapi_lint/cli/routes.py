"""`fastapi-lint routes`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.check import check_format
from fastapi_lint.cli.output import complain, write
from fastapi_lint.linter import PathError, analyse_project, find_projects
from fastapi_lint.progress import ProgressBar
from fastapi_lint.reporters.summary import relative_path
from fastapi_lint.settings import SettingsError

if TYPE_CHECKING:
    from fastapi_lint.analysis.routes import Route

_FORMATS = ("text", "json")


def run_routes(path: Path, output_format: str, jobs: int | None) -> int:
    """Print the routes of the project that `path` belongs to, as far as they stand below `path`."""
    check_format(output_format, _FORMATS)
    routes = _find_routes(path, jobs)
    if output_format == "json":
        write(json.dumps([_as_object(route) for route in routes], indent=2) + "\n")
        return CLEAN
    if not routes:
        complain(f"warning: no routes found under `{path}`")
    base = os.path.realpath(os.curdir)
    width = max((len(_methods(route)) for route in routes), default=0)
    write("".join(_as_text(route, base, width) for route in routes))
    return CLEAN


def _find_routes(path: Path, jobs: int | None) -> list[Route]:
    from fastapi_lint.analysis.routes import Route

    found: list[Route] = []
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        try:
            projects = find_projects([path])
        except (PathError, SettingsError) as error:
            raise MisuseError(str(error)) from error
        for project in projects:
            program = analyse_project(project, jobs=jobs, progress=progress)
            found += [route for route in program.answers(Route) if route.file in project.checked]
    return sorted(found, key=lambda route: (route.app, route.path, route.methods, route.file))


def _as_text(route: Route, base: str, width: int) -> str:
    indent = " " * (width + 2)
    place = f"{relative_path(route.file, base)}:{route.span.line}"
    lines = [
        f"{_methods(route):<{width}}  {route.path}  [{route.context}]",
        f"{indent}{route.handler} ({place})",
    ]
    if route.dependencies:
        uses = ", ".join(f"{use.name} [{use.context}]" for use in route.dependencies)
        lines.append(f"{indent}depends on {uses}")
    return "\n".join(lines) + "\n"


def _methods(route: Route) -> str:
    return ",".join(route.methods) or route.kind.upper()


def _as_object(route: Route) -> dict[str, Any]:
    span = route.span
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
    }
