"""Files that are read only when something imports them: tests, and the revisions of a database that Alembic runs.

Half of many a repository is tests, and a tenth revisions. They import the application, hardly ever the other way round,
and what runs in them serves nobody; so most of them need not be read to know what the application does.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.project.modules import is_test_path

_PACKAGE = "__init__"


class Postponed:
    """The tests and revisions among the files of a project under `root`, until something that is read imports them."""

    def __init__(self, root: str, paths: Collection[str]) -> None:
        self.paths = {
            path for path in paths if is_test_path(os.path.relpath(path, root)) or _is_revision(path, paths)
        }
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.paths):
            stem = _stem(path)
            self._by_stem[stem].append(path)
            dotted = ""
            for part in reversed(os.path.relpath(stem, root).split(os.sep)):
                dotted = f"{part}.{dotted}" if dotted else part
                self._by_tail[dotted].append(path)

    def imported_by(self, modules: Sequence[ModuleFacts]) -> list[str]:
        """Those that the modules may import, in order; they are no longer postponed.

        In which folder an import is looked up is not asked: every file that ends like its dotted name is taken, so that
        none is left out that a project of all files would find.
        """
        if not self.paths:
            return []
        found: set[str] = set()
        for module in modules:
            folder = os.path.dirname(module.path)
            for imported in module.imports:
                found.update(
                    self._relative(folder, imported) if imported[0] == "." else self._absolute(imported)
                )
        # What is in a package runs the package first.
        for path in list(found):
            folder = os.path.dirname(path)
            while folder in self._by_stem:
                found.update(self._by_stem[folder])
                folder = os.path.dirname(folder)
        found &= self.paths
        self.paths -= found
        return sorted(found)

    def _absolute(self, dotted: str) -> Iterable[str]:
        """Files of the module, of those around it, and of the module whose attribute the last part may be."""
        while dotted:
            yield from self._by_tail.get(dotted, ())
            dotted = dotted.rpartition(".")[0]

    def _relative(self, folder: str, imported: str) -> Iterable[str]:
        name = imported.lstrip(".")
        for _ in range(len(imported) - len(name) - 1):
            folder = os.path.dirname(folder)
        yield from self._by_stem.get(folder, ())
        for part in filter(None, name.split(".")):
            folder = os.path.join(folder, part)
            yield from self._by_stem.get(folder, ())


def _is_revision(path: str, paths: Collection[str]) -> bool:
    """Whether it lies in (a folder of) `versions`, beside the `env.py` with which Alembic runs what is in there."""
    before, folder, _ = path.rpartition(f"{os.sep}versions{os.sep}")
    return bool(folder) and os.path.join(before, "env.py") in paths


def _stem(path: str) -> str:
    """The path that an import leads to: without the ending, and the folder for a package."""
    stem = os.path.splitext(path)[0]
    return os.path.dirname(stem) if os.path.basename(stem) == _PACKAGE else stem
