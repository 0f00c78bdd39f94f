"""`fastapi-lint check`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fastapi_lint.baseline import Entry
from fastapi_lint.cli import CLEAN, FINDINGS, MisuseError
from fastapi_lint.cli.accepted import describe_accepted
from fastapi_lint.cli.add_noqa import run_add_noqa
from fastapi_lint.cli.output import complain, recording
from fastapi_lint.cli.outputs import deliver, requested_outputs, tells_totals
from fastapi_lint.cli.replay import Replay
from fastapi_lint.discovery import PatternError, compile_patterns
from fastapi_lint.linter import Report, lint
from fastapi_lint.progress import ProgressBar
from fastapi_lint.project_files import PathError
from fastapi_lint.reporters.summary import Totals
from fastapi_lint.revisions import RevisionError
from fastapi_lint.run_cache import RunCache
from fastapi_lint.settings import (
    SEVERITIES,
    Overrides,
    Settings,
    SettingsError,
    check_selectors,
    load_settings,
)
from fastapi_lint.sources import decode, file_reader

_STANDARD_INPUT = Path("-")
_UNNAMED = Path("stdin.py")


class CheckOptions(NamedTuple):
    """The command's options as they were given; None where an option was not."""

    paths: tuple[Path, ...]
    select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    extend_select: tuple[str, ...] | None
    exclude: tuple[str, ...] | None
    force_exclude: bool
    output_formats: tuple[str, ...]
    output_files: tuple[Path, ...]
    fail_on: str | None
    exit_zero: bool
    statistics: bool
    quiet: bool
    jobs: int | None
    stdin_filename: Path | None
    startup: bool
    arguments: tuple[str, ...] = ()
    """The whole command line as it was typed."""
    no_cache: bool = False
    baseline: Path | None = None
    no_baseline: bool = False
    since: str | None = None
    add_noqa: str | None = None


def run_check(options: CheckOptions) -> int:
    """Check what the options name and print the findings; returns the exit code."""
    if options.no_cache or options.arguments[:1] != ("check",):
        return _run_check(options, None)
    replay = Replay(options.arguments[1:])
    with recording() as recorded:
        code = _run_check(options, replay.cache)
    replay.remember(code, recorded)
    return code


def _run_check(options: CheckOptions, cache: RunCache | None) -> int:
    started = time.perf_counter()
    outputs = requested_outputs(
        options.output_formats, options.output_files, options.arguments, statistics=options.statistics
    )
    if options.fail_on is not None and options.fail_on not in SEVERITIES:
        raise MisuseError(f"--fail-on must be one of {', '.join(SEVERITIES)}")
    overrides = _overrides(options)
    paths, overlay = _standard_input(options)
    if options.add_noqa is not None and overlay:
        raise MisuseError("--add-noqa writes files, and standard input is none")
    if options.baseline is not None and options.no_baseline:
        raise MisuseError("--baseline and --no-baseline exclude each other")
    with ProgressBar(enabled=sys.stderr.isatty() and not options.quiet) as progress:
        try:
            report = lint(
                paths,
                overrides=overrides,
                jobs=options.jobs,
                overlay=overlay,
                progress=progress,
                counts_calls=tells_totals(outputs, quiet=options.quiet),
                cache=cache,
                older=_older(options, paths, overrides, overlay, progress, cache),
            )
        except (PathError, SettingsError, RevisionError) as error:
            raise MisuseError(str(error)) from error
    if not report.files and not options.quiet:
        complain(f"warning: no Python files found under {', '.join(f'`{path}`' for path in paths)}")
    if options.add_noqa is not None:
        return run_add_noqa(report.diagnostics, options.add_noqa)
    settings = [load_settings(root) for root in report.roots]
    deliver(
        outputs,
        report.diagnostics,
        Totals(report.files, time.perf_counter() - started, report.calls, report.calls_resolved),
        read=file_reader({os.path.realpath(path): source for path, source in overlay.items()}),
        roots=report.roots,
        default=next((one.output_format for one in settings if one.output_format is not None), None),
        statistics=options.statistics,
        quiet=options.quiet,
        note=describe_accepted(report.accepted, options.since),
    )
    return FINDINGS if not options.exit_zero and _fails(report, options.fail_on, settings) else CLEAN


def _older(
    options: CheckOptions,
    paths: Sequence[Path],
    overrides: Overrides,
    overlay: Mapping[Path, str],
    progress: ProgressBar,
    cache: RunCache | None,
) -> Mapping[str, Sequence[Entry]] | None:
    """The findings at the revision that `--since` names."""
    if options.since is None:
        return None
    from fastapi_lint.since import entries_at

    return entries_at(
        options.since,
        paths,
        overrides=overrides,
        overlay=overlay,
        jobs=options.jobs,
        progress=progress,
        store=cache.store if cache is not None else None,
    )


def _fails(report: Report, fail_on: str | None, settings: Sequence[Settings]) -> bool:
    """Whether there is a finding as bad as the option says, or else as the strictest of the settings."""
    thresholds = [fail_on] if fail_on is not None else [one.fail_on or SEVERITIES[-1] for one in settings]
    worst_tolerated = max(map(SEVERITIES.index, thresholds), default=0)
    return any(SEVERITIES.index(finding.severity) <= worst_tolerated for finding in report.diagnostics)


def _overrides(options: CheckOptions) -> Overrides:
    for option, selectors in (
        ("--select", options.select),
        ("--ignore", options.ignore),
        ("--extend-select", options.extend_select),
    ):
        try:
            check_selectors(selectors or (), option)
        except SettingsError as error:
            raise MisuseError(str(error)) from error
    try:
        compile_patterns(options.exclude or ())
    except PatternError as error:
        raise MisuseError(f"--exclude: {error}") from error
    return Overrides(
        select=options.select,
        ignore=options.ignore or (),
        extend_select=options.extend_select or (),
        exclude=options.exclude,
        force_exclude=options.force_exclude,
        startup=True if options.startup else None,
        baseline=""
        if options.no_baseline
        else str(options.baseline)
        if options.baseline is not None
        else None,
    )


def _standard_input(options: CheckOptions) -> tuple[tuple[Path, ...], Mapping[Path, str]]:
    """The paths with `-` replaced by the name it goes by, and its text under that name."""
    if _STANDARD_INPUT not in options.paths:
        if options.stdin_filename is not None:
            raise MisuseError("--stdin-filename needs `-` as the path")
        return options.paths, {}
    if len(options.paths) > 1:
        raise MisuseError("`-` for standard input excludes other paths")
    path = options.stdin_filename or _UNNAMED
    return (path,), {path: decode(sys.stdin.buffer.read())}
