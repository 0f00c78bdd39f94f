"""Files and dotted names: which module of the project an import means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from fastapi_lint.facts.model import Import, ModuleFacts

_TEST_FILE = re.compile(
    r"(^|[\\/])(tests?|testing|unittests?)[\\/]|(^|[\\/])(test_[^\\/]*|[^\\/]*_test|conftest)\.pyi?$"
)

_TEST_FRAMEWORKS = frozenset({"pytest", "unittest", "pytest_asyncio"})


class Module:
    """One file of the project.

    `name` is its dotted name from the folder above its outermost package. `search_path` lists the folders
    in which its absolute imports are looked up, nearest first. `is_test` is judged by the path inside the project
    and by the frameworks that the file imports.
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
            self.modules[one.path] = Module(one, name, top, _is_test(one, inside))
            while folder not in self._folders and folder.startswith(root):
                self._folders.add(folder)
                folder = os.path.dirname(folder)
        tops = sorted({module.top for module in self.modules.values()})
        self._imported = _imported_packages(self.modules.values(), packages)
        self._packages = packages
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
            if not self._is_imported(folder):
                folders.append(folder)
        folders.append(os.path.join(self.root, "src"))
        folders += tops
        folders += self._started_in(module)
        return tuple(dict.fromkeys(folders))

    def _started_in(self, module: Module) -> list[str]:
        """The folders of the module's package that the program may be started in, outermost first.

        `__init__.py` lies in many a folder that is never imported as a package: `uvicorn main:app` is run inside.
        """
        folders: list[str] = []
        folder = module.folder
        while folder != module.top and folder in self._packages:
            if folder not in self._imported:
                folders.insert(0, folder)
            outermost, folder = folder, os.path.dirname(folder)
        return [] if not folders or outermost in self._imported else folders

    def _is_imported(self, folder: str) -> bool:
        """Whether the folder is, or lies in, a package that is imported by name or has relative imports."""
        while folder in self._packages:
            if folder in self._imported:
                return True
            folder = os.path.dirname(folder)
        return False

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
            if isinstance(found, Module) and found is not importer:
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


def _imported_packages(modules: Iterable[Module], packages: set[str]) -> set[str]:
    """The package folders that modules inside refer to, by name or with leading dots."""
    found: set[str] = set()
    for module in modules:
        if module.folder not in packages:
            continue
        outermost = os.path.join(module.top, module.name.partition(".")[0])
        for statement in module.facts.body:
            if isinstance(statement, Import):
                if statement.level:
                    folder = module.folder
                    for _ in range(statement.level - 1):
                        folder = os.path.dirname(folder)
                    found.add(folder)
                elif statement.module.partition(".")[0] == os.path.basename(outermost):
                    found.add(outermost)
    return found


def is_test_path(inside: str) -> bool:
    """Whether a file is a test, or there for tests, by its path inside the project."""
    return bool(_TEST_FILE.search(inside))


def _is_test(facts: ModuleFacts, inside: str) -> bool:
    return is_test_path(inside) or any(
        isinstance(statement, Import) and statement.module in _TEST_FRAMEWORKS for statement in facts.body
    )
