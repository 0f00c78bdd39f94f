"""The body of a function, module or class with what the questions about resources look up in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import Nodes, nodes_of, walk
from fastapi_lint.inference.rendering import last_name

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.inference.frames import Frame
    from fastapi_lint.inference.interpreter import Interpreter


class Body:
    """Statements with a way upwards: each node's parent, its calls, attributes, names and `with` items.

    Nested functions and classes are bodies of their own. `frame.value_of(node)` knows the same nodes.
    """

    def __init__(self, statements: tuple[m.Statement, ...], nodes: Nodes | None = None) -> None:
        self.statements = statements
        self._nodes = nodes if nodes is not None else Nodes(walk(statements))
        self.calls = self._nodes.of_type(m.Call)
        self.attributes = self._nodes.of_type(m.Attribute)
        self.subscripts = self._nodes.of_type(m.Subscript)
        self.yields = self._nodes.of_type(m.Yield)

    @cached_property
    def names(self) -> dict[str, list[m.Name]]:
        found: dict[str, list[m.Name]] = {}
        for name in self._nodes.of_type(m.Name):
            found.setdefault(name.id, []).append(name)
        return found

    @cached_property
    def items(self) -> list[tuple[m.WithItem, bool]]:
        """The items of `with` statements; True for those of `async with`."""
        return [(item, node.is_async) for node in self._nodes.of_type(m.With) for item in node.items]

    @cached_property
    def functions(self) -> list[int]:
        """The numbers of the functions and lambdas in it."""
        named = [node.function for node in self._nodes.of_type(m.Define)]
        return named + [node.function for node in self._nodes.of_type(m.Lambda)]

    @cached_property
    def globals(self) -> set[str]:
        return {name for node in self._nodes.of_type(m.Scope) if node.kind == "global" for name in node.names}

    @cached_property
    def call_names(self) -> list[str]:
        """For each of `calls` the last name of what is called, as messages show it."""
        return [last_name(call.function) for call in self.calls]

    @cached_property
    def references(self) -> list[m.Name | m.Attribute]:
        """Names and attributes that are not called on the spot."""
        called = {id(call.function) for call in self.calls}
        nodes: tuple[m.Name | m.Attribute, ...] = (*self._nodes.of_type(m.Name), *self.attributes)
        return [node for node in nodes if id(node) not in called]

    @cached_property
    def _parents(self) -> dict[int, Any]:
        parents: dict[int, Any] = {}
        for node in self._nodes:
            for field in node:
                if type(field) is tuple:
                    for child in field:
                        parents[id(child)] = node
                else:
                    parents[id(field)] = node
        return parents

    def parent(self, node: Any) -> Any:
        """The node around `node`; None for a statement of the body itself."""
        return self._parents.get(id(node))

    def ancestors(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """From the inside out: each enclosing node with the child of it that holds `node`."""
        child, parent = node, self.parent(node)
        while parent is not None:
            yield parent, child
            child, parent = parent, self.parent(parent)

    def call_at(self, span: Span) -> m.Call | None:
        """The call expression that stands at `span`."""
        return next((call for call in self.calls if call.span == span), None)

    def is_guarded_main(self, node: Any) -> bool:
        """Whether `node` stands under `if __name__ == "__main__"`."""
        return any(
            isinstance(parent, m.If)
            and isinstance(parent.test, m.Comparison)
            and m.Name("__name__") in (parent.test.left, *parent.test.comparators)
            for parent, _ in self.ancestors(node)
        )


class Bodies:
    """One `Body` for each block of statements, made when first asked for."""

    def __init__(self) -> None:
        self._made: dict[int, Body] = {}
        self._frames: dict[int, Frame] = {}

    def of(self, statements: tuple[m.Statement, ...]) -> Body:
        found = self._made.get(id(statements))
        if found is None:
            found = self._made[id(statements)] = Body(statements)
        return found

    def of_function(self, facts: m.FunctionFacts) -> Body:
        found = self._made.get(id(facts.body))
        if found is None:
            found = self._made[id(facts.body)] = Body(facts.body, nodes_of(facts))
        return found

    def frame_of(self, interpreter: Interpreter, facts: m.FunctionFacts) -> Frame | None:
        """A frame of the function, if it was evaluated at all."""
        if not self._frames:
            for frame in reversed(interpreter.frames):
                if frame.function is not None:
                    self._frames[id(frame.function.facts)] = frame
        return self._frames.get(id(facts))


def answers(program: Program) -> tuple[Bodies]:
    """The one collection that several questions share."""
    return (Bodies(),)
