"""Where a run's findings go: which formats, to which files, and what goes to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.cli import MisuseError
from fastapi_lint.cli.output import wants_color, wants_links, width_of, write
from fastapi_lint.settings import OUTPUT_FORMATS, suggest

if TYPE_CHECKING:
    from fastapi_lint.diagnostics import Diagnostic
    from fastapi_lint.reporters.formats import Surroundings
    from fastapi_lint.reporters.summary import Totals
    from fastapi_lint.sources import Reader

_FORMAT, _FILE = "--output-format", "--output-file"
_STANDARD_OUTPUT = "-"
_SOURCES = (".py", ".pyi", ".toml")


class Output(NamedTuple):
    """One rendering of the findings: a format (None for the default) to a file (None for standard output)."""

    format: str | None
    file: Path | None


def check_format(name: str, known: Sequence[str]) -> None:
    """Raise `MisuseError` unless `name` is one of the `known` output formats."""
    if name not in known:
        near = suggest(name, known)
        raise MisuseError(f"no output format `{name}`{near or '; there are ' + ', '.join(known)}")


def requested_outputs(
    formats: Sequence[str], files: Sequence[Path], arguments: Sequence[str], *, statistics: bool = False
) -> tuple[Output, ...]:
    """The outputs that the options ask for, checked before any work is done. Raises `MisuseError`.

    A file belongs to the format before it. `arguments` are the command line as it was typed: the parsed options
    have lost their order.
    """
    outputs = tuple(_paired(list(_typed(formats, files, arguments))))
    for output in outputs:
        if output.format is not None:
            check_format(output.format, OUTPUT_FORMATS)
        if output.file is not None:
            _check_file(output.file)
    named = [os.path.abspath(output.file) for output in outputs if output.file is not None]
    twice = [path for number, path in enumerate(named) if path in named[:number]]
    if twice:
        raise MisuseError(f"two formats cannot go to the same file `{os.path.relpath(twice[0])}`")
    from fastapi_lint.reporters.formats import DOCUMENTS, FOR_READERS

    shown = [output.format for output in outputs if output.file is None]
    documents = [name for name in shown if name in DOCUMENTS]
    if documents and len(shown) > 1:
        raise MisuseError(f"`{documents[0]}` must have standard output to itself; give it {_FILE}")
    if statistics:
        for output in outputs:
            if output.format not in (None, "json", *FOR_READERS):
                raise MisuseError(f"--statistics are text or json, not {output.format}")
    return outputs


def _typed(
    formats: Sequence[str], files: Sequence[Path], arguments: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The two options and their values in the order in which they were typed."""
    events: list[tuple[str, str]] = []
    rest = iter(arguments)
    for argument in rest:
        option, equals, value = argument.partition("=")
        if argument == "--":
            break
        if option in (_FORMAT, _FILE):
            events.append((option, value if equals else next(rest, "")))
    given = [*((_FORMAT, name) for name in formats), *((_FILE, str(path)) for path in files)]
    same = sorted((option, value) for option, value in events if option == _FORMAT) == sorted(
        given[: len(formats)]
    )
    return iter(events if same and len(events) == len(given) else given)


def _paired(events: Sequence[tuple[str, str]]) -> list[Output]:
    formats = [value for option, value in events if option == _FORMAT]
    files = [value for option, value in events if option == _FILE]
    if len(files) == 1 and len(formats) <= 1:  # nothing to mix up, in whichever order
        return [Output(formats[0] if formats else None, _file(files[0]))]
    outputs: list[Output] = []
    has_file = True
    for option, value in events:
        if option == _FORMAT:
            outputs.append(Output(value, None))
            has_file = False
        elif has_file:
            before = (
                f"`{_FORMAT} {outputs[-1].format}` has a file already" if outputs else "nothing precedes it"
            )
            raise MisuseError(
                f"`{_FILE} {value}` belongs to no format: {before}; write {_FORMAT} FORMAT {_FILE} FILE for each"
            )
        else:
            outputs[-1] = outputs[-1]._replace(file=_file(value))
            has_file = True
    return outputs or [Output(None, None)]


def _file(value: str) -> Path | None:
    return None if value == _STANDARD_OUTPUT else Path(value)


def _check_file(path: Path) -> None:
    """Raise `MisuseError` for a file that must not or cannot be written."""
    if not str(path) or path.is_dir():
        raise MisuseError(f"{_FILE}: `{path}` is a directory")
    if not path.parent.is_dir():
        raise MisuseError(f"{_FILE}: there is no directory `{path.parent}`")
    if path.suffix in _SOURCES:
        raise MisuseError(f"{_FILE}: `{path}` looks like a file of your project, and would be overwritten")
    if path.is_symlink():
        raise MisuseError(f"{_FILE}: `{path}` is a symbolic link; name the file itself")


def tells_totals(outputs: Sequence[Output], *, quiet: bool) -> bool:
    """Whether one of the outputs, or the summary behind them, says what the run did besides what it found."""
    from fastapi_lint.reporters.formats import DOCUMENTS

    names = {output.format for output in outputs}
    if not names.isdisjoint({"markdown", "html"}):
        return True
    return not quiet and not (names <= DOCUMENTS and any(output.file is None for output in outputs))


def deliver(
    outputs: Sequence[Output],
    diagnostics: Sequence[Diagnostic],
    totals: Totals,
    *,
    read: Reader,
    roots: Sequence[str],
    default: str | None,
    statistics: bool,
    quiet: bool,
    note: str = "",
) -> None:
    """Write every output; raises `MisuseError` for a file that cannot be written.

    `default` is the format that the settings name. What goes to the terminal ends with the summary and `note`, whole
    lines, and so does a run that writes files only.
    """
    from fastapi_lint.reporters.formats import FOR_READERS, Surroundings
    from fastapi_lint.reporters.summary import summarize

    base = os.path.realpath(os.curdir)
    summary = summarize(diagnostics, totals)
    about = Surroundings(
        read=read,
        base=base,
        repository=_repository(roots, base),
        summary=summarize(diagnostics, totals._replace(seconds=None)),
        source=_source(os.environ),
    )
    terminal = about._replace(
        width=width_of(sys.stdout), color=wants_color(sys.stdout), links=wants_links(sys.stdout)
    )
    shown = [output for output in outputs if output.file is None]
    for output in outputs:
        if output.file is not None:
            name = output.format or default or "concise"
            _write_file(output.file, _text(name, diagnostics, about, statistics=statistics))
    names = [output.format or default or ("full" if sys.stdout.isatty() else "concise") for output in shown]
    for name in names:
        write(_text(name, diagnostics, terminal, statistics=statistics))
    if not quiet and totals.files and FOR_READERS.issuperset(names):
        if "full" in names and len(summary) > terminal.width:
            summary = summary.replace(". ", ".\n", 1)
        write(f"{summary}\n{note}")


def _text(name: str, diagnostics: Sequence[Diagnostic], about: Surroundings, *, statistics: bool) -> str:
    from fastapi_lint.reporters.formats import FOR_READERS, render
    from fastapi_lint.reporters.summary import render_statistics, render_statistics_json

    if not statistics:
        return render(name, diagnostics, about)
    if name not in ("json", *FOR_READERS):
        raise MisuseError(f"--statistics are text or json, not {name}")
    return render_statistics_json(diagnostics) if name == "json" else render_statistics(diagnostics)


def _write_file(path: Path, text: str) -> None:
    """Write that very file, whatever another process puts in its place: a link is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o666)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise MisuseError(f"{_FILE}: `{path}` cannot be written: {error.strerror}") from error


def _repository(roots: Sequence[str], base: str) -> str:
    """The root of the repository that the first project lies in, or else the current directory."""
    directory = roots[0] if roots else base
    while True:
        if os.path.lexists(os.path.join(directory, ".git")):  # a file in a worktree or a submodule
            return directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return base
        directory = parent


def _source(environment: Mapping[str, str]) -> str:
    """The address of the checked-out sources on the web, as a CI job knows it; "" elsewhere."""
    server, repository = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
    commit = environment.get("GITHUB_SHA")
    if server and repository and commit:
        return f"{server}/{repository}/blob/{commit}"
    project, commit = environment.get("CI_PROJECT_URL"), environment.get("CI_COMMIT_SHA")
    return f"{project}/-/blob/{commit}" if project and commit else ""
