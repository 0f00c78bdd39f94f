"""The flake8 plugin: the same findings as the command line, handed out file by file.

flake8 shows a plugin one file at a time, in several processes, so the whole result is computed once, in
the parent process before it starts others, and looked up. Processes that do not inherit the parent's
memory get it in a temporary file; one that has neither computes the result for itself.

Importing this module must stay cheap, for flake8 does it in every run: everything else is imported when
there is a file to check.
"""

from __future__ import annotations

import ast
import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from fastapi_lint import __version__

if TYPE_CHECKING:
    import argparse

Violation = tuple[int, int, str, type]
# The findings of all files by resolved path: line, column from 0, and text, as flake8 wants them.
Findings = Mapping[str, Sequence[tuple[int, int, str]]]

# What a result belongs to: the current directory, the paths that flake8 was given, name and text of standard input.
Key = tuple[str, tuple[str, ...], "tuple[str, str] | None"]

_STANDARD_INPUT = "-"
_HANDED_OVER = "FASTAPI_LINT_FLAKE8_FINDINGS"


class Plugin:
    """What flake8 makes for each file: `run` yields (line, column from 0, "FAP103 message", type)."""

    name = "fastapi-lint"
    version = __version__

    _options: ClassVar[argparse.Namespace | None] = None
    _results: ClassVar[dict[Key, Findings]] = {}

    def __init__(self, tree: ast.AST, filename: str, lines: list[str]) -> None:
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: Any) -> None:
        """The one option of ours; all else stands in `[tool.fastapi-lint]`."""
        manager.add_option(
            "--fastapi-lint-baseline",
            metavar="FILE",
            parse_from_config=True,
            normalize_paths=True,
            help="Report no FAP finding that is in this baseline. By default the setting of fastapi-lint.",
        )

    @classmethod
    def parse_options(cls, manager: object, options: argparse.Namespace, filenames: object) -> None:
        """Keep the options; in the parent process, where there is something to check, find everything."""
        cls._options = options
        cls._results = {}
        if getattr(options, "bug_report", False) or _is_worker():
            return
        named = options.filenames
        if _STANDARD_INPUT in named:
            return  # its text is known only when the file's turn comes
        if not named and "flake8.api.legacy" in sys.modules:
            return  # that interface names its files later
        try:
            _hand_over(cls._key(None), cls._find_all(None))
        except Exception as error:
            if _is_users_mistake(error):
                from flake8.exceptions import ExecutionError  # type: ignore[import-untyped,unused-ignore]

                raise ExecutionError(f"fastapi-lint: {error}") from error
            # Anything else comes again with the first file, and is reported there.

    def run(self) -> Iterator[Violation]:
        """The findings of this file. Nothing raised in here may reach flake8: it would lose the whole run."""
        try:
            findings = self._findings()
        except Exception as error:
            described = " ".join(f"{type(error).__name__}: {error}".split())
            text = f"internal error of fastapi-lint, please report it: {described}"
            yield 1, 0, f"FAP001 {error if _is_users_mistake(error) else text}", type(self)
            return
        for line, column, text in findings:
            yield line, column, text, type(self)

    def _findings(self) -> Sequence[tuple[int, int, str]]:
        options = type(self)._options
        named = options.filenames if options is not None else [self._filename]
        is_input = _STANDARD_INPUT in named and not _is_below_any(self._filename, named)
        found = self._find_all((self._filename, "".join(self._lines)) if is_input else None)
        return found.get(os.path.realpath(self._filename), ())

    @classmethod
    def _find_all(cls, standard_input: tuple[str, str] | None) -> Findings:
        """The findings of all files that flake8 was given, by path; computed once in a process."""
        key = cls._key(standard_input)
        if key not in cls._results:
            found = _handed_over(key) if _is_worker() and standard_input is None else None
            cls._results[key] = _lint(cls._options, key[1], standard_input) if found is None else found
        return cls._results[key]

    @classmethod
    def _key(cls, standard_input: tuple[str, str] | None) -> Key:
        named = tuple(cls._options.filenames) if cls._options is not None else ()
        return os.getcwd(), named or (".",), standard_input


def _lint(
    options: argparse.Namespace | None, named: Sequence[str], standard_input: tuple[str, str] | None
) -> Findings:
    import json
    from pathlib import Path

    from fastapi_lint.run_cache import cache_of

    paths = [Path(name) for name in named if name != _STANDARD_INPUT]
    overlay = {}
    if standard_input is not None:
        filename, text = standard_input
        paths.append(Path(filename))
        overlay[Path(filename)] = text
    disable_noqa = bool(getattr(options, "disable_noqa", False))
    only = _files_of_flake8(options, named, standard_input)
    question = None
    cache = cache_of(named, os.environ)
    if cache is not None and not overlay:
        question = cache.ask(
            ("flake8", repr((disable_noqa, _selected(options), _baseline(options), only and sorted(only)))),
            named,
        )
        if (known := _known(cache.recall(question))) is not None:
            return known
    # Only now: the analysis and the rules take long to import.
    from fastapi_lint.linter import lint

    report = lint(
        # What is neither is flake8's own business: it reports a missing file, and reads a pipe.
        [path for path in paths if path in overlay or path.is_file() or path.is_dir()],
        overrides=_overrides(options),
        jobs=_jobs(options),
        overlay=overlay,
        only=only,
        noqa_on_line=False,  # that is flake8's own business
        noqa_on_chain=not disable_noqa,
        cache=cache,
    )
    found: dict[str, list[tuple[int, int, str]]] = {}
    for finding in report.diagnostics:
        text = " ".join(f"{finding.code} {finding.message}".split())
        found.setdefault(finding.path, []).append((finding.span.line, finding.span.column - 1, text))
    if cache is not None and question is not None:
        cache.remember(question, json.dumps(found).encode())
    return found


def _known(stored: bytes | None) -> Findings | None:
    """The findings that an earlier run stored, as `_lint` gives them."""
    import json

    if stored is None:
        return None
    try:
        return {
            path: [(int(line), int(column), str(text)) for line, column, text in rows]
            for path, rows in json.loads(stored).items()
        }
    except (AttributeError, RecursionError, TypeError, ValueError):
        return None


def _hand_over(key: Key, findings: Findings) -> None:
    """Leave the findings in a file that child processes find by a variable, where they do not inherit memory."""
    import multiprocessing

    if multiprocessing.get_start_method() == "fork":
        return
    import atexit
    import json
    import tempfile

    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json", delete=False) as file:
        json.dump({"key": key, "findings": findings}, file)
    os.environ[_HANDED_OVER] = file.name
    atexit.register(_remove, file.name)


def _handed_over(key: Key) -> Findings | None:
    """The findings that the parent process left for this very key, if any."""
    import json

    try:
        with open(os.environ[_HANDED_OVER], encoding="utf-8") as file:
            content = json.load(file)
        if content["key"] != json.loads(json.dumps(key)):
            return None
        return {
            path: [(line, column, text) for line, column, text in rows]
            for path, rows in content["findings"].items()
        }
    except (KeyError, OSError, ValueError, TypeError):
        return None


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.remove(path)


def _files_of_flake8(
    options: argparse.Namespace | None, named: Sequence[str], standard_input: tuple[str, str] | None
) -> frozenset[str] | None:
    """The files that flake8 will go through, resolved; its own `exclude` and `filename` count."""
    if options is None:
        return None
    from flake8.discover_files import expand_paths  # type: ignore[import-untyped,unused-ignore]

    expanded = expand_paths(
        paths=list(named),
        stdin_display_name=options.stdin_display_name,
        filename_patterns=options.filename,
        exclude=(*options.exclude, *options.extend_exclude),
    )
    files = {os.path.realpath(name) for name in expanded if name != _STANDARD_INPUT}
    if standard_input is not None:
        files.add(os.path.realpath(standard_input[0]))
    return frozenset(files)


def _selected(options: argparse.Namespace | None) -> list[str]:
    """The codes that flake8's own options name."""
    return sorted(
        {*(getattr(options, "select", None) or ()), *(getattr(options, "extend_select", None) or ())}
    )


def _overrides(options: argparse.Namespace | None) -> Any:
    """Rules that flake8's own options select by their full code run even where they are off by default."""
    from fastapi_lint.rules import all_rules
    from fastapi_lint.settings import Overrides

    named = _selected(options)
    return Overrides(
        extend_select=tuple(rule.code for rule in all_rules() if rule.code in named),
        baseline=_baseline(options),
    )


def _baseline(options: argparse.Namespace | None) -> str | None:
    """The baseline that flake8's own options name."""
    named: str | None = getattr(options, "fastapi_lint_baseline", None)
    return named


def _jobs(options: argparse.Namespace | None) -> int | None:
    """As many processes as flake8 may use; a worker of its pool must not start any."""
    if _is_worker():
        return 1
    jobs = getattr(options, "jobs", None)
    number = getattr(jobs, "n_jobs", -1)
    return number if number > 0 else None


def _is_worker() -> bool:
    import multiprocessing

    return multiprocessing.parent_process() is not None


def _is_below_any(filename: str, named: Sequence[str]) -> bool:
    path = os.path.realpath(filename)
    return any(
        path == (other := os.path.realpath(name)) or path.startswith(os.path.join(other, ""))
        for name in named
        if name != _STANDARD_INPUT
    )


def _is_users_mistake(error: Exception) -> bool:
    from fastapi_lint.project_files import PathError
    from fastapi_lint.settings import SettingsError

    return isinstance(error, PathError | SettingsError)
