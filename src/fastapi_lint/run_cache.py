"""Answers of earlier runs, given again as long as nothing that they came from has changed.

An answer is kept under the question (what was asked of which program, in which surroundings) and the
state of all files that the program looked at. To ask costs a look at every file's times, and imports
neither the analysis nor the rules.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint import __version__, discovery, snapshot
from fastapi_lint.snapshot import Snapshot
from fastapi_lint.store import DIRECTORY, Store, digest

if TYPE_CHECKING:
    from fastapi_lint.facts.cache import FactsCache

# Packages whose releases change what is found or how it is shown.
_REQUIREMENTS = ("libcst", "pathspec", "rich")
_SETTINGS_FILES = ("pyproject.toml", ".gitignore", os.path.join(".git", "info", "exclude"))


class Question(NamedTuple):
    """A question with the names that it speaks of, as they are on disk; `place` stands for both."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    place: bytes


class RunCache:
    """The cache in `directory`, through one run.

    `lint` tells it with `note` which files an answer depends on; without that nothing is kept.
    """

    def __init__(self, directory: str) -> None:
        self.store = Store(directory)
        self._snapshots: dict[bytes, Snapshot] = {}
        self._noted: list[bytes] | None = None
        self.facts: FactsCache | None = None

    def ask(self, parts: Iterable[str], names: Iterable[str]) -> Question:
        """A question. `names` may be paths or not; those that are, and all directories above them, count as they are."""
        fixed, named = tuple(parts), tuple(names)
        return Question(fixed, named, _place(fixed, named))

    def recall(self, question: Question) -> bytes | None:
        """The answer that was given to this question in the present state of all files, if there was one."""
        keys = _keys(self.store.get([question.place]).get(question.place, b""))
        if not keys:
            return None
        states = []
        contents = self.store.get(keys)
        for key in keys:
            taken = snapshot.decode(contents.get(key, b""))
            now = taken.refreshed() if taken is not None else None
            if taken is not None:
                self._snapshots[key] = now or taken
            if now is None:
                return None
            if now is not taken:
                self.store.put({key: now.encode()})
            states.append(now.state())
        wanted = _answer_key(question, states)
        answer = self.store.get([wanted]).get(wanted)
        if answer is not None:
            self.store.touch()
        return answer

    def remember(self, question: Question, answer: bytes) -> None:
        """Keep the answer to a question, if it is known which files it depends on and they are still the same."""
        if self._noted is None or _place(question.parts, question.names) != question.place:
            return
        if not all(self._snapshots[key].is_still_so() for key in self._noted):
            return
        states = [self._snapshots[key].state() for key in self._noted]
        self.store.put(
            {
                question.place: json.dumps([key.hex() for key in self._noted]).encode(),
                _answer_key(question, states): answer,
            }
        )

    def take(self, trail: discovery.Trail, paths: Iterable[str]) -> tuple[bytes, Snapshot]:
        """The state of these files and of what the walk `trail` saw, with the key that it is stored under."""
        key = digest(b"files", *map(_text, trail.about))
        before = self._snapshots.get(key) or snapshot.decode(self.store.get([key]).get(key, b""))
        deciding = frozenset(trail.ignore_files)
        taken = snapshot.take(trail.listings, sorted({*paths, *deciding}), deciding, before)
        self._snapshots[key] = taken
        return key, taken

    def note(self, keys: Sequence[bytes]) -> None:
        """The run's answer depends on the snapshots taken under these keys and on nothing else."""
        self._noted = list(keys)
        self.store.put({key: self._snapshots[key].encode() for key in keys})


def cache_of(
    names: Iterable[str], environment: Mapping[str, str], chosen: str | None = None
) -> RunCache | None:
    """The cache for a run over `names`, or None where the environment wants none."""
    if environment.get("FASTAPI_LINT_NO_CACHE"):
        return None
    return RunCache(cache_directory(names, environment, chosen))


def cache_directory(names: Iterable[str], environment: Mapping[str, str], chosen: str | None = None) -> str:
    """Where the cache for `names` is: in their project, unless somebody chose another place."""
    chosen = chosen or environment.get("FASTAPI_LINT_CACHE_DIR")
    return os.path.realpath(chosen) if chosen else os.path.join(home(names), DIRECTORY)


def home(names: Iterable[str]) -> str:
    """The root of the project that the first name which is a path belongs to; else that of the current directory."""
    found = next((name for name in names if os.path.lexists(name)), os.curdir)
    path = os.path.realpath(found)
    return discovery.find_root(path if os.path.isdir(path) else os.path.dirname(path))


def program() -> bytes:
    """Stands for the program: its files, what it is built on, and Python."""
    parts = [__version__, sys.version, sys.implementation.name]
    pending = [os.path.dirname(os.path.abspath(__file__))]
    try:
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in sorted(entries, key=lambda one: one.name):
                    if entry.name.endswith(".py"):
                        status = entry.stat()
                        parts.append(f"{entry.path} {status.st_size} {status.st_mtime_ns} {status.st_ino}")
                    elif entry.name != "__pycache__" and entry.is_dir():
                        pending.append(entry.path)
        for origin in filter(None, map(_origin, _REQUIREMENTS)):
            status = os.stat(origin)
            parts.append(f"{origin} {status.st_size} {status.st_mtime_ns} {status.st_ino}")
    except OSError:  # just being installed, or no files at all: then no answer is taken for its own
        parts.append(os.urandom(16).hex())
    return digest(*map(_text, parts))


def _origin(name: str) -> str | None:
    """The file of a package, without importing anything, as `importlib.util` must be."""
    for finder in sys.meta_path:
        spec = finder.find_spec(name, None) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return spec.origin
    return None


def _place(parts: Iterable[str], names: Iterable[str]) -> bytes:
    described = [program(), _text(os.path.realpath(os.curdir))]
    described += map(_text, parts)
    described.append(b"names")
    directories = {os.path.realpath(os.curdir)}
    for name in names:
        path = os.path.realpath(name)
        is_directory = os.path.isdir(path)
        kind = "directory" if is_directory else "file" if os.path.isfile(path) else "nothing"
        described += (_text(path), kind.encode())
        if kind != "nothing":
            directories.add(path if is_directory else os.path.dirname(path))
    for directory in sorted(_with_all_above(directories)):
        described += (_text(directory), *_surroundings(directory))
    return digest(*described)


def _with_all_above(directories: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for directory in directories:
        while directory not in found:
            found.add(directory)
            directory = os.path.dirname(directory)
    return found


def _surroundings(directory: str) -> list[bytes]:
    """What decides, in a directory, where a project's root is, which files it has and which settings count."""
    telling = (*discovery.ROOT_MARKERS, "__init__.py", "pyvenv.cfg", "lib")
    there = [name for name in telling if os.path.exists(os.path.join(directory, name))]
    parts = [_text("/".join(there))]
    for name in _SETTINGS_FILES:
        try:
            with open(os.path.join(directory, name), "rb") as file:
                parts.append(file.read())
        except OSError:
            parts.append(b"")
    return parts


def _keys(content: bytes) -> list[bytes]:
    try:
        keys = [bytes.fromhex(key) for key in json.loads(content)]
    except (ValueError, TypeError, RecursionError):
        return []
    return keys


def _answer_key(question: Question, states: Iterable[bytes]) -> bytes:
    return digest(b"answer", question.place, *states)


def _text(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
