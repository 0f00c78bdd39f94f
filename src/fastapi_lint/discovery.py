"""Which files: the Python files of a project, and the project that a path belongs to.

Every path in here is an absolute, resolved string. Symbolic links are never followed: what a link
inside the project points to is found where it really stands, and what it points to outside is not
the project's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

ROOT_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", ".git")

# Directories that never hold a project's own source, whatever the settings say.
_FOREIGN_DIRECTORIES = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".fastapi_lint_cache",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".pytype",
        ".ruff_cache",
        ".svn",
        ".tox",
        "CVS",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
    }
)
_FOREIGN_SUFFIXES = (".dist-info", ".egg-info", ".egg")


class PatternError(ValueError):
    """A pattern that cannot be read; the text names it."""


class Trail:
    """What a walk looked at; who finds the same again need not walk.

    `listings` holds what `listing` says of each directory, `ignore_files` the files below the top that
    were read. `about` says what it looked for.
    """

    def __init__(self) -> None:
        self.listings: dict[str, str] = {}
        self.ignore_files: set[str] = set()
        self.about: tuple[str, ...] = ()


class _Ignore(NamedTuple):
    """The patterns of one ignore file; they count for what lies below `base` (which ends with a slash)."""

    base: str
    spec: GitIgnoreSpec


def compile_patterns(patterns: Sequence[str]) -> GitIgnoreSpec:
    """Patterns in the language of .gitignore. Raises `PatternError` for one that makes no sense."""
    # Imported when there is a pattern to read: a run whose answer is known needs none.
    from pathspec import GitIgnoreSpec

    for pattern in patterns:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError as error:
            raise PatternError(f"`{pattern}` is not a pattern in the language of .gitignore") from error
    return GitIgnoreSpec.from_lines(patterns)


def find_root(directory: str) -> str:
    """The root of the project that a directory belongs to.

    The nearest ancestor with one of `ROOT_MARKERS`. Without any, the outermost package around the
    directory, so that its imports can be followed, or else the directory itself.
    """
    current = directory
    while True:
        if is_marked(current):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            break
        current = parent
    package = directory
    while os.path.isfile(os.path.join(package, "__init__.py")):
        directory, package = package, os.path.dirname(package)
    return directory


def is_marked(directory: str) -> bool:
    """Whether one of `ROOT_MARKERS` says that a project has its root here."""
    return any(os.path.exists(os.path.join(directory, marker)) for marker in ROOT_MARKERS)


def is_foreign_directory(directory: str) -> bool:
    """Whether this is a virtual environment, a cache, an installed package or a build's output."""
    name = os.path.basename(directory)
    if name in _FOREIGN_DIRECTORIES or name.endswith(_FOREIGN_SUFFIXES):
        return True
    if os.path.exists(os.path.join(directory, "pyvenv.cfg")):
        return True
    # Only what setuptools leaves behind: an application may well have a package called `build`.
    return name == "build" and os.path.isdir(os.path.join(directory, "lib"))


def is_excluded(path: str, root: str, exclude: GitIgnoreSpec) -> bool:
    """Whether the patterns `exclude`, or a foreign directory around it, rule out what stands at `path`."""
    relative = _posix(os.path.relpath(path, root))
    is_directory = os.path.isdir(path)
    if exclude.match_file(relative + "/" if is_directory else relative):
        return True
    current = path if is_directory else os.path.dirname(path)
    while len(current) > len(root):
        if is_foreign_directory(current):
            return True
        current = os.path.dirname(current)
    return False


def python_files(top: str, root: str, exclude: GitIgnoreSpec, trail: Trail | None = None) -> list[str]:
    """The .py files below `top`, sorted, less what .gitignore files and `exclude` rule out.

    `top` is `root` or lies in it; `exclude` counts from `root`. When `top` itself is ignored, somebody
    named it on purpose: then only the ignore files inside it count. `trail` is told what was looked at.
    """
    found: list[str] = []
    ignores = _ignores_above(top)
    if any(_decides(ignores, directory + "/") for directory in _between(top, root)):
        ignores = ()
    _walk(top, ignores, root.rstrip("/\\") + "/", exclude, found, trail or Trail())
    found.sort()
    return found


def _walk(
    top: str,
    ignores: tuple[_Ignore, ...],
    root: str,
    exclude: GitIgnoreSpec,
    found: list[str],
    trail: Trail,
) -> None:
    pending = [(top, ignores)]
    start = len(root)
    has_patterns = bool(exclude.patterns)
    while pending:
        directory, ignores = pending.pop()
        names = _relevant(directory)
        trail.listings[directory] = _joined(names)
        if names is None or ("pyvenv.cfg" in names and directory != top):
            continue
        if ".gitignore" in names:
            ignores = (*ignores, *_read_ignore(directory, ".gitignore"))
            trail.ignore_files.add(os.path.join(directory, ".gitignore"))
        inside = os.path.join(directory, "")
        for name in names:
            if name in _TELLING:
                continue
            path = inside + name
            posix = _posix(path)
            if ignores and _decides(ignores, posix):
                continue
            if has_patterns and exclude.match_file(posix[start:]):
                continue
            if name[-1] == "/":
                pending.append((path[:-1], ignores))
            else:
                found.append(path)


# Names that matter by being there.
_TELLING = frozenset({".gitignore", "pyvenv.cfg"})


def listing(directory: str) -> str:
    """All that a walk sees in a directory, as one line; equal lines lead to equal walks."""
    return _joined(_relevant(directory))


def _joined(names: Iterable[str] | None) -> str:
    return "?" if names is None else "/".join(names)


def _relevant(directory: str) -> list[str] | None:
    """The names in a directory that a walk may follow or heed, sorted; those of directories end with a slash.

    None when it cannot be read: then it is gone meanwhile, or not for us to read.
    """
    names = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                name = entry.name
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if name in _FOREIGN_DIRECTORIES or name.endswith(_FOREIGN_SUFFIXES):
                            continue
                        if name == "build" and is_foreign_directory(entry.path):
                            continue
                        names.append(name + "/")
                    elif name in _TELLING or (name.endswith(".py") and entry.is_file(follow_symlinks=False)):
                        names.append(name)
                except OSError:
                    continue
    except OSError:
        return None
    names.sort()
    return names


def _decides(ignores: tuple[_Ignore, ...], path: str) -> bool:
    """Whether `path` (directories end with a slash) is ignored: the innermost file that mentions it decides."""
    for base, spec in reversed(ignores):
        if path.startswith(base):
            include = spec.check_file(path[len(base) :]).include
            if include is not None:
                return include
    return False


def _ignores_above(top: str) -> tuple[_Ignore, ...]:
    """The ignore files between the repository's root and `top`, outermost first, without `top`'s own."""
    if os.path.exists(os.path.join(top, ".git")):
        return _read_ignore(top, ".git/info/exclude")
    inner: list[str] = []
    current = top
    while (parent := os.path.dirname(current)) != current:
        current = parent
        inner.append(current)
        if os.path.exists(os.path.join(current, ".git")):
            files = [_read_ignore(current, ".git/info/exclude")]
            files += [_read_ignore(directory, ".gitignore") for directory in reversed(inner)]
            return tuple(ignore for ignores in files for ignore in ignores)
    return ()  # outside a repository nothing above says what belongs to it


def _read_ignore(directory: str, name: str) -> tuple[_Ignore, ...]:
    try:
        with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return ()
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError:
        spec = GitIgnoreSpec.from_lines(line for line in lines if _is_readable(line))  # git skips the others
    if not spec.patterns:
        return ()
    return (_Ignore(_posix(directory).rstrip("/") + "/", spec),)


def _is_readable(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _between(top: str, root: str) -> Iterator[str]:
    """`top` and the directories above it up to, not including, `root`."""
    current = top
    while len(current) > len(root):
        yield _posix(current)
        current = os.path.dirname(current)


def _posix(path: str) -> str:
    return path.replace(os.sep, "/") if os.sep != "/" else path
