"""`fastapi-lint baseline`."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.baseline import DEFAULT_NAME, BaselineError, Entry, read_baseline, render_baseline
from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.accepted import shown_path
from fastapi_lint.cli.output import write
from fastapi_lint.cli.outputs import check_format
from fastapi_lint.comparison import Described, fixed_entries
from fastapi_lint.discovery import Trail
from fastapi_lint.linter import describe_project
from fastapi_lint.progress import ProgressBar
from fastapi_lint.project_files import PathError, ProjectFiles, baseline_path, find_projects
from fastapi_lint.reporters.summary import count
from fastapi_lint.run_cache import cache_of
from fastapi_lint.run_inputs import ProjectInputs, RunInputs
from fastapi_lint.settings import Overrides, SettingsError, selected_codes
from fastapi_lint.sources import replace_file

if TYPE_CHECKING:
    from fastapi_lint.facts.cache import FactsCache

_FORMATS = ("text", "json")


class BaselineOptions(NamedTuple):
    """A project (a path in it), the baseline's file unless the project's setting names it, and processes."""

    path: Path
    file: Path | None
    jobs: int | None


class _Comparison(NamedTuple):
    """The entries of a baseline: those that are `fixed`, those that stay, as of now; and `new` findings."""

    file: str
    entries: tuple[Entry, ...]
    fixed: tuple[Entry, ...]
    kept: tuple[Entry, ...]
    new: tuple[Entry, ...]


def run_create(options: BaselineOptions, *, force: bool) -> int:
    """Write all findings of a project into a new baseline."""
    project = _project(options)
    file = _file(project, options)
    if os.path.lexists(file) and not force:
        raise MisuseError(
            f"`{shown_path(file)}` exists; `fastapi-lint baseline update` removes what is fixed, "
            "`baseline create --force` accepts everything anew"
        )
    entries = _describe(project, options.jobs).entries
    _write(file, entries)
    write(f"Wrote {count(len(entries), 'finding')} to {shown_path(file)}.\n")
    configured = baseline_path(project, Overrides())
    if configured is None or os.path.realpath(configured) != os.path.realpath(file):
        name = os.path.relpath(file, project.root).replace(os.sep, "/")
        write(
            "\nThe command line and flake8 honor it when pyproject.toml says so (`fastapi-lint init --baseline` writes that):\n\n"
            f"[tool.fastapi-lint]\nbaseline = {json.dumps(name, ensure_ascii=False)}\n"
        )
    return CLEAN


def run_update(options: BaselineOptions) -> int:
    """Remove from a baseline what is fixed, and tell the rest as it is now. Nothing is added."""
    found = _compare(options)
    if found.kept or found.fixed:
        _write(found.file, found.kept)
    shown = shown_path(found.file)
    if found.fixed:
        left = f"{len(found.kept)} {'is' if len(found.kept) == 1 else 'are'} left"
        write(f"Removed {count(len(found.fixed), 'fixed finding')} from {shown}, {left}.\n")
    else:
        write(f"Nothing to remove from {shown}: {count(len(found.kept), 'finding')}.\n")
    if found.new:
        verb, them = ("is", "it") if len(found.new) == 1 else ("are", "them")
        write(
            f"{count(len(found.new), 'finding')} {verb} new and not in it: `fastapi-lint check` reports {them}.\n"
        )
    return CLEAN


def run_show(options: BaselineOptions, output_format: str) -> int:
    """Print what a baseline holds and which of that is fixed."""
    check_format(output_format, _FORMATS)
    found = _compare(options)
    if output_format == "json":
        write(json.dumps(_as_object(found), indent=2, ensure_ascii=False) + "\n")
        return CLEAN
    write(
        f"{shown_path(found.file)}: {count(len(found.entries), 'finding')}, {len(found.fixed)} of them fixed\n"
    )
    counts = Counter(entry.code for entry in found.entries)
    width = max((len(str(number)) for number in counts.values()), default=0)
    write("".join(f"{number:>{width}}  {code}\n" for code, number in sorted(counts.items())))
    if found.fixed:
        write("\nFixed, to be removed by `fastapi-lint baseline update`:\n")
        write("".join(_as_text(entry) for entry in sorted(found.fixed)))
    return CLEAN


def _compare(options: BaselineOptions) -> _Comparison:
    project = _project(options)
    file = _file(project, options)
    try:
        entries = read_baseline(file)
    except BaselineError as error:
        raise MisuseError(str(error)) from error
    known = _describe(project, options.jobs).known_among(entries)
    codes = selected_codes(project.settings, Overrides())
    fixed = fixed_entries(known.gone, project.root, codes, project.known, project.checked)
    unknown = Counter(known.gone) - Counter(fixed)
    return _Comparison(file, entries, fixed, (*known.repeated, *unknown.elements()), known.new)


def _project(options: BaselineOptions) -> ProjectFiles:
    """The whole project around the path."""
    try:
        projects = find_projects([options.path])
        if len(projects) == 1:
            projects = find_projects([Path(projects[0].root)])
    except (PathError, SettingsError) as error:
        raise MisuseError(str(error)) from error
    (project,) = projects  # one path belongs to one project
    return project


def _file(project: ProjectFiles, options: BaselineOptions) -> str:
    overrides = Overrides(baseline=str(options.file) if options.file is not None else None)
    return baseline_path(project, overrides) or os.path.join(project.root, DEFAULT_NAME)


def _describe(project: ProjectFiles, jobs: int | None) -> Described:
    facts = _facts(project)
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        describe = partial(describe_project, project, jobs=jobs, progress=progress)
        try:
            return describe(facts=facts)
        except Exception:
            if facts is None or not facts.recalled:
                raise
            return describe(facts=None)  # what the cache held may have been made up


def _facts(project: ProjectFiles) -> FactsCache | None:
    """What the project's cache knows of its files."""
    cache = cache_of([project.root], os.environ)
    if cache is None:
        return None
    trails: dict[str, Trail] = {}
    find_projects([Path(project.root)], trails=trails)
    return RunInputs(cache, [ProjectInputs(trails[project.root], project.known)], ()).facts


def _write(file: str, entries: Sequence[Entry]) -> None:
    try:
        replace_file(file, render_baseline(entries).encode())
    except OSError as error:
        raise MisuseError(f"`{shown_path(file)}` cannot be written: {error.strerror}") from error


def _as_object(found: _Comparison) -> dict[str, object]:
    fixed = Counter(found.fixed)
    rows = []
    for entry in sorted(found.entries):
        is_fixed = fixed[entry] > 0
        fixed[entry] -= is_fixed
        rows.append({**entry._asdict(), "fixed": is_fixed})
    return {"baseline": found.file, "findings": rows, "new": [entry._asdict() for entry in sorted(found.new)]}


def _as_text(entry: Entry) -> str:
    scope = f" in `{entry.scope}`" if entry.scope else ""
    return f"  {entry.path}: {entry.code}{scope}: {entry.line}\n"
