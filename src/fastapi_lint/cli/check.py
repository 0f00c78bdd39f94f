"""`fastapi-lint check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fastapi_lint.cli import CLEAN, FINDINGS, MisuseError
from fastapi_lint.cli.output import complain, wants_color, width_of, write
from fastapi_lint.discovery import PatternError, compile_patterns
from fastapi_lint.linter import PathError, Report, lint
from fastapi_lint.progress import ProgressBar
from fastapi_lint.settings import Overrides, SettingsError, check_selectors, suggest
from fastapi_lint.sources import decode, file_reader

_FORMATS = ("full", "concise", "json")
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
    output_format: str
    exit_zero: bool
    statistics: bool
    quiet: bool
    jobs: int | None
    stdin_filename: Path | None
    startup: bool


def run_check(options: CheckOptions) -> int:
    """Check what the options name and print the findings; returns the exit code."""
    check_format(options.output_format, _FORMATS)
    overrides = _overrides(options)
    paths, overlay = _standard_input(options)
    with ProgressBar(enabled=sys.stderr.isatty() and not options.quiet) as progress:
        try:
            report = lint(paths, overrides=overrides, jobs=options.jobs, overlay=overlay, progress=progress)
        except (PathError, SettingsError) as error:
            raise MisuseError(str(error)) from error
    if not report.files and not options.quiet:
        complain(f"warning: no Python files found under {', '.join(f'`{path}`' for path in paths)}")
    write(_render(report, options, overlay))
    return FINDINGS if report.diagnostics and not options.exit_zero else CLEAN


def check_format(name: str, known: tuple[str, ...]) -> None:
    """Raise `MisuseError` unless `name` is one of the `known` output formats."""
    if name not in known:
        near = suggest(name, known)
        raise MisuseError(f"no output format `{name}`{near or '; there are ' + ', '.join(known)}")


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


def _render(report: Report, options: CheckOptions, overlay: Mapping[Path, str]) -> str:
    # The reporters are imported one by one: only `full` needs rich.
    from fastapi_lint.reporters.summary import render_statistics, render_statistics_json, summarize

    base = os.path.realpath(os.curdir)
    diagnostics = report.diagnostics
    if options.output_format == "json":
        from fastapi_lint.reporters.machine import render_json

        return render_statistics_json(diagnostics) if options.statistics else render_json(diagnostics)
    if options.statistics:
        text = render_statistics(diagnostics)
    elif options.output_format == "concise":
        from fastapi_lint.reporters.concise import render_concise

        text = render_concise(diagnostics, base=base)
    elif diagnostics:
        from fastapi_lint.reporters.full import render_full

        text = render_full(
            diagnostics,
            read=file_reader({os.path.realpath(path): source for path, source in overlay.items()}),
            base=base,
            width=width_of(sys.stdout),
            color=wants_color(sys.stdout),
        )
    else:
        text = ""
    if options.quiet or not report.files:
        return text
    return text + summarize(diagnostics, report.files) + "\n"
