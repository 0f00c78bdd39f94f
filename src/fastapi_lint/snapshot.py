"""The state of a project's files, and whether it is still the same.

A file counts as unchanged when its size, times and number are those taken down, as in git's index; one that
was changed only just before it was taken down is read again, for its times may not tell a second change.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fastapi_lint.discovery import listing
from fastapi_lint.store import digest

_CLOCK_STEP = 2_000_000_000
"""Nanoseconds: some file systems count whole seconds, some every second one."""

_ABSENT = b""


class FileState(NamedTuple):
    """What the file system says of a file, and the hash of its content (`store.digest`); no hash without the file."""

    status: tuple[int, ...]
    content: bytes


class Snapshot:
    """A project's directories as `discovery.listing` shows them and its files.

    `deciding` are those files that say which others belong to the project. `taken` is when the files were
    looked at, in nanoseconds.
    """

    def __init__(
        self,
        listings: Mapping[str, str],
        files: Mapping[str, FileState],
        deciding: frozenset[str],
        taken: int,
    ) -> None:
        self.listings = listings
        self.files = files
        self.deciding = deciding
        self.taken = taken

    def state(self) -> bytes:
        """Stands for all names and contents."""
        parts: list[bytes] = []
        for directory in sorted(self.listings):
            parts += (_bytes(directory), _bytes(self.listings[directory]))
        for path in sorted(self.files):
            parts += (_bytes(path), self.files[path].content)
        return digest(b"snapshot", *parts)

    def refreshed(self) -> Snapshot | None:
        """The state now; this very snapshot when nothing happened, None when other files may belong to the project."""
        if any(listing(directory) != seen for directory, seen in self.listings.items()):
            return None
        now = take(self.listings, self.files, self.deciding, self)
        if any(now.files[path].content != self.files[path].content for path in self.deciding):
            return None
        return self if now.files == self.files and not self._is_recent() else now

    def is_still_so(self) -> bool:
        """Whether nothing was touched since, as far as times tell."""
        return all(listing(directory) == seen for directory, seen in self.listings.items()) and all(
            _status(path) == state.status for path, state in self.files.items()
        )

    def _is_recent(self) -> bool:
        """Whether some file would be read again the next time."""
        return any(_is_racy(state.status, self.taken) for state in self.files.values())

    def encode(self) -> bytes:
        """As bytes, for the store."""
        return json.dumps(
            {
                "taken": self.taken,
                "listings": dict(self.listings),
                "files": {path: [*state.status, state.content.hex()] for path, state in self.files.items()},
                "deciding": sorted(self.deciding),
            }
        ).encode()


def decode(content: bytes) -> Snapshot | None:
    """What `encode` gave; None for anything else."""
    try:
        fields = json.loads(content)
        files = {
            path: FileState(tuple(map(int, status)), bytes.fromhex(content_hash))
            for path, (*status, content_hash) in fields["files"].items()
        }
        listings, deciding = fields["listings"], frozenset(fields["deciding"])
        if not all(isinstance(seen, str) for seen in listings.values()) or not deciding <= files.keys():
            return None
        return Snapshot(listings, files, deciding, int(fields["taken"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def take(
    listings: Mapping[str, str], paths: Iterable[str], deciding: frozenset[str], before: Snapshot | None
) -> Snapshot:
    """The state of these files now. Those that did not change since `before` are not read."""
    taken = time.time_ns()
    known = before.files if before is not None else {}
    looked = before.taken if before is not None else 0
    files: dict[str, FileState] = {}
    for path in paths:
        status = _status(path)
        old = known.get(path)
        if old is not None and status and old.status == status and not _is_racy(status, looked):
            files[path] = old
        else:
            files[path] = FileState(status, _content_hash(path))
    return Snapshot(listings, files, deciding, taken)


def _status(path: str) -> tuple[int, ...]:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _is_racy(status: tuple[int, ...], looked: int) -> bool:
    return bool(status) and max(status[:2]) > looked - _CLOCK_STEP


def _content_hash(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except (OSError, ValueError):
        return _ABSENT


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
