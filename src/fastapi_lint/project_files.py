"""From the paths that somebody names to projects: which files to know about, and which to report on."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fastapi_lint import discovery
from fastapi_lint.settings import Overrides, Settings, load_settings


class PathError(Exception):
    """A path that cannot be checked; the text is one line that says which and why."""


class ProjectFiles(NamedTuple):
    """The files of one project: `known` to the analysis, and `checked`, those to report on."""

    root: str
    settings: Settings
    known: tuple[str, ...]
    checked: frozenset[str]


def find_projects(
    paths: Sequence[Path],
    *,
    overrides: Overrides | None = None,
    overlay: Mapping[str, str] | None = None,
    trails: dict[str, discovery.Trail] | None = None,
) -> list[ProjectFiles]:
    """The projects that the paths belong to, by root. Raises `PathError` and `SettingsError`.

    A directory brings everything below it into its own project, nested projects included. What was looked
    at to find the files is added to `trails`, by root.
    """
    overrides, overlay = overrides or Overrides(), overlay or {}
    directories, files = _split(paths, overlay)
    arguments: dict[str, list[str]] = {}
    roots: dict[str, str] = {}  # by directory: a commit may name thousands of files in a few of them
    for path in (*directories, *files):
        own = path if path in directories else os.path.dirname(path)
        around = next((directory for directory in directories if _is_below(path, directory)), own)
        if around not in roots:
            roots[around] = discovery.find_root(around)
        arguments.setdefault(roots[around], []).append(path)
    projects = []
    for root, named in sorted(_join_unmarked(arguments).items()):
        settings = load_settings(root)
        patterns = settings.exclude if overrides.exclude is None else overrides.exclude
        exclude = discovery.compile_patterns((*patterns, *settings.extend_exclude))
        trail = discovery.Trail()
        known = discovery.python_files(root, root, exclude, trail)
        checked: set[str] = set()
        for path in named:
            is_out = overrides.force_exclude and discovery.is_excluded(path, root, exclude)
            if is_out:
                continue
            if path not in directories:
                checked.add(path)
            elif below := [file for file in known if _is_below(file, path)]:
                checked.update(below)
            else:  # ignored or excluded as a whole, but somebody named it on purpose
                nothing = discovery.compile_patterns(())
                checked.update(discovery.python_files(path, root, nothing, trail))
        everything = tuple(sorted(checked.union(known)))
        trail.about = (root, repr((patterns, settings.extend_exclude)), *sorted(checked.difference(known)))
        if trails is not None:
            trails[root] = trail
        projects.append(ProjectFiles(root, settings, everything, frozenset(checked)))
    return projects


def baseline_path(project: ProjectFiles, overrides: Overrides) -> str | None:
    """The baseline that counts for the project, absolute, or None. It need not exist."""
    if overrides.baseline is not None:
        return resolve(Path(overrides.baseline)) if overrides.baseline else None
    configured = project.settings.baseline
    return os.path.join(project.root, configured) if configured else None


def _split(paths: Sequence[Path], overlay: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The directories, less those inside another one, and the files; all resolved. Stub files hold no code."""
    directories: set[str] = set()
    files: set[str] = set()
    for path in paths:
        resolved = resolve(path)
        if resolved in overlay or os.path.isfile(resolved):
            if not resolved.endswith(".pyi"):
                files.add(resolved)
        elif os.path.isdir(resolved):
            directories.add(resolved)
        elif os.path.exists(resolved):
            raise PathError(f"`{path}` is neither a file nor a directory")
        else:
            raise PathError(f"`{path}` does not exist{_similar(path)}")
    outer = [
        path for path in directories if not any(_is_below(path, other) for other in directories - {path})
    ]
    return sorted(outer), sorted(files)


def _join_unmarked(arguments: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Roots that no file marks as such and that lie in one another are one project: their outermost directory."""
    marked = {root for root in arguments if discovery.is_marked(root)}
    joined: dict[str, list[str]] = {}
    for root in sorted(arguments):
        outer = root
        if root not in marked:
            outer = next((other for other in joined if other not in marked and _is_below(root, other)), root)
        joined.setdefault(outer, []).extend(arguments[root])
    return joined


def _is_below(path: str, directory: str) -> bool:
    return path == directory or path.startswith(os.path.join(directory, ""))


def resolve(path: Path) -> str:
    """Absolute, with links followed: the form in which all paths are compared."""
    return os.path.realpath(path)


def _similar(path: Path) -> str:
    try:
        siblings = os.listdir(path.parent)
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, siblings, n=1)
    return f"; did you mean `{path.parent / near[0]}`?" if near else ""
