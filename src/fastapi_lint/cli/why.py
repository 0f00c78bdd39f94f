"""`fastapi-lint why`."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.fates import Fate, fates
from fastapi_lint.cli.output import width_of, write
from fastapi_lint.cli.outputs import check_format
from fastapi_lint.linter import lint
from fastapi_lint.progress import ProgressBar
from fastapi_lint.project_files import PathError, ProjectFiles, find_projects
from fastapi_lint.run_cache import cache_of
from fastapi_lint.settings import SettingsError
from fastapi_lint.sources import Reader, file_reader

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.analysis.routes import Route
    from fastapi_lint.diagnostics import Span
    from fastapi_lint.reporters.why_line import LineAnswer
    from fastapi_lint.reporters.why_tree import Report

_FORMATS = ("text", "json")
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::\d+)?")
_ROUTE = re.compile(r"(?:(?P<methods>[A-Za-z,]+)\s+)?(?P<path>/\S*)")
_SUGGESTED = 5


class _Analysis(NamedTuple):
    project: ProjectFiles
    program: Program
    fates: list[Fate]
    read: Reader


def run_why(question: str, path: Path, everything: bool, output_format: str, jobs: int | None) -> int:
    """Answer a question about a line (`FILE:LINE`) or a route (`GET /users`)."""
    check_format(output_format, _FORMATS)
    question = question.strip()
    route, place = _ROUTE.fullmatch(question), _PLACE.fullmatch(question)
    if place is not None and (route is None or os.path.exists(place["file"])):
        return _run_line(Path(place["file"]), int(place["line"]), everything, output_format, jobs)
    if route is not None:
        return _run_route(route["methods"] or "", route["path"], path, everything, output_format, jobs)
    raise MisuseError(
        f"`{question}` is neither a line nor a route; write `FILE:LINE`, or a route as `GET /users/{{id}}`"
    )


def _run_line(file: Path, line: int, everything: bool, output_format: str, jobs: int | None) -> int:
    from fastapi_lint.analysis.explain import function_tree
    from fastapi_lint.analysis.line_facts import line_facts
    from fastapi_lint.reporters.why_line import line_object, render_line
    from fastapi_lint.reporters.why_tree import render_tree, tree_object

    if file.is_dir():
        raise MisuseError(f"`{file}` is a directory; name a file and a line, as in `app/main.py:12`")
    analysis = _analyse(file, jobs)[0]
    real = os.path.realpath(file)
    source = analysis.read(real)
    if not 1 <= line <= len(source):
        raise MisuseError(f"`{file}` has {len(source):,} lines; there is no line {line:,}")
    facts = line_facts(analysis.program, real, line)
    if facts is None and real in analysis.program.unread:
        raise MisuseError(
            f"`{file}` is a test or a database's revision that nothing else imports: nothing in it is reported"
        )
    if facts is None:
        raise MisuseError(f"`{file}` cannot be read as Python code; `fastapi-lint check {file}` says why")
    answer = _line_answer(analysis, facts, source[line - 1])
    base = os.path.realpath(os.curdir)
    reports = _reports(analysis)
    trees = []
    if facts.is_header:
        from fastapi_lint.analysis.origins import Origins

        origins = Origins(analysis.program)
        shown = [(frame, context) for frame in facts.frames for context in origins.contexts(frame)[:1]]
        trees = [function_tree(analysis.program, *one, everything=everything) for one in shown[:1]]
    if output_format == "json":
        found = line_object(answer, base)
        found["trees"] = [tree_object(tree, reports) for tree in trees]
        write(json.dumps(found, indent=2) + "\n")
        return CLEAN
    width = width_of(sys.stdout)
    text = render_line(answer, base=base, width=width)
    for tree in trees:
        text += "\nWhat it runs\n" + render_tree(tree, reports, base=base, width=width)
    write(text)
    return CLEAN


def _line_answer(analysis: _Analysis, facts: object, source: str) -> LineAnswer:
    from fastapi_lint.analysis.line_facts import LineFacts
    from fastapi_lint.reporters.why_line import LineAnswer, Told

    assert isinstance(facts, LineFacts)
    here, through, before = [], [], []
    hosts = {
        (step.path, step.line) for way in facts.ways if way.context == "event loop" for step in way.steps[1:]
    }
    for finding, reason in analysis.fates:
        told = Told(finding, reason)
        if finding.path == facts.path and finding.span.line <= facts.line <= finding.span.end_line:
            here.append(told)
        elif any(step.path == facts.path and step.span.line == facts.line for step in finding.chain):
            through.append(told)
        elif (finding.path, finding.span.line) in hosts and finding.code.startswith("FAP1"):
            before.append(told)
    return LineAnswer(facts, source, tuple(here), tuple(through), tuple(before))


def _run_route(
    methods: str, path: str, around: Path, everything: bool, output_format: str, jobs: int | None
) -> int:
    from fastapi_lint.analysis.explain import route_tree
    from fastapi_lint.reporters.why_tree import render_tree, tree_object

    wanted = {method.upper() for method in methods.split(",") if method}
    exact: list[tuple[_Analysis, Route]] = []
    answering: list[tuple[_Analysis, Route]] = []
    known: list[str] = []
    for analysis in _analyse(around, jobs):
        for route in analysis.program.table.routes:
            own = set(route.methods) or {"WEBSOCKET"}
            known += [f"{method} {route.path}" for method in sorted(own)]
            if not wanted or wanted & own:
                if _same_path(route.path, path):
                    exact.append((analysis, route))
                elif _answers(route.path, path):
                    answering.append((analysis, route))
    found = exact or answering
    if not found:
        raise MisuseError(_no_route(methods, path, known, around))
    trees = [
        (route_tree(analysis.program, route, everything=everything), _reports(analysis))
        for analysis, route in found
    ]
    if output_format == "json":
        write(json.dumps([tree_object(tree, reports) for tree, reports in trees], indent=2) + "\n")
        return CLEAN
    base = os.path.realpath(os.curdir)
    width = width_of(sys.stdout)
    write("\n".join(render_tree(tree, reports, base=base, width=width) for tree, reports in trees))
    return CLEAN


def _same_path(one: str, other: str) -> bool:
    """Whether two paths are the same but for the names and converters of their parameters and a slash at the end."""

    def plain(path: str) -> str:
        return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")

    return one == other or plain(one) == plain(other)


def _answers(template: str, path: str) -> bool:
    """Whether a route's path answers a request to `path`: `/users/{id}` answers `/users/7`."""
    if "{" in path or "{?}" in template:
        return False
    parts = re.split(r"(\{[^}]*\})", template)
    pattern = "".join(
        (".+" if part.endswith(":path}") else "[^/]+") if part.startswith("{") else re.escape(part)
        for part in parts
    )
    return re.fullmatch(pattern, path) is not None


def _no_route(methods: str, path: str, known: Sequence[str], around: Path) -> str:
    if not known:
        return f"no routes found under `{around}`; `--path` says where to look"
    asked = f"{methods.upper()} {path}".strip()
    same = sorted({label for label in known if _same_path(label.partition(" ")[2], path)})
    labels = sorted(set(known)) if methods else sorted({label.partition(" ")[2] for label in known})
    near = same or difflib.get_close_matches(asked, labels, n=_SUGGESTED, cutoff=0.5)
    if not near:
        near = [label for label in labels if path.strip("/") and path.strip("/") in label][:_SUGGESTED]
    if near:
        return f"no route `{asked}`; did you mean {' or '.join(f'`{label}`' for label in near)}?"
    return f"no route `{asked}`; `fastapi-lint routes {around}` lists all {len(set(known)):,}"


def _analyse(path: Path, jobs: int | None) -> list[_Analysis]:
    """The analysis of the whole project around `path`, with what became of each finding."""
    analysed: dict[str, tuple[ProjectFiles, Program]] = {}  # by root: a run may begin anew
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        try:
            roots = [Path(project.root) for project in find_projects([path])]
            report = lint(
                [*roots, path],
                jobs=jobs,
                progress=progress,
                watcher=lambda project, program: analysed.update({project.root: (project, program)}),
                cache=cache_of([str(path)], os.environ),
            )
        except (PathError, SettingsError) as error:
            raise MisuseError(str(error)) from error
    if not analysed:
        raise MisuseError(f"no Python files found under `{path}`")
    read = file_reader()
    return [
        _Analysis(project, program, fates(project, program, report.diagnostics, read), read)
        for project, program in analysed.values()
    ]


def _reports(analysis: _Analysis) -> dict[tuple[str, Span], list[Report]]:
    """What is reported for each blocking call, by its place."""
    from fastapi_lint.reporters.why_tree import Report

    found: dict[tuple[str, Span], list[Report]] = defaultdict(list)
    for finding, reason in analysis.fates:
        if finding.code.startswith("FAP1"):
            end = finding.chain[-1] if finding.chain else finding
            found[end.path, end.span].append(Report(finding.code, reason))
    return found
