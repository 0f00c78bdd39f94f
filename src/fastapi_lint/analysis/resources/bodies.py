"""The body of a function, module or class with what the questions about resources look up in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.rendering import render

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.inference.frames import Frame
    from fastapi_lint.inference.interpreter import Interpreter


_NOTED = frozenset({m.Call, m.Attribute, m.Subscript, m.Name, m.With, m.Yield, m.Define, m.Lambda, m.Scope})


class Body:
    """Statements with a way upwards: each node's parent, its calls, attributes, names and `with` items.

    Nested functions and classes are bodies of their own. `frame.value_of(node)` knows the same nodes.
    """

    def __init__(self, statements: tuple[m.Statement, ...]) -> None:
        self.statements = statements
        self.calls: list[m.Call] = []
        self.attributes: list[m.Attribute] = []
        self.subscripts: list[m.Subscript] = []
        self.names: dict[str, list[m.Name]] = {}
        self.items: list[tuple[m.WithItem, bool]] = []
        self.yields: list[m.Yield] = []
        self.functions: list[int] = []
        self.globals: set[str] = set()
        for node in walk(statements):
            if type(node) in _NOTED:
                self._note(node)

    @cached_property
    def call_names(self) -> list[str]:
        """For each of `calls` the last name of what is called, as messages show it."""
        return [render(call.function).rpartition(".")[2] for call in self.calls]

    @cached_property
    def references(self) -> list[m.Name | m.Attribute]:
        """Names and attributes that are not called on the spot."""
        called = {id(call.function) for call in self.calls}
        nodes: list[m.Name | m.Attribute] = [name for names in self.names.values() for name in names]
        nodes += self.attributes
        return [node for node in nodes if id(node) not in called]

    @cached_property
    def _parents(self) -> dict[int, Any]:
        parents: dict[int, Any] = {}
        for node in walk(self.statements):
            for field in node:
                if type(field) is tuple:
                    for child in field:
                        parents[id(child)] = node
                else:
                    parents[id(field)] = node
        return parents

    def _note(self, node: Any) -> None:
        kind = type(node)
        if kind is m.Call:
            self.calls.append(node)
        elif kind is m.Attribute:
            self.attributes.append(node)
        elif kind is m.Subscript:
            self.subscripts.append(node)
        elif kind is m.Name:
            self.names.setdefault(node.id, []).append(node)
        elif kind is m.With:
            self.items += [(item, node.is_async) for item in node.items]
        elif kind is m.Yield:
            self.yields.append(node)
        elif kind in (m.Define, m.Lambda):
            self.functions.append(node.function)
        elif kind is m.Scope and node.kind == "global":
            self.globals.update(node.names)

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
