"""Loops that compute without ever yielding, and whose length is not bounded by the code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple, cast

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.values import ConstantAtom, ExternalAtom

LARGE = 100_000
"""Turns from which a loop with a constant length is worth a thread: some ten milliseconds of arithmetic."""

_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "^", "&", "|", "<<", ">>"})
_PURE_BUILTINS = frozenset(
    {"all", "any", "sorted", "reversed", "isinstance", "abs", "int", "float", "min", "max", "pow", "round", "len", "range", "sum", "divmod", "bool", "str", "chr", "ord",
     "bytes", "tuple", "list", "set", "enumerate", "zip", "hash", "complex"}
)  # fmt: skip
_PURE_MODULES = frozenset({"math", "cmath", "random", "hashlib", "operator", "statistics"})
_PURE_METHODS = frozenset({"append", "add", "extend", "pop", "appendleft", "insert", "update", "get", "items", "keys",
                           "values", "hexdigest", "digest", "encode"})  # fmt: skip
_RETRY_WORDS = ("retr", "attempt", "tries", "page")


class CpuLoop(NamedTuple):
    """A loop (or reduction, or recursion) at `span`; `text` names it as in `for i in range(n)`."""

    span: Span
    text: str


def cpu_loops(frame: Frame, is_entry: bool) -> list[CpuLoop]:
    """The CPU-bound loops in the body of a frame's own function. `is_entry`: requests fill its parameters."""
    if frame.function is None:
        return []
    facts = frame.function.facts
    if not facts.has_loops and not facts.calls_itself:
        return []
    finder = _Finder(frame, is_entry)
    found = list(finder.in_block(frame.function.facts.body))
    recursion = finder.recursion()
    return [*found, *([recursion] if recursion else [])]


class _Finder:
    def __init__(self, frame: Frame, is_entry: bool) -> None:
        self.is_entry = is_entry
        assert frame.function is not None
        self.frame = frame
        self.facts = frame.function.facts

    def in_block(self, statements: tuple[m.Statement, ...]) -> Iterator[CpuLoop]:
        """Outermost loops that compute, and reductions outside of loops."""
        for statement in statements:
            if isinstance(statement, m.For) and not statement.is_async and self._is_long_for(statement):
                yield CpuLoop(statement.span, f"for ... in {self._range_text(statement.iterable)}")
            elif isinstance(statement, m.While) and self._is_long_while(statement):
                yield CpuLoop(statement.span, "while ...")
            else:
                yield from self._inside(statement)

    def _inside(self, statement: m.Statement) -> Iterator[CpuLoop]:
        for field in statement:
            if isinstance(field, tuple) and field and not hasattr(field, "_fields"):
                for part in field:
                    if isinstance(part, (m.Handler, m.Case)):
                        yield from self.in_block(part.body)
                    elif type(part) in _STATEMENT_TYPES:
                        yield from self.in_block((cast("m.Statement", part),))
                    elif hasattr(part, "_fields"):
                        yield from self._reductions(part)
            elif hasattr(field, "_fields"):
                yield from self._reductions(field)

    def _reductions(self, expression: Any) -> Iterator[CpuLoop]:
        """`sum(i * i for i in range(n))`."""
        if "range" not in self.facts.counted:
            return
        for node in walk(expression):
            if isinstance(node, m.Comprehension) and not any(loop.is_async for loop in node.loops):
                ranges = [loop for loop in node.loops if self._is_unbounded_range(loop.iterable)]
                body = (node.element, node.value, *[loop.conditions for loop in node.loops])
                if ranges and self._computes(body) and self._is_pure(body):
                    text = self._range_text(ranges[0].iterable)
                    yield CpuLoop(node.span, f"... for ... in {text}")

    def _is_long_for(self, loop: m.For) -> bool:
        if not self._is_pure(loop.body) or _leaves_early(loop.body):
            return False
        if self._is_unbounded_range(loop.iterable):
            return self._computes(loop.body)
        return self._is_grid(loop)

    def _is_grid(self, loop: m.For) -> bool:
        """A loop over the rows of what the caller gave, with an arithmetic loop over each row inside."""
        given = {node.id for node in walk(loop.iterable) if isinstance(node, m.Name)} & self._given
        targets = {node.id for node in walk(loop.target) if isinstance(node, m.Name)}
        if not given or any(isinstance(node, m.Call) for node in walk(loop.iterable)):
            return False
        for node in walk(loop.body):
            if isinstance(node, m.For) and isinstance(node.iterable, m.Name) and node.iterable.id in targets:
                return any(
                    isinstance(inner, m.AugmentedAssign) and self._computes(inner)
                    for inner in walk(node.body)
                )
        return False

    def _is_long_while(self, loop: m.While) -> bool:
        if not self._is_pure(loop.body) or not self._is_pure(loop.test):
            return False
        compared = [node for node in walk(loop.test) if isinstance(node, m.Comparison)]
        if not compared:
            return False
        changed = {
            node.target.id
            for node in walk(loop.body)
            if isinstance(node, m.AugmentedAssign)
            and isinstance(node.target, m.Name)
            and node.operator in _ARITHMETIC
        } | {
            target.id
            for node in walk(loop.body)
            if isinstance(node, m.Assign) and node.value is not None and self._computes(node.value)
            for target in node.targets
            if isinstance(target, m.Name)
            and any(isinstance(n, m.Name) and n.id == target.id for n in walk(node.value))
        }
        named = {node.id for node in walk(loop.test) if isinstance(node, m.Name)}
        if not changed & named or _divides(loop.body, changed & named):
            return False
        parameters = {p.name for p in self.facts.parameters} - {"self", "cls"}
        limits = [
            operand for comparison in compared for operand in (comparison.left, *comparison.comparators)
        ]
        is_open = any(
            isinstance(node, m.BooleanOperation) and node.operator == "or" for node in walk(loop.test)
        )
        if not is_open and any(self._is_within_length(comparison, changed) for comparison in compared):
            return False  # each turn is one step through what is in memory
        if _reads_at(loop.body, changed & named):
            return False
        if any(isinstance(limit, m.Name) and limit.id in changed & parameters for limit in limits):
            return self._computes(loop.body)  # it counts down (or converges) from what it was given
        return any(self._is_large(limit, changed) for limit in limits) and self._computes(loop.body)

    def _is_large(self, limit: m.Expression, changed: set[str]) -> bool:
        constant = _constant(limit)
        if constant is None:
            constant = self._default(limit)
        if constant is not None:
            return constant >= LARGE
        names = {node.id for node in walk(limit) if isinstance(node, m.Name)}
        return bool(names - changed) and self._grows(limit)

    def _is_within_length(self, comparison: m.Comparison, changed: set[str]) -> bool:
        """`position + 2 < length`: what the loop counts up is compared to the length of something."""
        operands = (comparison.left, *comparison.comparators)
        names = [{node.id for node in walk(operand) if isinstance(node, m.Name)} for operand in operands]
        return any(one & changed for one in names) and any(
            not one & changed and ("len" in one or self._is_measured(one)) for one in names
        )

    # --- how long -----------------------------------------------------------------------------------

    def _is_unbounded_range(self, iterable: m.Expression) -> bool:
        if not (
            isinstance(iterable, m.Call)
            and isinstance(iterable.function, m.Name)
            and iterable.function.id == "range"
        ):
            return False
        positional = [argument.value for argument in iterable.arguments]
        if not positional:
            return False
        stop = positional[0] if len(positional) == 1 else positional[1]
        constant = _constant(stop)
        if constant is None:
            constant = self._default(stop)
        if constant is not None:
            return constant >= LARGE
        return self._grows(stop)

    def _default(self, limit: m.Expression) -> int | None:
        """The number that a limit is known to be. A request may override the default of an entry point's parameter."""
        parameters = {parameter.name for parameter in self.facts.parameters}
        if self.is_entry and any(isinstance(node, m.Name) and node.id in parameters for node in walk(limit)):
            return None
        # `range(None)` raises: of `None` and a number, the number is what a loop gets to see.
        value = [a for a in self.frame.value_of(limit) if a != ConstantAtom(None)]
        numbers = [a.value for a in value if isinstance(a, ConstantAtom) and isinstance(a.value, int)]
        return max(numbers) if value and len(numbers) == len(value) else None

    def _grows(self, expression: m.Expression) -> bool:
        """Whether a number depends on something that is not written down here."""
        for node in walk(expression):
            if isinstance(node, m.Call):
                name = node.function.id if isinstance(node.function, m.Name) else ""
                if name in ("min", "len"):
                    return False
            if isinstance(node, (m.Name, m.Attribute)):
                text = node.id if isinstance(node, m.Name) else node.attribute
                if any(word in text.lower() for word in _RETRY_WORDS):
                    return False
        names = {node.id for node in walk(expression) if isinstance(node, m.Name)}
        return bool(names & self._given) and not self._is_measured(names)

    def _is_measured(self, names: set[str]) -> bool:
        """Whether the function itself cuts one of the numbers down to the length of what it has in memory."""
        return any(
            isinstance(call, m.Call)
            and isinstance(call.function, m.Name)
            and call.function.id in ("min", "len")
            for node in nodes_of(self.facts)
            if isinstance(node, m.Assign) and node.value is not None
            if any(isinstance(target, m.Name) and target.id in names for target in node.targets)
            for call in walk(node.value)
        )

    @cached_property
    def _given(self) -> set[str]:
        """The parameters and the local names computed from them: two steps are followed."""
        known = {parameter.name for parameter in self.facts.parameters} - {"self", "cls"}
        data = {p.name for p in self.facts.parameters if _is_bytes(p.annotation)}
        for _ in range(2):
            for node in nodes_of(self.facts):
                if isinstance(node, m.Assign) and node.value is not None:
                    used = {n.id for n in walk(node.value) if isinstance(n, m.Name)}
                    if data:
                        used -= {name for n in walk(node.value) for name in _of_one_byte(n, data)}
                    calls = [n for n in walk(node.value) if isinstance(n, m.Call)]
                    if used & known and all(self._is_pure_call(call) for call in calls):
                        known |= {t.id for t in node.targets if isinstance(t, m.Name)}
        return known

    @staticmethod
    def _range_text(iterable: m.Expression) -> str:
        if isinstance(iterable, m.Call) and iterable.arguments:
            inner = []
            for argument in iterable.arguments:
                value = argument.value
                if isinstance(value, m.Name):
                    inner.append(value.id)
                else:
                    inner.append(str(value.value) if isinstance(value, m.Constant) else "...")
            return f"range({', '.join(inner)})"
        return "..."

    # --- what it does -----------------------------------------------------------------------------------

    def _computes(self, body: Any) -> bool:
        """Whether there is arithmetic beyond counting, or a loop within the loop."""
        for node in walk(body):
            if isinstance(node, (m.For, m.While)):
                return True
            if isinstance(node, m.AugmentedAssign) and node.operator in _ARITHMETIC:
                if not isinstance(node.value, m.Constant):
                    return True
            elif isinstance(node, m.BinaryOperation) and node.operator in _ARITHMETIC:
                if not (isinstance(node.left, m.Constant) and isinstance(node.left.value, str)):
                    return True
            elif isinstance(node, m.Call) and self._is_of_pure_module(node.function):
                return True
        return False

    def _is_of_pure_module(self, function: m.Expression) -> bool:
        """Whether a function is `math.sqrt` or its like, under whatever name."""
        return any(
            isinstance(atom, ExternalAtom) and atom.path.partition(".")[0] in _PURE_MODULES
            for atom in self.frame.value_of(function)
        )

    def _is_pure(self, body: Any) -> bool:
        """Whether nothing in there suspends, waits or does what is not known."""
        for node in walk(body):
            if isinstance(
                node, (m.Await, m.Yield, m.With, m.Try, m.Raise, m.Define, m.DefineClass, m.Import)
            ):
                return False
            if isinstance(node, m.For) and node.is_async:
                return False
            if isinstance(node, m.Call) and not self._is_pure_call(node):
                return False
        return True

    def _is_pure_call(self, node: m.Call) -> bool:
        function = node.function
        if isinstance(function, m.Name):
            return function.id in _PURE_BUILTINS or self._is_of_pure_module(function)
        if isinstance(function, m.Attribute):
            return self._is_of_pure_module(function) or function.attribute in _PURE_METHODS
        return False

    def recursion(self) -> CpuLoop | None:
        """`return fib(n - 1) + fib(n - 2)`: calls itself twice with less."""
        if not self.facts.calls_itself:
            return None
        for node in nodes_of(self.facts):
            if isinstance(node, m.Return) and node.value is not None and not self.facts.is_async:
                own = [
                    call
                    for call in walk(node.value)
                    if isinstance(call, m.Call)
                    and isinstance(call.function, m.Name)
                    and call.function.id == self.facts.name
                    and any(
                        isinstance(a.value, m.BinaryOperation) and a.value.operator == "-"
                        for a in call.arguments
                    )
                ]
                if len(own) >= 2:
                    return CpuLoop(own[0].span, f"{self.facts.name}(...) calling itself twice")
        return None


def _leaves_early(body: tuple[m.Statement, ...]) -> bool:
    """A search that returns or breaks at the first hit is as short as its luck: still counted when it computes."""
    return bool(body) and isinstance(body[0], m.Return)


def _divides(body: tuple[m.Statement, ...], names: set[str]) -> bool:
    """Whether each turn divides one of the names: as many turns as the number has digits."""
    targets: tuple[m.Expression, ...]
    for node in body:
        if isinstance(node, m.AugmentedAssign):
            targets, value, operator = (node.target,), node.value, node.operator
        elif isinstance(node, m.Assign) and node.value is not None:
            value, targets = node.value, node.targets
            if isinstance(value, m.Call):
                operator = value.function.id if isinstance(value.function, m.Name) else ""
            else:
                operator = value.operator if isinstance(value, m.BinaryOperation) else ""
        else:
            continue
        assigned = {name.id for target in targets for name in walk(target) if isinstance(name, m.Name)}
        if operator in ("//", "/", ">>", "divmod") and assigned & names:
            return True
    return False


def _reads_at(body: tuple[m.Statement, ...], positions: set[str]) -> bool:
    """Whether a loop reads `data[position]` as it goes: it is as long as the data."""
    written = {id(target) for node in walk(body) if isinstance(node, m.Assign) for target in node.targets}
    return any(
        isinstance(node, m.Subscript)
        and id(node) not in written
        and any(isinstance(name, m.Name) and name.id in positions for name in walk(node.index))
        for node in walk(body)
    )


def _is_bytes(annotation: m.Expression | None) -> bool:
    return isinstance(annotation, m.Name) and annotation.id in ("bytes", "bytearray", "memoryview")


def _of_one_byte(node: Any, data: set[str]) -> set[str]:
    """The names in `data[position]`, which is at most 255, where `data` holds bytes."""
    if not isinstance(node, m.Subscript) or isinstance(node.index, m.Slice):
        return set()
    if not isinstance(node.value, m.Name) or node.value.id not in data:
        return set()
    return {name.id for name in walk(node) if isinstance(name, m.Name)}


def _constant(node: m.Expression) -> int | None:
    """The value of a constant integer expression such as `10**7`."""
    if (
        isinstance(node, m.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
    ):
        return int(node.value)
    if isinstance(node, m.BinaryOperation):
        left, right = _constant(node.left), _constant(node.right)
        if left is not None and right is not None:
            if node.operator == "*":
                return left * right
            if node.operator == "**" and 0 <= right <= 30 and abs(left) <= 1000:
                return int(left**right)
            if node.operator == "+":
                return left + right
    return None


_STATEMENT_TYPES = frozenset(
    {m.Assign, m.AugmentedAssign, m.Evaluate, m.Return, m.Raise, m.Assert, m.Delete, m.If, m.While, m.For, m.With, m.Try,
     m.Match}
)  # fmt: skip
