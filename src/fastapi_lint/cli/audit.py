"""`fastapi-lint audit`."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint import __version__
from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.output import complain, write
from fastapi_lint.cli.outputs import check_format
from fastapi_lint.linter import lint
from fastapi_lint.progress import ProgressBar
from fastapi_lint.project_files import PathError, ProjectFiles
from fastapi_lint.run_cache import cache_of
from fastapi_lint.settings import SettingsError
from fastapi_lint.sources import file_reader

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.reporters.audit.model import Audit

_FORMATS = ("html", "markdown", "json")
_DEFAULT_PAGE = Path("audit.html")


class AuditOptions(NamedTuple):
    """The command's options as they were given; None where an option was not."""

    path: Path
    output: Path | None
    output_format: str | None
    json_file: Path | None
    previous: Path | None
    jobs: int | None


def run_audit(options: AuditOptions) -> int:
    """Write the audit of what the options name. Findings are no failure: the exit code is 0."""
    output_format = options.output_format or _format_of(options.output)
    check_format(output_format, _FORMATS)
    earlier = _read_previous(options.previous)
    audit = _audit(options)
    if earlier is not None:
        from fastapi_lint.reporters.audit.document import DocumentError, compare

        try:
            audit = compare(audit, earlier)
        except DocumentError as error:
            raise MisuseError(f"--previous {options.previous}: {error}") from error
    if options.json_file is not None:
        _write_file(options.json_file, _render(audit, "json"))
    text = _render(audit, output_format)
    output = options.output
    if output is None and output_format == "html":
        output = _DEFAULT_PAGE
    if output is None or str(output) == "-":
        write(text)
        return CLEAN
    _write_file(output, text)
    score = "no score (no routes)" if audit.overall.value is None else f"score {audit.overall.value} of 100"
    complain(
        f"{score}, {len(audit.open):,} findings, {len(audit.routes):,} routes, {audit.files:,} files; "
        f"wrote `{output}`"
    )
    return CLEAN


def _audit(options: AuditOptions) -> Audit:
    from fastapi_lint.cli.fates import silenced_findings
    from fastapi_lint.reporters.audit.collect import Subject, collect

    analysed: dict[str, tuple[ProjectFiles, Program]] = {}  # by root: a run may begin anew
    with ProgressBar(enabled=sys.stderr.isatty()) as progress:
        try:
            report = lint(
                [options.path],
                jobs=options.jobs,
                progress=progress,
                watcher=lambda project, program: analysed.update({project.root: (project, program)}),
                cache=cache_of([str(options.path)], os.environ),
            )
        except (PathError, SettingsError) as error:
            raise MisuseError(str(error)) from error
    if not report.files:
        complain(f"warning: no Python files found under `{options.path}`")
    read = file_reader()
    base = os.path.realpath(options.path)
    if not os.path.isdir(base):
        base = os.path.dirname(base)
    roots = [project.root for project, _ in analysed.values()]
    if len(roots) == 1 and base.startswith(roots[0]):
        base = roots[0]
    subject = Subject(os.path.basename(base) or base, base, _now(), __version__, report.files)
    programs = [(program, project.checked) for project, program in analysed.values()]
    silenced = silenced_findings(analysed.values(), report.diagnostics, read)
    return collect(subject, programs, report.diagnostics, silenced, read)


def _render(audit: Audit, output_format: str) -> str:
    if output_format == "json":
        from fastapi_lint.reporters.audit.document import render_json

        return render_json(audit)
    if output_format == "markdown":
        from fastapi_lint.reporters.audit.markdown import render_markdown

        return render_markdown(audit)
    from fastapi_lint.reporters.audit.page import render_page

    return render_page(audit)


def _format_of(output: Path | None) -> str:
    """What the ending of the file's name says."""
    suffix = output.suffix.lower() if output is not None else ""
    return {".md": "markdown", ".markdown": "markdown", ".json": "json"}.get(suffix, "html")


def _read_previous(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(f"--previous {path}: cannot be read: {error}") from error


def _write_file(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Names that are no Unicode occur in file names; they must not cost the report.
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise MisuseError(f"cannot write `{path}`: {error.strerror or error}") from error


def _now() -> str:
    """When the audit is made; SOURCE_DATE_EPOCH makes two runs over the same code equal."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal():
        moment = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    else:
        moment = datetime.datetime.now(datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
