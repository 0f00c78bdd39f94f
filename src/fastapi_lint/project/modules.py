"""Files and dotted names: which module of the project an import means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from fastapi_lint.facts.model import ModuleFacts

_TEST_FILE = re.compile(
    r"(^|[\\/])(tests?|testing)[\\/]|(^|[\\/])(test_[^\\/]*|[^\\/]*_test|conftest)\.pyi?$"
)


class Module:
    """One file of the project.

    `name` is its dotted name from the folder above its outermost package. `search_path` lists the folders
    in which its absolute imports are looked up, nearest first. `is_test` is judged by the path inside the project.
    """

    def __init__(self, facts: ModuleFacts, name: str, top: str, is_test: bool) -> None:
        self.facts = facts
        self.path = facts.path
        self.name = name
        self.top = top
        self.is_test = is_test
        self.folder = os.path.dirname(facts.path)
        self.search_path: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Module({self.name})"


class Project:
    """The modules under one root. Paths are absolute; nothing outside of `facts` is ever read."""

    def __init__(self, root: str, facts: Iterable[ModuleFacts]) -> None:
        self.root = root
        self.modules: dict[str, Module] = {}
        self._folders: set[str] = set()
        self._found: dict[tuple[tuple[str, ...], str], Module | str | None] = {}
        found = sorted(facts, key=lambda one: one.path)
        packages = {os.path.dirname(one.path) for one in found if os.path.basename(one.path) == "__init__.py"}
        for one in found:
            folder = os.path.dirname(one.path)
            top = folder
            while top in packages:
                top = os.path.dirname(top)
            relative = os.path.relpath(one.path, top)
            name = os.path.splitext(relative)[0].replace(os.sep, ".").removesuffix(".__init__")
            inside = os.path.relpath(one.path, root)
            self.modules[one.path] = Module(one, name, top, bool(_TEST_FILE.search(inside)))
            while folder not in self._folders and folder.startswith(root):
                self._folders.add(folder)
                folder = os.path.dirname(folder)
        tops = sorted({module.top for module in self.modules.values()})
        paths: dict[tuple[str, str], tuple[str, ...]] = {}
        for module in self.modules.values():
            key = (module.top, module.folder)
            if key not in paths:
                paths[key] = self._search_path(module, tops)
            module.search_path = paths[key]

    def _search_path(self, module: Module, tops: list[str]) -> tuple[str, ...]:
        folders = [module.top]
        folder = module.top
        while folder != self.root and folder.startswith(self.root):
            folder = os.path.dirname(folder)
            folders.append(folder)
        folders.append(os.path.join(self.root, "src"))
        folders += tops
        return tuple(dict.fromkeys(folders))

    def resolve(self, importer: Module, dotted: str, level: int = 0) -> Module | str | None:
        """What `import dotted` (or `from ...dotted` with `level` dots) means in `importer`.

        A module, the path of a folder (a namespace package), or None: not of this project.
        """
        if level:
            folder = importer.folder
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self._in_folder(folder, dotted)
        key = (importer.search_path, dotted)
        if key not in self._found:
            self._found[key] = self._search(importer, dotted)
        return self._found[key]

    def _search(self, importer: Module, dotted: str) -> Module | str | None:
        namespace = None
        for folder in importer.search_path:
            found = self._in_folder(folder, dotted)
            if isinstance(found, Module):
                return found
            namespace = namespace or found
        return namespace

    def _in_folder(self, folder: str, dotted: str) -> Module | str | None:
        path = os.path.join(folder, *dotted.split(".")) if dotted else folder
        return self.in_path(path)

    def in_path(self, path: str) -> Module | str | None:
        """The module or namespace folder at `path`, given without ending."""
        for candidate in (os.path.join(path, "__init__.py"), f"{path}.py", f"{path}.pyi"):
            module = self.modules.get(candidate)
            if module is not None:
                return module
        return path if path in self._folders and path != self.root else None
