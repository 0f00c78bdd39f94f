"""Functions of the project as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.facts.model import FunctionFacts
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

    __slots__ = ("cls", "facts", "frames", "is_manager", "kind", "module", "outer", "signature", "task_type")

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

    def __repr__(self) -> str:
        return f"ProjectFunction({self.module.name}:{self.facts.qualname})"
