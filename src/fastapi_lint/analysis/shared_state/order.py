"""Walking functions in the order in which they run: branches, loops, early exits, `try`, locks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fastapi_lint.analysis.shared_state.container_calls import Result, does_not_wait
from fastapi_lint.analysis.shared_state.locations import ANY
from fastapi_lint.analysis.shared_state.marks import (
    NO_MARKS,
    Lock,
    Mark,
    Marks,
    Read,
    State,
    join,
    union,
    with_role,
)
from fastapi_lint.analysis.shared_state.simple_statements import END, SimpleStatementWalker
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import InstanceAtom, ManagerAtom, Value

if TYPE_CHECKING:
    from fastapi_lint.analysis.shared_state.walks import Walks

_LOOK_UP_ERRORS = frozenset(
    {"KeyError", "LookupError", "IndexError", "AttributeError", "NameError", "ValueError"}
)


def asks_if_missing(test: m.Expression) -> bool:
    """Whether a test holds only where something is not there: `entry is None`, `name not in entries`."""
    if isinstance(test, m.BooleanOperation):
        return asks_if_missing(test.left) and asks_if_missing(test.right)
    if not isinstance(test, m.Comparison) or len(test.operators) != 1:
        return False
    other = test.comparators[0]
    is_none = isinstance(other, m.Constant) and other.value is None and other.type == "NoneType"
    return test.operators[0] == "not in" or (test.operators[0] in ("is", "==") and is_none)


class _Loop:
    """The loop that is being walked: where its jumps lead."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.breaks: list[State] = []
        self.continues: list[State] = []


class StatementWalker(SimpleStatementWalker):
    """Walks the statements of one frame."""

    def __init__(self, walks: Walks, frame: Frame, *, in_threads: bool) -> None:
        super().__init__(walks, frame, in_threads=in_threads)
        self._loops: list[_Loop] = []
        self._tries: list[list[State]] = []
        """For each `try` whose body is being walked, the states in which an exception may leave it."""

    def run(self, held: frozenset[Lock]) -> None:
        """Walk the whole body; `held` are locks that the callers hold."""
        assert self.frame.function is not None
        self.state.held = held
        for name in self.places.parameters:
            place = self.places.parameter(name)
            self.state.values[name] = frozenset([Mark(Read(place, self.span, name))])
            self.state.aliases[name] = place
        if self.block(self.frame.function.facts.body) == END:
            self.give_back(NO_MARKS, None, False)

    def block(self, statements: Sequence[m.Statement]) -> str:
        """Walk statements in order, and tell how the block ends."""
        for statement in statements:
            handler = _HANDLERS.get(type(statement))
            if handler is None:
                continue
            self.span = getattr(statement, "span", None) or self.span
            self._may_raise()
            end = handler(self, statement)
            if end != END:
                return end
        self._may_raise()
        return END

    def _may_raise(self) -> None:
        if self._tries:
            self._tries[-1].append(self.state.copy())
            if len(self._tries[-1]) > 12:
                joined = join(self._tries[-1])
                self._tries[-1][:] = [joined] if joined is not None else []

    def suspend(self, span: Span) -> None:
        super().suspend(span)
        self._may_raise()

    # --- jumps and branches ---------------------------------------------------------------------------

    def _jump(self, statement: m.Jump) -> str:
        if statement.kind == "pass" or not self._loops:
            return END
        loop = self._loops[-1]
        state = self.state.copy()
        dropped = state.leave_to(loop.depth)
        if statement.kind == "break":
            state.passed = union(state.passed, dropped)
            loop.breaks.append(state)
        else:
            loop.continues.append(state)
        return statement.kind

    def _if(self, statement: m.If) -> str:
        test = self.test(statement.test)
        locked = self._tried_lock(statement.test)
        return self._branches(
            test, [statement.body, statement.orelse], locked, asks_if_missing(statement.test)
        )

    def _tried_lock(self, test: m.Expression) -> tuple[int, Lock] | None:
        """`if lock.acquire(blocking=False):` and its opposite: the branch that has the lock."""
        is_negated = isinstance(test, m.UnaryOperation) and test.operator == "not"
        call = test.value if isinstance(test, m.UnaryOperation) and is_negated else test
        if not isinstance(call, m.Call) or not isinstance(call.function, m.Attribute):
            return None
        if call.function.attribute != "acquire" or not does_not_wait(call):
            return None
        lock = self.lock(call.function.value, self.reference(call.function.value).location)
        return None if lock is None else (int(is_negated), lock)

    def _branches(
        self,
        test: Marks,
        bodies: Sequence[Sequence[m.Statement]],
        locked: tuple[int, Lock] | None = None,
        asks_if_missing: bool = False,
    ) -> str:
        """Walk alternatives that `test` decides between; `locked` is one that has a lock, and that lock.

        `asks_if_missing`: the first one is for what is not there. To raise then is no refusal of what is there already.
        """
        self.state.guards.append(test)
        start = self.state
        ends: list[State] = []
        ways: list[str] = []
        for index, body in enumerate(bodies):
            self.state = start.copy()
            if locked is not None and locked[0] == index:
                self.state.held |= {locked[1]}
            way = self.block(body)
            ways.append(way)
            if way == END:
                ends.append(self.state)
        joined = join(ends)
        if joined is None:
            self.state = start
            self.state.guards.pop()
            return max(ways, key=("", "break", "continue", "raise", "return").index)
        self.state = joined
        test = self.state.guards.pop()
        for index, way in enumerate(ways):
            if way in ("return", "raise"):
                refuses = way == "raise" and not (asks_if_missing and index == 0)
                self.state.passed = union(self.state.passed, with_role(test, "refusal") if refuses else test)
            elif way in ("continue", "break"):
                self.state.skipped = union(self.state.skipped, test)
        return END

    def _match(self, statement: m.Match) -> str:
        test = with_role(self.expression(statement.subject).marks, "test")
        bodies: list[Sequence[m.Statement]] = [case.body for case in statement.cases]
        for case in statement.cases:
            if case.guard is not None:
                test = union(test, self.test(case.guard))
            for name in case.captures:
                self.state.values[name] = test
        if not any(case.irrefutable for case in statement.cases):
            bodies.append(())
        return self._branches(test, bodies)

    # --- loops ---------------------------------------------------------------------------------------------

    def _while(self, statement: m.While) -> str:
        endless = isinstance(statement.test, m.Constant) and bool(statement.test.value)
        outer_skipped = self.state.skipped
        loop = _Loop(len(self.state.guards))
        self._loops.append(loop)
        leaving: list[State] = []
        for _ in range(2):
            before = self.state.copy()
            test = self.test(statement.test)
            if not endless:
                exit_state = self.state.copy()
                exit_state.passed = union(exit_state.passed, test)
                leaving.append(exit_state)
            if not self._turn(test, statement.body, loop) or self.state.is_as(before):
                break
        if not endless and (loop.continues or self._turned):
            test = self.test(statement.test)
            self.state.passed = union(self.state.passed, test)
            leaving.append(self.state)
        return self._leave(loop, leaving, statement.orelse, outer_skipped)

    def _for(self, statement: m.For) -> str:
        marks = self.iterated(statement.iterable)
        outer_skipped = self.state.skipped
        loop = _Loop(len(self.state.guards))
        self._loops.append(loop)
        leaving = [self.state.copy()]
        for _ in range(2):
            before = self.state.copy()
            if statement.is_async:
                self.state.temporaries.append(marks)
                self.suspend(statement.span)
                marks = self.state.temporaries.pop()
            self._bind_loop(statement.target, marks)
            self.state.temporaries.append(marks)
            turned = self._turn(NO_MARKS, statement.body, loop)
            marks = self.state.temporaries.pop()
            if not turned:
                break
            leaving.append(self.state.copy())
            if self.state.is_as(before):
                break  # nested loops would be walked twice a level for nothing
        return self._leave(loop, leaving, statement.orelse, outer_skipped)

    def _bind_loop(self, target: m.Expression, marks: Marks) -> None:
        if isinstance(target, m.Name):
            self.bind(target.id, marks, None, False)
        elif isinstance(target, m.Display):
            for item in target.items:
                self._bind_loop(item, marks)
        elif isinstance(target, m.Starred):
            self._bind_loop(target.value, marks)

    _turned = False

    def _turn(self, test: Marks, body: Sequence[m.Statement], loop: _Loop) -> bool:
        """One turn of a loop. True when another can follow."""
        loop.continues = []
        self.state.guards.append(test)
        skipped = self.state.skipped
        start = self.state.copy()
        way = self.block(body)
        ends = [self.state] if way == END else []
        joined = join([*ends, *loop.continues])
        self._turned = joined is not None
        if joined is None:
            start.guards = start.guards[: loop.depth]
            self.state = start
            return False
        self.state = joined
        self.state.guards = self.state.guards[: loop.depth]
        self.state.skipped = skipped
        return True

    def _leave(self, loop: _Loop, leaving: list[State], orelse: Sequence[m.Statement], skipped: Marks) -> str:
        self._loops.pop()
        ends = []
        joined = join(leaving)
        if joined is not None:
            self.state = joined
            self.state.guards = self.state.guards[: loop.depth]
            if self.block(orelse) == END:
                ends.append(self.state)
        joined = join([*ends, *loop.breaks])
        if joined is None:
            return "return"
        self.state = joined
        self.state.skipped = skipped
        return END

    # --- with and try ------------------------------------------------------------------------------------------

    def _with(self, statement: m.With) -> str:
        taken: list[Lock] = []
        leaves_slowly = False
        for item in statement.items:
            result = self.expression(item.context)
            value = self.frame.value_of(item.context)
            locks = self._locks_of(item.context, result, value, statement.is_async)
            for passed in result.pending:
                self.run_callee(passed)
            if statement.is_async and not all(lock.is_thread for lock in locks):
                self.suspend(item.span)
            elif statement.is_async and not locks:
                self.suspend(item.span)
                leaves_slowly = True
            for lock in locks:
                if lock not in self.state.held:
                    taken.append(lock)
                self.take(lock, item.span)
            if item.target is not None:
                self._bind_loop(item.target, NO_MARKS)
        way = self.block(statement.body)
        self.state.release(taken)
        if leaves_slowly and way == END:
            self.suspend(statement.span)
        if way != END and any(_suppresses(self.frame.value_of(item.context)) for item in statement.items):
            return END
        return way

    def _locks_of(self, node: m.Expression, result: Result, value: Value, is_async: bool) -> list[Lock]:
        for atom in value:
            if isinstance(atom, ManagerAtom):
                inside = self.walks.summary(atom.frame, in_threads=self.in_threads).yielded_under
                if inside:
                    return list(inside)
        lock = self.lock(node, result.location)
        if lock is None:
            return []
        return [lock._replace(is_thread=False) if is_async else lock]

    def _try(self, statement: m.Try) -> str:
        self._tries.append([self.state.copy()])
        before, temporaries = len(self.state.guards), len(self.state.temporaries)
        way = self.block(statement.body)
        raised = self._tries.pop()
        ends: list[State] = []
        ways: list[str] = []
        if way == END:
            way = self.block(statement.orelse)
        ways.append(way)
        if way == END:
            ends.append(self.state)
        elif way != "raise":
            raised.append(self.state.copy())
        in_handler = join(raised)
        assert in_handler is not None
        in_handler.guards = in_handler.guards[:before]
        del in_handler.temporaries[temporaries:]
        for handler in statement.handlers:
            self.state = in_handler.copy()
            looked_up = self._looked_up(statement.body) if _is_look_up(handler.type) else NO_MARKS
            self.state.guards.append(looked_up)
            if handler.name is not None:
                self.state.values[handler.name] = NO_MARKS
            way = self.block(handler.body)
            ways.append(way)
            if way == END:
                self.state.guards.pop()
                ends.append(self.state)
        if statement.final:
            # Once for what leaves by an exception or a return, once for what goes on.
            self.state = in_handler.copy()
            self.block(statement.final)
        joined = join(ends)
        if joined is None:
            self.state = in_handler
            return max(ways, key=("", "break", "continue", "raise", "return").index)
        self.state = joined
        if self._tries:
            self._tries[-1] += raised[-1:]
        return self.block(statement.final)

    def _looked_up(self, body: Sequence[m.Statement]) -> Marks:
        """`try: return cache[key]`: the handler of a `KeyError` runs because of what the look-up found."""
        found = NO_MARKS
        for node in walk(tuple(body)):
            if isinstance(node, (m.Subscript, m.Attribute)) and not isinstance(node.value, m.Call):
                place = self.reference(node).location
                if place is not None and place.is_shared and ANY not in place.path:
                    found = union(found, frozenset([self.mark(place, node.span, render(node))]))
        return with_role(found, "test")


def _is_look_up(handler: m.Expression | None) -> bool:
    if isinstance(handler, m.Name):
        return handler.id in _LOOK_UP_ERRORS
    return isinstance(handler, m.Display) and any(_is_look_up(item) for item in handler.items)


def _suppresses(value: Value) -> bool:
    return any(isinstance(atom, InstanceAtom) and atom.type == "contextlib.suppress" for atom in value)


_HANDLERS: dict[type, Callable[[Any, Any], str]] = {
    m.Assign: StatementWalker._assign,
    m.AugmentedAssign: StatementWalker._augmented,
    m.Evaluate: StatementWalker._evaluate,
    m.Return: StatementWalker._return,
    m.Raise: StatementWalker._raise,
    m.Assert: StatementWalker._assert,
    m.Delete: StatementWalker._delete,
    m.Jump: StatementWalker._jump,
    m.If: StatementWalker._if,
    m.Match: StatementWalker._match,
    m.While: StatementWalker._while,
    m.For: StatementWalker._for,
    m.With: StatementWalker._with,
    m.Try: StatementWalker._try,
}
