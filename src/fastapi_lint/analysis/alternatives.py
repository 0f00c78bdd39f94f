"""Calls of which several functions may be meant: which of them the code at hand does not run."""

from __future__ import annotations

from collections.abc import Collection

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import CallSite, Edge, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.values import FunctionAtom, ObjectAtom

_NONE: frozenset[ProjectFunction] = frozenset()


class Stored:
    """Functions that objects keep in an attribute, as they were made with them: `KeysView(self._slice)`.

    Which object is at hand is not followed, so that a call of the attribute may mean the function of any of them.
    """

    def __init__(self) -> None:
        self._found: dict[Frame, list[frozenset[ProjectFunction]]] = {}

    def all_of(self, frame: Frame, site: CallSite) -> frozenset[ProjectFunction]:
        """What a call of such an attribute may run, more than one function; empty for all other calls."""
        if frame.function is None or frame.function.cls is None:
            return _NONE
        found = self._found.get(frame)
        if found is None:
            found = self._found[frame] = _stored(frame, frame.function.cls)
        for functions in found:
            if site.target.function in functions:
                return functions
        return _NONE


def _stored(frame: Frame, cls: ProjectClass) -> list[frozenset[ProjectFunction]]:
    assert frame.function is not None
    found: list[frozenset[ProjectFunction]] = []
    for node in nodes_of(frame.function.facts).of_type(m.Call):
        callee = node.function
        if not isinstance(callee, m.Attribute) or not _is_self(callee.value):
            continue
        if not _is_given(cls, callee.attribute):
            continue
        functions = frozenset(
            [
                atom.function
                for atom in frame.value_of(callee)
                if isinstance(atom, FunctionAtom) and not _is_method(atom, cls)
            ]
        )
        if len(functions) > 1:
            found.append(functions)
    return found


def _is_given(cls: ProjectClass, name: str) -> bool:
    """Whether the attribute is what a parameter of `__init__` brings, or a field that the constructor takes."""
    if any(name in ancestor.annotations for ancestor in cls.mro):
        return True
    found = cls.find("__init__")
    for atom in found[1] if found is not None else ():
        if isinstance(atom, FunctionAtom):
            facts = atom.function.facts
            parameters = {parameter.name for parameter in facts.parameters}
            if any(
                isinstance(target, m.Attribute) and target.attribute == name
                for node in nodes_of(facts).of_type(m.Assign)
                if isinstance(node.value, m.Name) and node.value.id in parameters
                for target in node.targets
            ):
                return True
    return False


def _is_self(node: m.Expression) -> bool:
    return isinstance(node, m.Name) and node.id == "self"


def _is_method(atom: FunctionAtom, cls: ProjectClass) -> bool:
    """Whether the function is a method of the class, of one above or of one below it."""
    owner = atom.function.cls
    if owner is None:
        return False
    family = {owner, *owner.descendants()}
    receiver = atom.receiver.cls if isinstance(atom.receiver, ObjectAtom) else owner
    return cls in receiver.mro or receiver in cls.mro or not family.isdisjoint({cls, *cls.descendants()})


class Handed:
    """Calls beside which the same callable is handed to a thread in the other branch of one `if`.

    `if self.is_async: await self.fn() else: await run_in_threadpool(self.fn)`: plain functions take the other branch.
    """

    def __init__(self) -> None:
        self._branches: dict[int, list[tuple[Collection[Span], Collection[Span]]]] = {}

    def elsewhere(self, frame: Frame, site: CallSite) -> bool:
        """Whether the function that `site` may run is handed over in the branch that is taken instead."""
        function = site.target.function
        if function is None or site.text.rpartition(".")[2] == function.facts.name:
            return False  # called by its own name: of which kind it is, is no question
        handed = {
            other.span
            for other in frame.calls
            if other.edge is Edge.THREAD and other.target.function is function
        }
        if not handed or frame.function is None:
            return False
        facts = frame.function.facts
        if id(facts) not in self._branches:
            self._branches[id(facts)] = [
                (_spans(node.body), _spans(node.orelse))
                for node in nodes_of(facts).of_type(m.If)
                if node.orelse
            ]
        return any(
            (site.span in one and not handed.isdisjoint(other))
            or (site.span in other and not handed.isdisjoint(one))
            for one, other in self._branches[id(facts)]
        )


def _spans(block: tuple[m.Statement, ...]) -> frozenset[Span]:
    return frozenset([node.span for node in walk(block) if hasattr(node, "span")])
