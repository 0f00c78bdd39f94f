"""What statements without a block of their own read, write, bind and give back, in order."""

from __future__ import annotations

from fastapi_lint.analysis.shared_state.container_calls import Result
from fastapi_lint.analysis.shared_state.expressions import ExpressionWalker
from fastapi_lint.analysis.shared_state.locations import ANY, Location
from fastapi_lint.analysis.shared_state.marks import (
    NO_MARKS,
    union,
    with_role,
)
from fastapi_lint.facts import model as m
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ObjectAtom

END = ""
"""A block whose end is reached; the other ways to end are "return", "raise", "continue" and "break"."""


class SimpleStatementWalker(ExpressionWalker):
    """Walks the simple statements of one frame; each method tells how the statement ends."""

    def _assign(self, statement: m.Assign) -> str:
        if statement.value is None:
            return END
        result = self.expression(statement.value)
        for target in statement.targets:
            self._assign_to(target, result, statement.value, statement)
        return END

    def _assign_to(
        self, target: m.Expression, result: Result, value: m.Expression, statement: m.Assign
    ) -> None:
        if isinstance(target, m.Name) and self.places.is_local(target.id):
            self.bind(target.id, result.marks, result.location, result.is_fresh)
        elif isinstance(target, m.Display):
            single = isinstance(value, m.Display) and len(value.items) == len(target.items)
            for index, item in enumerate(target.items):
                part = value.items[index] if single and isinstance(value, m.Display) else value
                self._assign_to(item, result._replace(location=None), part, statement)
        elif isinstance(target, m.Starred):
            self._assign_to(target.value, result, value, statement)
        else:
            self.state.temporaries.append(result.marks)
            place = self.reference(target)
            marks = self.state.temporaries.pop()
            is_itself = isinstance(value, m.Call) and place.location == result.location
            if (
                place.location is not None
                and not is_itself
                and not self._gets_its_own(target, place.location)
            ):
                self.write_value(place.location, statement.span, render(target), value, marks)

    def _gets_its_own(self, target: m.Expression, location: Location) -> bool:
        """`self.options = ...` beside a container in the class body: the instance hides it from then on."""
        return (
            location.root.kind == "class"
            and not location.path
            and isinstance(target, m.Attribute)
            and any(isinstance(atom, ObjectAtom) for atom in self.frame.value_of(target.value))
        )

    def _augmented(self, statement: m.AugmentedAssign) -> str:
        target = self.expression(statement.target)
        self.state.temporaries.append(target.marks)
        value = self.expression(statement.value)
        marks = union(self.state.temporaries.pop(), value.marks)
        if isinstance(statement.target, m.Name) and self.places.is_local(statement.target.id):
            self.bind(statement.target.id, marks, None, False)
        elif target.location is not None:
            text, shown = render(statement.target), render(statement.value)
            grown = statement.value
            if statement.operator == "+" and isinstance(grown, m.Display) and grown.kind == "list":
                # A list grows in place: what others appended meanwhile stays.
                self.write(target.location.item(ANY), "add", statement.span, text, value.marks, (), shown)
            else:
                self.write(target.location, "update", statement.span, text, marks, (), shown)
        return END

    def _evaluate(self, statement: m.Evaluate) -> str:
        self.expression(statement.value)
        return END

    def _return(self, statement: m.Return) -> str:
        result = self.expression(statement.value) if statement.value is not None else Result()
        self.give_back(result.marks, result.location, result.is_fresh)
        return "return"

    def _raise(self, statement: m.Raise) -> str:
        if statement.exception is not None:
            self.expression(statement.exception)
        return "raise"

    def _assert(self, statement: m.Assert) -> str:
        self.state.passed = union(self.state.passed, with_role(self.test(statement.test), "refusal"))
        return END

    def _delete(self, statement: m.Delete) -> str:
        for target in statement.targets:
            place = self.reference(target)
            if place.location is not None:
                self.write(
                    place.location, "remove", statement.span, f"del {render(target)}", NO_MARKS, (), ""
                )
        return END
