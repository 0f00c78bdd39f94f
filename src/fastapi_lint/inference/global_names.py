"""The global names of every module: bound when its body is evaluated, on demand, import cycles included."""

from __future__ import annotations

import builtins
import os
from collections.abc import Callable

from fastapi_lint.facts import model as m
from fastapi_lint.inference.frames import Cell, Frame
from fastapi_lint.inference.values import (
    UNKNOWN,
    ExternalAtom,
    FolderAtom,
    ModuleAtom,
    Value,
    join,
)
from fastapi_lint.project.modules import Module, Project

_BUILTINS = frozenset(dir(builtins))


class _ModuleState:
    """The global names of one module."""

    __slots__ = ("cells", "done", "frame", "in_progress", "shared", "stars")

    def __init__(self, module: Module) -> None:
        self.cells: dict[str, Cell] = {}
        self.shared: set[str] = set()
        """Names imported from another module of the project: their cell is that module's."""
        self.stars: list[Module] = []
        self.frame = Frame(module, None, {})
        self.in_progress = False
        self.done = False


class GlobalNames:
    """Looks global names up and binds them. `run_body(frame)` evaluates a module's body; `grew(cell)` tells the readers."""

    def __init__(
        self, project: Project, run_body: Callable[[Frame], None], grew: Callable[[Cell], None]
    ) -> None:
        self.project = project
        self._run_body = run_body
        self._grew = grew
        self._modules = {path: _ModuleState(module) for path, module in project.modules.items()}

    @property
    def cells(self) -> list[Cell]:
        """The cells of all global names."""
        return [cell for state in self._modules.values() for cell in state.cells.values()]

    def ensure_module(self, module: Module) -> None:
        """Evaluate a module's body unless that has happened or is happening."""
        state = self._modules[module.path]
        if not state.done and not state.in_progress:
            self._run_module(state, module)

    def evaluate_again(self, frame: Frame) -> None:
        """Evaluate a module's body once more: something that it read has grown."""
        state = self._modules[frame.module.path]
        if state.frame is frame:
            self._run_module(state, frame.module)

    def _run_module(self, state: _ModuleState, module: Module) -> None:
        if state.in_progress:
            return
        state.in_progress = True
        state.frame.evaluations += 1
        state.frame.reset()
        self._run_body(state.frame)
        state.in_progress = False
        state.done = state.frame.done = True

    @property
    def module_frames(self) -> list[Frame]:
        """The frames of all module bodies: what runs at import."""
        return [state.frame for state in self._modules.values()]

    def module_frame(self, module: Module) -> Frame:
        return self._modules[module.path].frame

    def global_cell(self, module: Module, name: str) -> Cell | None:
        """The cell of a global name, if the module binds it."""
        return self._modules[module.path].cells.get(name)

    def global_value(self, module: Module, name: str, frame: Frame) -> Value:
        """The value of a name that is not local: a global, or a built-in."""
        found = self._find_global(module, name, frame, set())
        if found is not None:
            return found
        return (ExternalAtom(name),) if name in _BUILTINS else UNKNOWN

    def _find_global(self, module: Module, name: str, frame: Frame | None, seen: set[str]) -> Value | None:
        self.ensure_module(module)
        state = self._modules[module.path]
        cell = state.cells.get(name)
        if cell is not None:
            return cell.read(frame)
        seen.add(module.path)
        for star in state.stars:
            if star.path not in seen:
                found = self._find_global(star, name, frame, seen)
                if found is not None:
                    return found
        if state.in_progress and name not in _BUILTINS and frame is not None:
            # An import cycle: whoever reads the name now is evaluated again once it is bound.
            state.cells[name] = cell = Cell()
            return cell.read(frame)
        return None

    def set_global(self, module: Module, name: str, value: Value) -> None:
        state = self._modules[module.path]
        cell = state.cells.get(name)
        if cell is None or name in state.shared:
            before = cell.value if cell is not None else UNKNOWN
            state.shared.discard(name)
            cell = state.cells[name] = Cell()
            cell.add(before)
        self._add_to(cell, value)

    def grow_outer(self, module: Module, outer: Frame | None, name: str, value: Value) -> None:
        """A container held by a variable of an outer scope has got new elements."""
        while outer is not None and outer.function is not None:
            if name in outer.bound:
                outer.bound[name] = join(outer.bound[name], value)
                return
            outer = outer.function.outer
        cell = self.global_cell(module, name)
        if cell is not None:
            self._add_to(cell, value)

    def module_attribute(self, path: str, name: str, frame: Frame) -> Value:
        """`module.name` of a project module: a global of it, or a submodule."""
        module = self.project.modules[path]
        found = self._find_global(module, name, frame, set())
        if found:
            return found
        if os.path.basename(path) == "__init__.py":
            return self.submodule(module.folder, name) or found or UNKNOWN
        return found or UNKNOWN

    def submodule(self, folder: str, name: str) -> Value:
        found = self.project.in_path(os.path.join(folder, name))
        if isinstance(found, Module):
            return (ModuleAtom(found.path),)
        return (FolderAtom(found),) if found is not None else UNKNOWN

    def imported(self, module: Module, statement: m.Import, frame: Frame) -> Value:
        """What an import statement binds its name to."""
        target = self.project.resolve(module, statement.module, statement.level)
        if statement.attribute is None:
            if isinstance(target, Module):
                return (ModuleAtom(target.path),)
            return (FolderAtom(target),) if target is not None else (ExternalAtom(statement.module),)
        if isinstance(target, Module):
            value = self.module_attribute(target.path, statement.attribute, frame)
            self._share(module, statement, target, frame)
            return value
        if target is not None:
            return self.submodule(target, statement.attribute)
        return UNKNOWN if statement.level else (ExternalAtom(f"{statement.module}.{statement.attribute}"),)

    def _share(self, module: Module, statement: m.Import, target: Module, frame: Frame) -> None:
        """At module level an import shares the other module's cell: what is assigned there later is seen here."""
        state = self._modules[module.path]
        assert statement.attribute is not None
        cell = self._modules[target.path].cells.get(statement.attribute)
        if frame is state.frame and cell is not None and statement.name not in state.cells:
            state.cells[statement.name] = cell
            state.shared.add(statement.name)

    def import_star(self, module: Module, statement: m.Import) -> None:
        target = self.project.resolve(module, statement.module, statement.level)
        state = self._modules[module.path]
        if isinstance(target, Module) and target is not module and target not in state.stars:
            state.stars.append(target)
            self.ensure_module(target)

    def _add_to(self, cell: Cell, value: Value) -> None:
        if cell.add(value):
            self._grew(cell)
