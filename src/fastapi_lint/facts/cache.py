"""Facts from earlier runs, by the content of the file that they were read from.

The key is a hash of the file's bytes and of all that decides what is read out of them: the source of this
package, LibCST and Python. So nothing ever needs to be declared invalid, and branches, worktrees and
copies of a project share what they have in common.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache

from fastapi_lint.facts.encoding import decode, encode
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.packing import DamagedFactsError
from fastapi_lint.facts.unreadable import Unreadable
from fastapi_lint.store import Store, digest

_WRITTEN_AT_ONCE = 16 * 1024 * 1024


class FactsCache:
    """The facts that a store holds for files whose content hashes (`store.digest`) are known.

    `read` says which files had to be read in this run, each with the hash of the content that was found;
    it is None where a file could not be opened. `recalled` counts those that were not.
    """

    def __init__(self, store: Store, digests: Mapping[str, bytes]) -> None:
        self._store = store
        self._digests = digests
        self._pending: dict[bytes, bytes] = {}
        self._pending_bytes = 0
        self.read: dict[str, bytes | None] = {}
        self.recalled = 0

    def recall(self, paths: Sequence[str]) -> dict[str, ModuleFacts | Unreadable]:
        """The facts of those files that the store has them for."""
        keys = {path: _key(self._digests[path]) for path in paths if path in self._digests}
        contents = self._store.get(keys.values())
        found: dict[str, ModuleFacts | Unreadable] = {}
        for path, key in keys.items():
            content = contents.get(key)
            if content is not None:
                try:
                    found[path] = decode(path, content)
                except DamagedFactsError:
                    continue
        self.recalled += len(found)
        return found

    def older(self, contents: Mapping[str, bytes]) -> list[ModuleFacts]:
        """The facts of files when their contents had these hashes, in order; less than all where the store lacks some."""
        found = self._store.get([_key(content) for content in contents.values()])
        facts = [
            decode(path, found[key]) for path, content in contents.items() if (key := _key(content)) in found
        ]
        return [one for one in facts if isinstance(one, ModuleFacts)]

    def content_of(self, path: str) -> bytes | None:
        """The hash of the content that the file's facts are of, or will be; None where it is not known."""
        return self.read.get(path, self._digests.get(path))

    def note_read(self, path: str, content_hash: bytes | None, encoded: bytes | None) -> None:
        """Keep what was read. Without a hash the file could not be opened; without bytes it is not kept."""
        self.read[path] = content_hash
        if content_hash is not None and encoded is not None:
            self._pending[_key(content_hash)] = encoded
            self._pending_bytes += len(encoded)
            if self._pending_bytes > _WRITTEN_AT_ONCE:
                self.write()

    def write(self) -> None:
        """Store what was read so far."""
        if self._pending:
            self._store.put(self._pending)
        self._pending = {}
        self._pending_bytes = 0


def encoded(facts: ModuleFacts | Unreadable) -> bytes | None:
    """The facts as bytes, or None for facts that have no such form."""
    try:
        return encode(facts)
    except (OverflowError, ValueError):
        return None


def _key(content_hash: bytes) -> bytes:
    return digest(b"facts", content_hash, _reader_hash())


@cache
def _reader_hash() -> bytes:
    """Stands for the program that reads facts: its own source, LibCST's release and Python's."""
    directory = os.path.dirname(os.path.abspath(__file__))
    sources = [
        os.path.join(directory, name) for name in sorted(os.listdir(directory)) if name.endswith(".py")
    ]
    sources.append(os.path.join(os.path.dirname(directory), "diagnostics.py"))
    libcst = importlib.util.find_spec("libcst")  # finds it without importing it
    if libcst is not None and libcst.origin is not None:
        sources.append(os.path.join(os.path.dirname(libcst.origin), "_version.py"))
    parts = [f"{sys.implementation.name} {sys.version_info[:2]}".encode()]
    for path in sources:
        try:
            with open(path, "rb") as file:
                parts.append(file.read())
        except OSError:
            parts.append(path.encode("utf-8", "surrogatepass"))
    return digest(*parts)
