"""Functions of the project as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.facts import model as m
from fastapi_lint.facts.model import FunctionFacts
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.values import Value

if TYPE_CHECKING:
    from fastapi_lint.inference.classes import ProjectClass
    from fastapi_lint.inference.frames import Frame
    from fastapi_lint.project.modules import Module


class Signature(NamedTuple):
    """What the annotations and defaults of a function evaluate to; `annotations` are instances, `types` what was written."""

    annotations: tuple[Value, ...]
    types: tuple[Value, ...]
    defaults: tuple[Value, ...]
    returns: Value


class ProjectFunction:
    """One function definition in one enclosing scope: a nested function is another one in each call of the outer.

    `frames` holds its evaluations by the argument types that matter; the key `()` is the call about which nothing is known.
    `kind` is "function", "method", "classmethod", "staticmethod" or "property" (also cached ones). `task_type` is the
    library type that a task queue's decorator gives it.
    """

    __slots__ = (
        "_flag_parameters",
        "_loop_parameters",
        "cls",
        "facts",
        "frames",
        "is_manager",
        "kind",
        "module",
        "outer",
        "signature",
        "task_type",
    )

    def __init__(
        self, module: Module, facts: FunctionFacts, outer: Frame | None, cls: ProjectClass | None
    ) -> None:
        self.module = module
        self.facts = facts
        self.outer = outer
        self.cls = cls
        self.kind = "method" if cls is not None else "function"
        self.is_manager = False
        self.task_type: str | None = None
        self.signature: Signature | None = None
        self.frames: dict[object, Frame] = {}
        self._loop_parameters: frozenset[str] | None = None
        self._flag_parameters: frozenset[str] | None = None

    @property
    def flag_parameters(self) -> frozenset[str]:
        """Parameters that a branch tests by themselves: `if allow_cache:`. Constants passed for them matter."""
        if self._flag_parameters is None:
            names: set[str] = set()
            for node in walk(self.facts.body):
                if isinstance(node, (m.If, m.Conditional)):
                    names.update(_tested_names(node.test))
            self._flag_parameters = frozenset(names & {parameter.name for parameter in self.facts.parameters})
        return self._flag_parameters

    @property
    def loop_parameters(self) -> frozenset[str]:
        """Parameters that say how often a loop turns: constants passed for them matter."""
        if self._loop_parameters is None:
            names: set[str] = set()
            for node in walk(self.facts.body):
                if (
                    isinstance(node, m.Call)
                    and isinstance(node.function, m.Name)
                    and node.function.id == "range"
                ):
                    names.update(n.id for n in walk(node.arguments) if isinstance(n, m.Name))
                elif isinstance(node, m.While):
                    names.update(n.id for n in walk(node.test) if isinstance(n, m.Name))
            self._loop_parameters = frozenset(names & {parameter.name for parameter in self.facts.parameters})
        return self._loop_parameters

    def __repr__(self) -> str:
        return f"ProjectFunction({self.module.name}:{self.facts.qualname})"


def _tested_names(test: m.Expression) -> set[str]:
    if isinstance(test, m.Name):
        return {test.id}
    if isinstance(test, m.UnaryOperation):
        return _tested_names(test.value)
    if isinstance(test, m.BooleanOperation):
        return _tested_names(test.left) | _tested_names(test.right)
    return set()
