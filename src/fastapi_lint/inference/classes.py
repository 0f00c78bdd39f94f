"""Classes of the project: bases, method resolution, instance attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastapi_lint.facts import model as m
from fastapi_lint.facts.model import ClassFacts
from fastapi_lint.inference.frames import Cell
from fastapi_lint.inference.values import Value

if TYPE_CHECKING:
    from fastapi_lint.inference.frames import Frame
    from fastapi_lint.project.modules import Module


LONGEST_WALK = 300
"""Steps after which the search for ancestors gives up: repeated diamonds grow exponentially."""


class ProjectClass:
    """One class definition.

    `namespace` holds what the class body binds, `attributes` what methods assign to instances and to the class,
    `annotations` the declared type of each field. `externals` are the library classes it inherits from, nearest first.
    """

    def __init__(self, module: Module, facts: ClassFacts, outer: Frame | None) -> None:
        self.module = module
        self.facts = facts
        self.outer = outer
        self.bases: list[ProjectClass] = []
        self.own_externals: list[str] = []
        self.subclasses: list[ProjectClass] = []
        self.namespace: dict[str, Value] = {}
        self.annotations: dict[str, m.Expression] = {}
        self.attributes: dict[str, Cell] = {}
        self.frame: Frame | None = None
        self.is_data = False
        self.implements: dict[str, list[ProjectClass]] = {}
        self._mro: tuple[ProjectClass, ...] | None = None

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def mro(self) -> tuple[ProjectClass, ...]:
        """The class and its project ancestors; of a shared base the last mention counts, as in C3."""
        if self._mro is None:
            walk: list[ProjectClass] = []
            stack: list[tuple[ProjectClass, frozenset[ProjectClass]]] = [(self, frozenset())]
            while stack and len(walk) < LONGEST_WALK:
                cls, path = stack.pop()
                walk.append(cls)
                path |= {cls}
                stack.extend((base, path) for base in reversed(cls.bases) if base not in path)
            self._mro = tuple(reversed(dict.fromkeys(reversed(walk))))
        return self._mro

    @property
    def externals(self) -> tuple[str, ...]:
        """Library classes among the ancestors."""
        return tuple(dict.fromkeys(path for cls in self.mro for path in cls.own_externals))

    def inherits(self, *paths: str) -> bool:
        """Whether one of the library classes `paths` is an ancestor."""
        return any(path in paths for path in self.externals)

    def set_bases(self, bases: list[ProjectClass], externals: list[str]) -> None:
        self.bases = bases
        self.own_externals = externals
        self._mro = None
        for base in bases:
            if base is not self:
                base.subclasses.append(self)

    def descendants(self) -> Iterator[ProjectClass]:
        """All subclasses in the project, without the class itself."""
        seen = {self}
        stack = list(self.subclasses)
        while stack:
            cls = stack.pop(0)
            if cls not in seen:
                seen.add(cls)
                yield cls
                stack.extend(cls.subclasses)

    def find(self, name: str, after: ProjectClass | None = None) -> tuple[ProjectClass, Value] | None:
        """What the class bodies bind `name` to, and in which class; `after` skips as `super()` does."""
        mro = self.mro
        if after is not None and after in mro:
            mro = mro[mro.index(after) + 1 :]
        for cls in mro:
            if name in cls.namespace:
                return cls, cls.namespace[name]
        return None

    def annotation(self, name: str) -> tuple[ProjectClass, m.Expression] | None:
        for cls in self.mro:
            if name in cls.annotations:
                return cls, cls.annotations[name]
        return None

    def cell(self, name: str) -> Cell:
        """The instance attribute `name` as assigned in this very class's methods."""
        found = self.attributes.get(name)
        if found is None:
            found = self.attributes[name] = Cell()
        return found

    def __repr__(self) -> str:
        return f"ProjectClass({self.module.name}:{self.facts.qualname})"
