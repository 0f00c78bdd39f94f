"""Names, attributes and items of a frame's code as shared locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.analysis.shared_state.locations import Location, Root
from fastapi_lint.analysis.shared_state.objects import is_container, is_data_class, is_state
from fastapi_lint.facts import model as m
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.values import ClassAtom, InstanceAtom, ModuleAtom, ObjectAtom
from fastapi_lint.knowledge.fastapi_api import STATE

if TYPE_CHECKING:
    from fastapi_lint.analysis.shared_state.sharing import Sharing
    from fastapi_lint.inference.interpreter import Interpreter


class Places:
    """Resolves what the code of one frame mentions. Local names are the business of whoever walks it."""

    def __init__(self, interpreter: Interpreter, sharing: Sharing, frame: Frame) -> None:
        assert frame.function is not None
        self._interpreter = interpreter
        self._sharing = sharing
        self._frame = frame
        self._facts = frame.function.facts
        self.shown: dict[Location, Location] = {}
        """Places of shared objects as the code names them, where it reaches them through `app.state`."""
        self.parameters = frozenset(parameter.name for parameter in self._facts.parameters)

    def is_local(self, name: str) -> bool:
        return name in self._facts.locals

    def parameter(self, name: str) -> Location:
        return Location(Root("parameter", self._frame.function, name))

    def outer_name(self, node: m.Name) -> Location | None:
        """A name that is not local: a variable of an enclosing application factory, or a global."""
        name = node.id
        if not is_state(self._frame.value_of(node)):
            return None
        outer = self._frame.function.outer if self._frame.function is not None else None
        while outer is not None and outer.function is not None:
            if name in outer.function.facts.locals:
                if self._sharing.runs_once(outer):
                    return Location(Root("closure", outer, name))
                return None
            outer = outer.function.outer
        cell = self._interpreter.names.global_cell(self._frame.module, name)
        return Location(Root("global", cell, name)) if cell is not None else None

    def attribute(self, node: m.Attribute, base: Location | None) -> Location | None:
        """`value.attribute`; `base` is the place of `value`, if that has one."""
        return self.named_attribute(node.value, node.attribute, base)

    def named_attribute(self, owner: m.Expression, name: str, base: Location | None) -> Location | None:
        """The attribute `name` of `owner`."""
        value = self._frame.value_of(owner)
        for atom in value:
            if isinstance(atom, InstanceAtom) and atom.type == STATE:
                return Location(Root("app", "state", name)) if atom.detail == "app" else None
            if isinstance(atom, ClassAtom):
                return self._of_class(atom.cls, name)
            if isinstance(atom, ModuleAtom):
                module = self._interpreter.project.modules[atom.path]
                cell = self._interpreter.names.global_cell(module, name)
                return Location(Root("global", cell, name)) if cell is not None else None
            if isinstance(atom, ObjectAtom):
                found = self._of_object(atom.cls, name)
                if found is not None:
                    if base is not None and base.is_app_state:
                        self.shown[found] = base.attribute(name)
                    return found
        if not value and _is_app_state(owner):
            return Location(Root("app", "state", name))
        return base.attribute(name) if base is not None else None

    @staticmethod
    def _of_class(cls: ProjectClass, name: str) -> Location | None:
        found = cls.find(name)
        if found is not None and not is_state(found[1]):
            return None
        owner = found[0] if found is not None else cls
        return Location(Root("class", owner, name))

    def _of_object(self, cls: ProjectClass, name: str) -> Location | None:
        found = cls.find(name)
        if found is not None and found[1] and not is_state(found[1]):
            return None
        if self._sharing.is_shared(cls):
            return Location(Root("object", cls, "self")).attribute(name)
        # A container in the class body is one for all instances, unless instances get their own.
        if found is None or not is_container(found[1]) or is_data_class(cls) or cls.externals:
            return None
        if any(name in ancestor.attributes and ancestor.attributes[name].value for ancestor in cls.mro):
            return None
        return Location(Root("class", found[0], name))


def _is_app_state(node: m.Expression) -> bool:
    """`app.state` or `anything.app.state`, where nothing is known about the objects."""
    if not isinstance(node, m.Attribute) or node.attribute != "state":
        return False
    owner = node.value
    return (isinstance(owner, m.Attribute) and owner.attribute == "app") or owner == m.Name("app")
