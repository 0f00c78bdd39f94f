"""Functions of the project as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.facts import model as m
from fastapi_lint.facts.model import FunctionFacts
from fastapi_lint.facts.walk import nodes_of_type, walk
from fastapi_lint.inference.plain import declares_plain
from fastapi_lint.inference.values import UNKNOWN, FunctionAtom, Value
from fastapi_lint.knowledge.fastapi_api import APP, HTTP_METHODS, ROUTE_MAKERS, ROUTER

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


class Layout(NamedTuple):
    """The parameters of a function by how arguments find them: `rest` is `*args`, `others` is `**kwargs`."""

    names: frozenset[str]
    positions: dict[str, int]
    places: tuple[str, ...]
    keywords: frozenset[str]
    rest: str | None
    others: str | None
    plain: frozenset[str]
    """Those declared as texts, numbers and the like."""
    takes_own: bool
    """Whether the first parameter can be `self` or `cls`."""


class ProjectFunction:
    """One function definition in one enclosing scope: a nested function is another one in each call of the outer.

    `frames` holds its evaluations by the argument types that matter; the key `()` is the call about which nothing is known.
    `kind` is "function", "method", "classmethod", "staticmethod" or "property" (also cached ones). `task_type` is the
    library type that a task queue's decorator gives it. `role` is "validator" or "serializer" for methods that pydantic
    calls. `is_cached`: a decorator keeps its results for as long as the process runs. `passed` are the library types of the arguments that FastAPI passes, whatever the annotations say. `wrapped` is what `functools.wraps` says it stands for.
    `setter` is the function that assigning to a property calls.
    """

    __slots__ = (
        "_flag_parameters",
        "_gives_wrappers",
        "_layout",
        "_loop_parameters",
        "_makes_routes",
        "cls",
        "facts",
        "frames",
        "is_cached",
        "is_manager",
        "kind",
        "module",
        "outer",
        "passed",
        "role",
        "setter",
        "signature",
        "task_type",
        "wrapped",
    )

    def __init__(
        self, module: Module, facts: FunctionFacts, outer: Frame | None, cls: ProjectClass | None
    ) -> None:
        self.module = module
        self.facts = facts
        self.outer = outer
        self.cls = cls
        self.kind = "method" if cls is not None else "function"
        self.is_cached = False
        self.is_manager = False
        self.task_type: str | None = None
        self.role = ""
        self.passed: tuple[str, ...] = ()
        self.wrapped: Value = UNKNOWN
        self.setter: Value = UNKNOWN
        self.signature: Signature | None = None
        self.frames: dict[object, Frame] = {}
        self._loop_parameters: frozenset[str] | None = None
        self._flag_parameters: frozenset[str] | None = None
        self._layout: Layout | None = None
        self._makes_routes: bool | None = None
        self._gives_wrappers: bool | None = None

    @property
    def parameter_names(self) -> frozenset[str]:
        return frozenset([parameter.name for parameter in self.facts.parameters])

    @property
    def layout(self) -> Layout:
        if self._layout is None:
            parameters = self.facts.parameters
            self._layout = Layout(
                self.parameter_names,
                {parameter.name: position for position, parameter in enumerate(parameters)},
                tuple([p.name for p in parameters if p.kind in ("positional", "normal")]),
                frozenset([p.name for p in parameters if p.kind in ("normal", "keyword")]),
                next((p.name for p in parameters if p.kind == "*"), None),
                next((p.name for p in parameters if p.kind == "**"), None),
                frozenset([p.name for p in parameters if declares_plain(p.annotation)]),
                bool(parameters) and parameters[0].kind in ("positional", "normal"),
            )
        return self._layout

    @property
    def is_coroutine_function(self) -> bool:
        """Whether FastAPI awaits it: it looks through `functools.wraps` (Starlette does not)."""
        return self.facts.is_async or any(
            isinstance(atom, FunctionAtom) and atom.function.is_coroutine_function for atom in self.wrapped
        )

    @property
    def flag_parameters(self) -> frozenset[str]:
        """Parameters that a branch tests by themselves: `if allow_cache:`. Constants passed for them matter.

        So do those for switches that are handed to other calls as they are.
        """
        if self._flag_parameters is None:
            switches = {
                parameter.name
                for parameter in self.facts.parameters
                if isinstance(parameter.default, m.Constant) and parameter.default.type == "bool"
            } - self.facts.tested
            self._flag_parameters = (self.facts.tested & self.parameter_names) | (
                _handed_on(self.facts) & switches if switches else frozenset()
            )
        return self._flag_parameters

    @property
    def loop_parameters(self) -> frozenset[str]:
        """Parameters that say how often a loop turns, or which attribute is asked for: constants passed for them matter."""
        if self._loop_parameters is None:
            asked = frozenset(self.layout.places[1:2]) if self.facts.name == "__getattr__" else frozenset()
            self._loop_parameters = (self.facts.counted & self.parameter_names) | asked
        return self._loop_parameters

    @property
    def makes_routes(self) -> bool:
        """Whether the body makes apps, routers or routes: texts passed to it may be paths and prefixes."""
        if self._makes_routes is None:
            is_router = self.cls is not None and self.cls.inherits(APP, ROUTER)
            self._makes_routes = is_router or _makes_routes(self.module, self.facts)
        return self._makes_routes

    @property
    def gives_wrappers(self) -> bool:
        """Whether it is a decorator by its form: it takes something and gives a function that is defined in it."""
        if self._gives_wrappers is None:
            functions = self.module.facts.functions
            inner = {functions[node.function].name for node in nodes_of_type(self.facts, m.Define)}
            self._gives_wrappers = bool(inner and self.facts.parameters) and any(
                isinstance(node, m.Name) and node.id in inner
                for given in nodes_of_type(self.facts, m.Return)
                for node in walk(given.value)
            )
        return self._gives_wrappers

    def __repr__(self) -> str:
        return f"ProjectFunction({self.module.name}:{self.facts.qualname})"


def _handed_on(facts: FunctionFacts) -> frozenset[str]:
    """The names that are arguments of calls by themselves."""
    return frozenset(
        argument.value.id
        for node in nodes_of_type(facts, m.Call)
        for argument in node.arguments
        if isinstance(argument.value, m.Name)
    )


def _makes_routes(module: Module, facts: FunctionFacts) -> bool:
    for call in nodes_of_type(facts, m.Call):
        name = getattr(call.function, "attribute", None) or getattr(call.function, "id", "")
        if name in ROUTE_MAKERS:
            return True
    for node in nodes_of_type(facts, m.Define):
        inner = module.facts.functions[node.function]
        if _makes_routes(module, inner) or any(
            isinstance(one, m.Call)
            and isinstance(one.function, m.Attribute)
            and one.function.attribute in HTTP_METHODS | {"websocket"}
            for one in inner.decorators
        ):
            return True
    return False
