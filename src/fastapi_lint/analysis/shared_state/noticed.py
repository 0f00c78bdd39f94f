"""Which names of shared state anybody would notice: a counter that only log lines show does no harm when it is off by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.knowledge.log_methods import LOG_METHODS

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class Noticed:
    """Where the attributes and global names of a project are read, by name alone."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def is_only_logged(self, name: str) -> bool:
        """Whether something called `name` is read in log lines, and nowhere else but to be updated."""
        logged, others = self._reads
        return name in logged and name not in others

    @cached_property
    def _reads(self) -> tuple[frozenset[str], frozenset[str]]:
        logged: set[str] = set()
        others: set[str] = set()
        for module in self._program.interpreter.project.modules.values():
            for nodes in _bodies(module.facts):
                shown: set[int] = set()
                for node in nodes:
                    if isinstance(node, m.Call) and _is_log(node):
                        shown.update(id(one) for one in walk(node.arguments))
                    elif isinstance(node, m.AugmentedAssign):
                        shown.add(id(node.target))
                    elif isinstance(node, m.Assign):
                        shown.update(map(id, node.targets))
                for node in nodes:
                    name = _name(node)
                    if name and id(node) not in shown:
                        others.add(name)
                for node in nodes:
                    if isinstance(node, m.Call) and _is_log(node):
                        logged.update(filter(None, map(_name, walk(node.arguments))))
        return frozenset(logged), frozenset(others)


def _bodies(facts: m.ModuleFacts) -> Iterator[tuple[Any, ...]]:
    for function in facts.functions:
        yield nodes_of(function)
    for body in (facts.body, *[cls.body for cls in facts.classes]):
        yield tuple(walk(body))


def _name(node: object) -> str:
    return node.attribute if isinstance(node, m.Attribute) else node.id if isinstance(node, m.Name) else ""


def _is_log(call: m.Call) -> bool:
    function = call.function
    if isinstance(function, m.Name):
        return function.id == "print"
    return isinstance(function, m.Attribute) and function.attribute in LOG_METHODS
