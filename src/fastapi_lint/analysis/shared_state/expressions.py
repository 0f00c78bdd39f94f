"""Walking expressions in evaluation order: reads, suspensions, calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fastapi_lint.analysis.shared_state.container_calls import NOTHING, ContainerCalls, Result
from fastapi_lint.analysis.shared_state.locations import ANY, Location
from fastapi_lint.analysis.shared_state.marks import NO_MARKS, Marks, State, join, union, with_role
from fastapi_lint.analysis.shared_state.objects import is_container, is_fresh_call
from fastapi_lint.facts import model as m
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ClassAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.shared_state.walks import Walks


class ExpressionWalker(ContainerCalls):
    """Evaluates expressions over `self.state`."""

    def __init__(self, walks: Walks, frame: Frame, *, in_threads: bool) -> None:
        super().__init__(walks, frame, in_threads=in_threads)

    def expression(self, node: m.Expression) -> Result:
        """Evaluate `node` for its value: a shared place that it names is read."""
        result = self.reference(node)
        if result.location is not None and result.is_read:
            mark = self.mark(result.location, getattr(node, "span", None) or self.span, render(node))
            marks = frozenset([mark]) if not result.marks else union(result.marks, frozenset([mark]))
            return Result(marks, result.location, True, result.pending, result.is_fresh)
        return result

    def reference(self, node: m.Expression) -> Result:
        """Evaluate `node` as the base of something: the place that it names is not read by that."""
        handler = _HANDLERS.get(type(node))
        return handler(self, node) if handler is not None else NOTHING

    def test(self, node: m.Expression) -> Marks:
        """Evaluate a condition: what it depends on. A bare container is asked whether it has content."""
        if isinstance(node, m.UnaryOperation) and node.operator == "not":
            return self.test(node.value)
        if isinstance(node, m.BooleanOperation):
            left = self.test(node.left)
            self.state.temporaries.append(left)
            before = self.state.copy()
            right = self.test(node.right)
            self._meet(before)
            return union(self.state.temporaries.pop(), right)
        result = self.expression(node)
        marks = result.marks
        if result.location is not None and is_container(self.frame.value_of(node)):
            marks = union(marks, frozenset([self.mark(result.location.item(ANY), self.span, render(node))]))
        return with_role(marks, "test")

    def operands(self, nodes: Sequence[m.Expression]) -> list[Result]:
        """Evaluate operands in order; each ages while the later ones are evaluated."""
        if not nodes:
            return []
        results = []
        for node in nodes:
            result = self.expression(node)
            self.state.temporaries.append(result.marks)
            results.append(result)
        aged = self.state.temporaries[len(self.state.temporaries) - len(results) :]
        del self.state.temporaries[len(self.state.temporaries) - len(results) :]
        return [
            result if marks is result.marks else result._replace(marks=marks)
            for result, marks in zip(results, aged, strict=True)
        ]

    def _combined(self, nodes: Sequence[m.Expression]) -> Result:
        results = self.operands(nodes)
        return Result(
            union(*[result.marks for result in results]),
            pending=tuple([one for result in results for one in result.pending]),
            is_fresh=any(result.is_fresh for result in results),
        )

    def _meet(self, other: State) -> None:
        joined = join([other, self.state])
        assert joined is not None
        self.state = joined

    # --- names and places ----------------------------------------------------------------------

    def _name(self, node: m.Name) -> Result:
        if self.places.is_local(node.id):
            state = self.state
            return Result(
                state.values.get(node.id, NO_MARKS),
                state.aliases.get(node.id),
                False,
                (),
                node.id in state.fresh,
            )
        location = self.places.outer_name(node)
        return Result(location=location, is_read=location is not None)

    def _attribute(self, node: m.Attribute) -> Result:
        base = self.reference(node.value)
        location = self.places.attribute(node, base.location)
        called = self.called(node.span, [], None, base)
        return Result(
            union(base.marks, called.marks),
            location if not called.was_called else called.location,
            location is not None and not called.was_called,
            is_fresh=base.is_fresh,
        )

    def _subscript(self, node: m.Subscript) -> Result:
        base = self.reference(node.value)
        self.state.temporaries.append(base.marks)
        index = self.expression(node.index)
        marks = union(self.state.temporaries.pop(), index.marks)
        location = base.location.item(self.key(node.index, index)) if base.location is not None else None
        return Result(marks, location, location is not None)

    # --- calls -----------------------------------------------------------------------------------

    def _call(self, node: m.Call) -> Result:
        function = node.function
        receiver: Result | None = None
        if isinstance(function, m.Attribute):
            receiver = self.reference(function.value)
            self.state.temporaries.append(receiver.marks)
        elif not isinstance(function, m.Name):
            self.expression(function)
        arguments = self.operands([argument.value for argument in node.arguments])
        if receiver is not None:
            receiver = receiver._replace(marks=self.state.temporaries.pop())
        marks = union(*[one.marks for one in arguments], receiver.marks if receiver is not None else NO_MARKS)
        pending = tuple([one for argument in arguments for one in argument.pending])
        special = self.builtin(node, arguments) if isinstance(function, m.Name) else None
        if special is None and isinstance(function, m.Attribute) and receiver is not None:
            special = self.method(node, function, receiver, arguments)
        if special is not None:
            return special._replace(marks=union(special.marks, marks))
        called = self.called(node.span, arguments, node, receiver)
        is_fresh = (
            called.is_fresh
            or is_fresh_call(node)
            or (
                isinstance(function, m.Name)
                and not called.was_called
                and any(one.is_fresh for one in arguments)
            )
            or any(isinstance(atom, ClassAtom) for atom in self.frame.value_of(function))
        )
        return Result(
            union(marks, called.marks), called.location, False, (*pending, *called.pending), is_fresh
        )

    # --- what suspends -----------------------------------------------------------------------------

    def _await(self, node: m.Await) -> Result:
        result = self.expression(node.value)
        self.state.temporaries.append(result.marks)
        marks = NO_MARKS
        for passed in result.pending:
            marks = union(marks, self.run_callee(passed))
        if isinstance(node.value, m.Call):
            function = node.value.function
            if (
                isinstance(function, m.Attribute)
                and function.attribute in ("wait", "wait_for")
                and self.lock(function.value, None) in self.state.held
            ):
                self.state.break_protection()
        if self.walks.suspension.of_value(self.frame.value_of(node.value)):
            self.suspend(node.span)
        lock = self.waiting_for.pop(node.value.span, None) if isinstance(node.value, m.Call) else None
        if lock is not None:
            self.take(lock, node.span)
        place = result.pending[0].place if len(result.pending) == 1 else None
        return Result(union(self.state.temporaries.pop(), marks), place, False, (), result.is_fresh)

    def _yield(self, node: m.Yield) -> Result:
        result = self.expression(node.value) if node.value is not None else NOTHING
        self.yielded(self.state.held)
        if self.frame.is_async:
            self.suspend(node.span)
        return Result(NO_MARKS if self.frame.is_generator else result.marks)

    # --- the rest --------------------------------------------------------------------------------------

    def _boolean(self, node: m.BooleanOperation) -> Result:
        left = self.expression(node.left)
        self.state.temporaries.append(left.marks)
        before = self.state.copy()
        right = self.expression(node.right)
        self._meet(before)
        chosen = self.state.temporaries.pop()
        if node.operator == "or":
            # The left value goes on only where the right one was not needed: there it is as old as it was.
            chosen = union(left.marks, with_role(chosen, "test"))
        return Result(union(chosen, right.marks), None, False, (*left.pending, *right.pending))

    def _conditional(self, node: m.Conditional) -> Result:
        test = self.test(node.test)
        self.state.temporaries.append(test)
        self.state.guards.append(test)
        before = self.state.copy()
        body = self.expression(node.body)
        after, self.state = self.state, before
        orelse = self.expression(node.orelse)
        self._meet(after)
        self.state.guards.pop()
        test = self.state.temporaries.pop()
        return Result(union(test, body.marks, orelse.marks), None, False, (*body.pending, *orelse.pending))

    def _comparison(self, node: m.Comparison) -> Result:
        results = self.operands([node.left, *node.comparators])
        marks = union(*[result.marks for result in results])
        operands = [node.left, *node.comparators]
        for index, operator in enumerate(node.operators):
            location = results[index + 1].location
            if operator in ("in", "not in") and location is not None:
                key = self.key(operands[index], results[index])
                marks = union(
                    marks, frozenset([self.mark(location.item(key), node.span, render(operands[index + 1]))])
                )
        return Result(with_role(marks, "test"))

    def _unary(self, node: m.UnaryOperation) -> Result:
        if node.operator == "not":
            return Result(self.test(node.value))
        return Result(self.expression(node.value).marks)

    def _comprehension(self, node: m.Comprehension) -> Result:
        saved = {name: self.state.values.get(name) for loop in node.loops for name in _names(loop.target)}
        marks = NO_MARKS
        for loop in node.loops:
            marks = union(marks, self.iterated(loop.iterable))
            if loop.is_async:
                self.suspend(node.span)
            for name in _names(loop.target):
                self.state.values[name] = marks
            for condition in loop.conditions:
                marks = union(marks, self.test(condition))
        self.state.temporaries.append(marks)
        inner = self._combined([node.element] if node.value is None else [node.element, node.value])
        marks = union(self.state.temporaries.pop(), inner.marks)
        for name, old in saved.items():
            if old is None:
                self.state.values.pop(name, None)
            else:
                self.state.values[name] = old
        return Result(marks, None, False, inner.pending)

    def iterated(self, node: m.Expression) -> Marks:
        """Evaluate what a loop runs over: the content of a container is read."""
        result = self.expression(node)
        if result.location is None:
            return result.marks
        return union(result.marks, frozenset([self.mark(result.location.item(ANY), self.span, render(node))]))

    def _walrus(self, node: m.Walrus) -> Result:
        result = self.expression(node.value)
        if isinstance(node.target, m.Name):
            self.bind(node.target.id, result.marks, result.location, result.is_fresh)
        return result._replace(is_read=False)

    def bind(self, name: str, marks: Marks, location: Location | None, is_fresh: bool) -> None:
        """A local name gets a new value."""
        state = self.state
        state.values[name] = marks
        if location is not None:
            state.aliases[name] = location
        else:
            state.aliases.pop(name, None)
        state.fresh = state.fresh | {name} if is_fresh else state.fresh - {name}

    def _dict(self, node: m.DictDisplay) -> Result:
        return self._combined(
            [part for pair in zip(node.keys, node.values, strict=True) for part in pair if part is not None]
        )


def _names(target: m.Expression) -> list[str]:
    if isinstance(target, m.Name):
        return [target.id]
    if isinstance(target, m.Display):
        return [name for item in target.items for name in _names(item)]
    return _names(target.value) if isinstance(target, m.Starred) else []


_HANDLERS: dict[type, Callable[[Any, Any], Result]] = {
    m.Name: ExpressionWalker._name,
    m.Attribute: ExpressionWalker._attribute,
    m.Subscript: ExpressionWalker._subscript,
    m.Call: ExpressionWalker._call,
    m.Await: ExpressionWalker._await,
    m.Yield: ExpressionWalker._yield,
    m.BooleanOperation: ExpressionWalker._boolean,
    m.Conditional: ExpressionWalker._conditional,
    m.Comparison: ExpressionWalker._comparison,
    m.UnaryOperation: ExpressionWalker._unary,
    m.Comprehension: ExpressionWalker._comprehension,
    m.Walrus: ExpressionWalker._walrus,
    m.DictDisplay: ExpressionWalker._dict,
    m.Display: lambda self, node: self._combined(node.items),
    m.FormattedString: lambda self, node: self._combined(node.parts),
    m.BinaryOperation: lambda self, node: self._combined((node.left, node.right)),
    m.Starred: lambda self, node: self.expression(node.value),
    m.Slice: lambda self, node: self._combined(node.parts),
}
