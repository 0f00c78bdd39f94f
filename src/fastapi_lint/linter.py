"""One run: from paths to diagnostics. Nothing in here prints, exits or reads the environment.

Every caller comes through `lint`, so the command line, the flake8 plugin and the pre-commit hooks say
the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint import discovery
from fastapi_lint.analysis.options import Options
from fastapi_lint.baseline import BaselineError, Entry, read_baseline
from fastapi_lint.collector import collector_paused
from fastapi_lint.comparison import Accepted, Before, Described
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.project_files import ProjectFiles, baseline_path, find_projects, resolve
from fastapi_lint.rules import all_rules, fap002_unused_suppression
from fastapi_lint.run_cache import RunCache
from fastapi_lint.run_inputs import ProjectInputs, RunInputs, twice_if_misled
from fastapi_lint.settings import (
    Overrides,
    SettingsError,
    ignored_codes,
    selected_codes,
)
from fastapi_lint.sources import file_reader
from fastapi_lint.suppressions import Suppressions

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.facts.cache import FactsCache

Progress = Callable[[int, int], None]
Watcher = Callable[["ProjectFiles", "Program"], None]
"""Is shown each project with its analysis, for output that tells more than the findings."""


class Report(NamedTuple):
    """What one run found.

    `diagnostics` are sorted, without duplicates and without those that settings or comments silence.
    `files` counts the files checked, `roots` are the projects they belong to. `calls` counts the calls in
    functions that were looked at, `calls_resolved` those that could be followed. `files_read` counts the files
    whose facts were in no cache.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: int
    roots: tuple[str, ...]
    accepted: tuple[Accepted, ...] = ()
    calls: int = 0
    calls_resolved: int = 0
    files_read: int = 0


class _Placed(NamedTuple):
    """A finding where it is reported; `is_moved` when that is not where it stands."""

    finding: Diagnostic
    is_moved: bool


@twice_if_misled
@collector_paused()  # over all of it: each time it goes on it visits everything made meanwhile
def lint(
    paths: Sequence[Path],
    *,
    overrides: Overrides | None = None,
    jobs: int | None = None,
    overlay: Mapping[Path, str] | None = None,
    progress: Progress | None = None,
    only: frozenset[str] | None = None,
    noqa_on_line: bool = True,
    noqa_on_chain: bool = True,
    watcher: Watcher | None = None,
    older: Mapping[str, Sequence[Entry]] | None = None,
    counts_calls: bool = False,
    cache: RunCache | None = None,
) -> Report:
    """Check files and directories, each with its whole project in view.

    `overlay` gives texts that stand in for files on disk; `jobs` is the number of processes (by
    default one for each processor). `only`, resolved paths, narrows the files to report on further than
    the paths do. `noqa_on_line` and `noqa_on_chain` say which comments count: those of flake8 on the
    reported line, and all others. `older`, by a project's root, are findings not to report again. `watcher`
    is shown each analysed project, which makes sure that there is an analysis to show. With a
    `cache` only what is not in it is read, and the same run over the same files is not run at all.

    Raises `PathError` and `settings.SettingsError` for what the user has to put right.
    """
    overrides = overrides or Overrides()
    texts = {resolve(path): text for path, text in (overlay or {}).items()}
    trails: dict[str, discovery.Trail] = {}
    projects = find_projects(paths, overrides=overrides, overlay=texts, trails=trails)
    if only is not None:
        projects = [project._replace(checked=project.checked & only) for project in projects]
    projects = [project for project in projects if project.checked]
    inputs = None
    if cache is not None:
        options = [repr(one) for one in (overrides, noqa_on_line, noqa_on_chain, counts_calls)]
        inputs = _inputs(cache, projects, trails, overrides, options)
    is_storable = not texts and watcher is None and older is None
    if inputs is not None and is_storable and (stored := inputs.stored(Report)) is not None:
        return stored._replace(files_read=0)
    read = file_reader(texts)
    suppressions = Suppressions(read)
    placed: list[_Placed] = []
    accepted: list[Accepted] = []
    unread = 0
    counted: list[tuple[int, int]] = []
    baselines = _baselines(projects, overrides)
    for project in projects:
        codes = selected_codes(project.settings, overrides)
        before = Before(project.root, baselines.get(project.root), (older or {}).get(project.root))
        memory = None
        if inputs is not None and is_storable and not before.is_needed:
            memory = inputs.found_before(project.root, sorted(codes), repr(_options(project, overrides)))
        answer = memory.recall(project.known) if memory is not None else None
        if answer is not None:
            known: Sequence[Diagnostic] = answer.found
            counted.append((answer.calls, answer.calls_resolved))
        else:
            program = analyse_project(
                project,
                overrides=overrides,
                overlay=texts,
                jobs=jobs,
                progress=progress,
                facts=inputs.facts if inputs is not None else None,
            )
            unread += len(program.unread)
            if watcher is not None:
                watcher(project, program)
            if counts_calls or memory is not None:
                counted.append(_coverage(program))
            known = _raw_findings(program, codes)
            if memory is not None and not program.unreadable:
                memory.keep(program.facts, program.unread, known, counted[-1])
        found = _all_findings(project, known, codes, suppressions)
        is_ignored = _ignored_files(project)
        if before.is_needed:
            standing = _standing(project, found, suppressions)
            before.compare(Described(standing, program, project.root, read))
        for finding in found:
            reported = place(finding, project.checked)
            if reported is None or is_ignored(reported):
                continue
            if noqa_on_chain and suppressions.silences_elsewhere(finding, reported):
                continue
            on_line = noqa_on_line or noqa_on_chain
            if on_line and suppressions.silences_line(reported, only_own=not noqa_on_line):
                continue
            if before.hides(finding):
                continue
            placed.append(_Placed(reported, is_moved=reported is not finding))
        if before.is_needed:
            accepted.append(before.accepted(codes, project.known, project.checked))
    report = Report(
        diagnostics=_without_duplicates(placed),
        files=len(frozenset().union(*(project.checked for project in projects))),
        roots=tuple(project.root for project in projects),
        accepted=tuple(accepted),
        calls=sum(calls for calls, _ in counted) if counts_calls else 0,
        calls_resolved=sum(resolved for _, resolved in counted) if counts_calls else 0,
        files_read=sum(len(project.known) for project in projects) - unread,
    )
    if inputs is not None:
        report = report._replace(files_read=len(inputs.facts.read))
        if is_storable:
            inputs.keep(report)
    return report


def _coverage(program: Program) -> tuple[int, int]:
    from fastapi_lint.analysis.coverage import coverage

    return coverage(program)


def _inputs(
    cache: RunCache,
    projects: Sequence[ProjectFiles],
    trails: Mapping[str, discovery.Trail],
    overrides: Overrides,
    options: Sequence[str],
) -> RunInputs:
    """What a run over the projects depends on."""
    inputs = []
    texts = [*options]
    for project in projects:
        baseline = baseline_path(project, overrides)
        texts += [project.root, repr(project.settings), repr(sorted(project.checked))]
        paths = project.known if baseline is None else (*project.known, baseline)
        trails[project.root].about += (repr(baseline),)
        inputs.append(ProjectInputs(trails[project.root], paths))
    return RunInputs(cache, inputs, texts)


def describe_project(
    project: ProjectFiles,
    *,
    overrides: Overrides | None = None,
    overlay: Mapping[str, str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    facts: FactsCache | None = None,
) -> Described:
    """Every finding of a project that is neither ignored nor silenced, as a baseline remembers it."""
    overrides = overrides or Overrides()
    read = file_reader(overlay)
    suppressions = Suppressions(read)
    program = analyse_project(
        project, overrides=overrides, overlay=overlay, jobs=jobs, progress=progress, facts=facts
    )
    codes = selected_codes(project.settings, overrides)
    found = _all_findings(project, _raw_findings(program, codes), codes, suppressions)
    return Described(_standing(project, found, suppressions), program, project.root, read)


def analyse_project(
    project: ProjectFiles,
    *,
    overrides: Overrides | None = None,
    overlay: Mapping[str, str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    facts: FactsCache | None = None,
) -> Program:
    """The analysis of a whole project, ready to be asked. With `facts` only files that are not in there are read."""
    # Imported when there is something to analyse: it is heavy, and much of the command line needs none of it.
    from fastapi_lint.analysis.program import SourceFile, analyse

    overlay = overlay or {}
    files = [SourceFile(path, overlay.get(path)) for path in project.known]
    options = _options(project, overrides)
    return analyse(
        project.root, files, options, jobs=jobs or _processors(), progress=progress, facts_cache=facts
    )


def _options(project: ProjectFiles, overrides: Overrides | None) -> Options:
    startup = overrides.startup if overrides is not None else None
    return Options(
        blocking=project.settings.blocking,
        offload=project.settings.offload,
        startup=project.settings.startup if startup is None else startup,
    )


def place(finding: Diagnostic, checked: frozenset[str]) -> Diagnostic | None:
    """The finding where a run over the files `checked` reports it, or None where it does not.

    At its own place if that is checked, else at the first step of its chain that is: so whoever edits only a
    helper still sees what it breaks.
    """
    if finding.path in checked:
        return finding
    for step in finding.chain:
        if step.path in checked:
            return finding._replace(path=step.path, span=step.span)
    return None


def _baselines(
    projects: Sequence[ProjectFiles], overrides: Overrides
) -> dict[str, tuple[str, Sequence[Entry]]]:
    """The baselines that count, by the project's root: path and entries."""
    if overrides.baseline and len(projects) > 1:
        roots = ", ".join(f"`{project.root}`" for project in projects)
        raise SettingsError(f"one baseline cannot hold the findings of several projects: {roots}")
    try:
        return {
            project.root: (path, read_baseline(path))
            for project in projects
            if (path := baseline_path(project, overrides)) is not None
        }
    except BaselineError as error:
        raise SettingsError(str(error)) from error


def _all_findings(
    project: ProjectFiles, raw: Sequence[Diagnostic], codes: frozenset[str], suppressions: Suppressions
) -> list[Diagnostic]:
    """What the rules find in the whole project (`raw`), and then which comments accept none of it."""
    found = list(raw)
    unused = fap002_unused_suppression.rule.code
    if unused not in codes:
        return found
    for finding in found:
        suppressions.use(finding)
    others = frozenset(rule.code for rule in all_rules()) - {unused}
    for one in suppressions.unused(project.known, selected=codes, known=others):
        if not one.mention.covers(unused):
            _, code, span, _ = one.mention
            found.append(
                fap002_unused_suppression.report(code, one.mention.path, span, is_known=one.is_known)
            )
    return found


def _standing(
    project: ProjectFiles, found: Sequence[Diagnostic], suppressions: Suppressions
) -> list[Diagnostic]:
    """Those that a run over the whole project reports, unless they were there before."""
    is_ignored = _ignored_files(project)
    return [finding for finding in found if not is_ignored(finding) and not suppressions.silences(finding)]


def _raw_findings(program: Program, codes: frozenset[str]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for rule in all_rules():
        if rule.code in codes:
            for question, check in rule.checks:
                for answer in program.answers(question):
                    found.extend(check(answer))
    found.sort(key=lambda finding: (finding.sort_key, finding.chain, finding.routes))
    return found


def _ignored_files(project: ProjectFiles) -> Callable[[Diagnostic], bool]:
    """Whether the project's `per-file-ignores` cover a finding."""
    entries = [
        (discovery.compile_patterns([pattern]), ignored_codes(selectors))
        for pattern, selectors in project.settings.per_file_ignores
    ]

    def is_ignored(finding: Diagnostic) -> bool:
        if not entries:
            return False
        relative = os.path.relpath(finding.path, project.root).replace(os.sep, "/")
        return any(finding.code in codes and spec.match_file(relative) for spec, codes in entries)

    return is_ignored


def _without_duplicates(placed: list[_Placed]) -> tuple[Diagnostic, ...]:
    """Sorted; of several findings that say the same at one place the first stays and takes their routes.

    Many async functions may reach one helper. Where only the helper is checked their findings all end
    there, and one of them is enough, though their messages differ.
    """
    kept: dict[tuple[object, ...], Diagnostic] = {}
    for finding, is_moved in sorted(placed, key=lambda one: one.finding.sort_key[:3]):
        key = (finding.code, finding.path, finding.span, None if is_moved else finding.message)
        first = kept.setdefault(key, finding)
        if new := [route for route in finding.routes if route not in first.routes]:
            kept[key] = first._replace(routes=(*first.routes, *new))
    return tuple(kept.values())


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
