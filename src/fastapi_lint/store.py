"""The cache on disk: bytes by key, in one SQLite file that several processes may use at once.

Nothing in it is needed and nothing in it is believed: each entry carries a checksum over its key and
content, a file with any other schema than ours is thrown away, and whatever goes wrong means that there
is no entry. No journal is kept beside the file: a process that is killed while it writes may leave it
damaged, and that is noticed. Several writers wait a fraction of a second for one another, then do without.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Mapping

try:  # `hashlib` loads OpenSSL, which takes as long as all the rest of a run that has nothing to do
    from _blake2 import blake2b
except ImportError:  # pragma: no cover
    from hashlib import blake2b

DIRECTORY = ".fastapi_lint_cache"
FILE = "cache-1.sqlite3"
TAG = "CACHEDIR.TAG"

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes of the whole cache; when it grows beyond them, what was not used for longest goes."""

LARGEST_ENTRY = 64 * 1024 * 1024
UNUSED_DAYS = 30

_TAG_TEXT = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This directory is a cache of fastapi-lint. It may be deleted at any time.\n"
    "# See https://bford.info/cachedir/\n"
)
_SCHEMA = (
    # The content last: what stands behind it takes as long to read as all of it.
    "CREATE TABLE entries (key BLOB PRIMARY KEY, day INTEGER NOT NULL, checksum BLOB NOT NULL, "
    "content BLOB NOT NULL)"
)
_MAGIC = b"SQLite format 3\0"
_SIDE_FILES = ("-journal", "-wal", "-shm")
_NO_SIDE_FILES = b"\1\1"
"""What a file's header says where changes go straight to it."""

_FIND = "SELECT 1 FROM entries WHERE key = ?"
_WAIT = 0.2
_CHUNK = 400
# SQLite's codes for: no such table or column, a damaged file, a value of the wrong type, not a database.
_DAMAGE = frozenset({1, 11, 20, 24, 26})


def digest(*parts: bytes) -> bytes:
    """16 bytes that stand for the parts, each told from its neighbours."""
    if len(parts) == 1:
        return blake2b(parts[0], digest_size=16).digest()
    hashed = blake2b(digest_size=16, person=b"parts")
    for part in parts:
        hashed.update(len(part).to_bytes(8, "little"))
        hashed.update(part)
    return hashed.digest()


class Store:
    """The cache in `directory`, which is made with the first entry. No method raises."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self._path = os.path.join(directory, FILE)
        self._damaged = False
        self._stale: set[bytes] = set()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The entries that there are for these keys."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, bytes] = {}
        today = _today()

        def read(connection: sqlite3.Connection) -> None:
            for first in range(0, len(wanted), _CHUNK):
                chunk = wanted[first : first + _CHUNK]
                marks = ",".join("?" * len(chunk))
                rows = connection.execute(
                    f"SELECT key, day, checksum, content FROM entries WHERE key IN ({marks}) AND length(content) <= ?",
                    (*chunk, LARGEST_ENTRY),
                )
                for key, day, checksum, content in rows:
                    if not isinstance(content, bytes) or checksum != _checksum(key, content):
                        self._damaged = True
                        continue
                    found[key] = content
                    if day != today:
                        self._stale.add(key)

        if wanted:
            self._with_connection(read, create=False)
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> bool:
        """Add or replace entries, all of them or none; whether that was possible."""
        today = _today()
        rows = [(key, today, _checksum(key, content), content) for key, content in entries.items()]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)
            # In a damaged file what goes in may be nowhere to be found.
            if not all(connection.execute(_FIND, (key,)).fetchone() for key in entries):
                raise sqlite3.DatabaseError("lost")
            self._prune(connection, today)
            connection.execute("COMMIT")

        # A file that only now turns out to be damaged makes room for a new one.
        return self._with_connection(write, create=True) or (
            self._damaged and self._with_connection(write, create=True)
        )

    def touch(self) -> None:
        """Note that the entries found so far are still in use; that is written at most once a day."""
        today = _today()
        rows = [(today, key) for key in self._stale]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("UPDATE entries SET day = ? WHERE key = ?", rows)
            self._prune(connection, today)
            connection.execute("COMMIT")

        if rows:
            self._with_connection(write, create=False)
            self._stale.clear()

    def _prune(self, connection: sqlite3.Connection, today: int) -> None:
        connection.execute(
            "DELETE FROM entries WHERE day NOT BETWEEN ? AND ?", (today - UNUSED_DAYS, today + 1)
        )
        pages, size, free = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "page_size", "freelist_count")
        )
        if (pages - free) * size > LARGEST_FILE:
            # The older half: cutting off just enough would have to be done again with the next entry.
            connection.execute(
                "DELETE FROM entries WHERE rowid IN "
                "(SELECT rowid FROM entries ORDER BY day, rowid LIMIT (SELECT count(*) / 2 FROM entries))"
            )

    def _with_connection(self, work: Callable[[sqlite3.Connection], None], *, create: bool) -> bool:
        """Do the work if that is possible; whether it was done."""
        connection = None
        try:
            connection = self._connect(create)
            if connection is None:
                return False
            work(connection)
        except sqlite3.Error as error:
            # Without a code it is not SQLite that complains, but somebody who looked at what it gave.
            if (getattr(error, "sqlite_errorcode", 11) & 0xFF) in _DAMAGE:
                self._damaged = True
            return False
        except (OSError, MemoryError):
            return False
        except (ArithmeticError, LookupError, TypeError, ValueError):  # names and messages of a damaged file
            self._damaged = True
            return False
        finally:
            if connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()  # what was begun and not committed is undone
        return True

    def _connect(self, create: bool) -> sqlite3.Connection | None:
        if not self._is_usable():
            if not create:
                return None
            self._prepare()
        connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")
            known = [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL")]
            if not known and create:
                connection.execute("PRAGMA auto_vacuum = FULL")
                connection.execute("BEGIN IMMEDIATE")
                if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    connection.execute(_SCHEMA)
                connection.execute("COMMIT")
            elif known != [_SCHEMA]:
                self._damaged = True
                connection.close()
                return self._connect(create) if create else None
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_usable(self) -> bool:
        """Whether there is a file that can be ours."""
        if self._damaged:
            return False
        try:
            status = os.lstat(self._path)
            is_file = stat.S_ISREG(status.st_mode) and not os.path.islink(self.directory)
            header = b""
            if is_file:
                with open(self._path, "rb") as file:
                    header = file.read(len(_MAGIC) + 4)
        except OSError:
            return False
        # SQLite would write to what lies beside the file, or delete what is named in there.
        self._damaged = (
            not is_file
            or status.st_size > 2 * LARGEST_FILE
            or any(os.path.lexists(self._path + suffix) for suffix in _SIDE_FILES)
            or (header != b"" and (not header.startswith(_MAGIC) or header[18:20] != _NO_SIDE_FILES))
        )
        return not self._damaged

    def _prepare(self) -> None:
        """Make the directory, and room for a new file where there is one that is not ours."""
        if os.path.islink(self.directory):
            raise OSError("a link where the cache would be")
        os.makedirs(self.directory, exist_ok=True)
        for name, text in ((".gitignore", "*\n"), (TAG, _TAG_TEXT)):
            path = os.path.join(self.directory, name)
            with contextlib.suppress(FileExistsError), open(path, "x", encoding="utf-8") as file:
                file.write(text)
        if self._damaged:
            for suffix in (*_SIDE_FILES, ""):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._path + suffix)
            self._damaged = False


def remove(directory: str) -> bool:
    """Delete the cache in `directory`; whether there was one. Whatever else stands there stays."""
    if os.path.islink(directory) or not os.path.isfile(os.path.join(directory, TAG)):
        return False
    with contextlib.suppress(OSError):
        for name in os.listdir(directory):
            if name.startswith("cache-") or name in (TAG, ".gitignore"):
                os.unlink(os.path.join(directory, name))
        os.rmdir(directory)
    return True


def _checksum(key: bytes, content: bytes) -> bytes:
    return blake2b(content, key=key, digest_size=16).digest()


def _today() -> int:
    return int(time.time() // 86_400)
