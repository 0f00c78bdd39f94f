"""Which collections are as long as a client makes them: lists in a request's body, and what is made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fastapi_lint.analysis.markers import marked_by_annotation, marked_by_default
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, nodes_of_type, walk
from fastapi_lint.inference.frames import CallSite, Edge, Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ContainerAtom, FunctionAtom, InstanceAtom, ObjectAtom, Value

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

DEEPEST_CALL = 6
"""Calls up to which an argument is followed back to the endpoint."""

SHORT = 10
"""A comparison with a length up to this does not keep long ones out."""

_ITSELF = ""
"""Stands for the variable itself in `rows = sorted(rows)`."""

_READERS = frozenset({"json", "form", "body", "receive_json", "receive_text", "receive_bytes"})
_KEEPERS = frozenset(
    {"copy", "get", "getlist", "items", "keys", "model_dump", "dict", "multi_items", "split", "splitlines", "strip", "values"}
)  # fmt: skip
"""Methods whose result is as long as what they are called on."""
_COPIES = frozenset({"dict", "enumerate", "frozenset", "iter", "list", "reversed", "set", "sorted", "tuple", "zip",
                     "combinations", "combinations_with_replacement", "permutations", "product"})  # fmt: skip
_BOUNDS = frozenset({"max_length", "max_items"})
_SERVED = frozenset({"route", "websocket", "dependency", "model"})


class ClientData:
    """Answers "does the client decide how long this is?" for expressions of a frame."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._kinds = {entry.frame: entry.kind for entry in program.entries if entry.kind in _SERVED}
        self._assigned: dict[int, dict[str, list[m.Expression]]] = {}
        self._measured: dict[int, frozenset[str]] = {}
        self._visiting: set[tuple[int, str]] = set()
        self._given: dict[tuple[Frame, str, int], bool] = {}
        self._calls: dict[int, dict[Span, list[m.Call]]] = {}

    def decides_length(self, frame: Frame, node: m.Expression, targets: frozenset[str]) -> bool:
        """Whether a loop over `node` is as long as a client makes it; not so what depends on the `targets` of a loop."""
        return any(
            self._is_given(frame, name, DEEPEST_CALL)
            for name in self._lengths(frame, node, targets, 0)
            if name not in targets and name != _ITSELF
        )

    # --- within a function -------------------------------------------------------------------------

    # `node` is an expression; telling a type checker which of their recursive union takes it minutes.
    def _lengths(self, frame: Frame, node: Any, targets: frozenset[str], depth: int) -> Iterator[str]:
        """The parameters whose size decides how long `node` is."""
        if depth > DEEPEST_CALL:
            return
        if isinstance(node, m.Call) and isinstance(node.function, (m.Name, m.Attribute)):
            name = node.function.id if isinstance(node.function, m.Name) else node.function.attribute
            if name == "range" and isinstance(node.function, m.Name):
                for inner in walk(tuple([argument.value for argument in node.arguments])):
                    if isinstance(inner, m.Call) and _is_plain(inner, "len"):
                        yield from self._lengths(frame, inner.arguments[0].value, targets, depth + 1)
                    elif isinstance(inner, m.Call) and _is_plain(inner, "min"):
                        return
                return
            if name in _COPIES:
                for argument in node.arguments:
                    yield from self._lengths(frame, argument.value, targets, depth + 1)
                return
        if isinstance(node, m.Comprehension):
            yield from self._lengths(frame, node.loops[0].iterable, targets, depth + 1)
        elif isinstance(node, m.BooleanOperation) and node.operator == "or":
            yield from self._lengths(frame, node.left, targets, depth + 1)
        elif isinstance(node, m.Subscript) and isinstance(node.index, m.Slice):
            used = {name.id for name in walk(node.index) if isinstance(name, m.Name)}
            if used & targets:  # `rows[position + 1:]`
                yield from self._lengths(frame, node.value, targets, depth + 1)
        elif self._is_collection(frame, node) and not self._is_bounded(frame, node):
            yield from self._sources(frame, node, targets, depth, is_collection=True)

    def _sources(
        self, frame: Frame, node: m.Expression, targets: frozenset[str], depth: int, is_collection: bool
    ) -> Iterator[str]:
        """The parameters that a name, or a way of attributes and items from a name, comes from."""
        root = _root(node)
        if root is None or root.id in targets:
            return
        assert frame.function is not None
        facts = frame.function.facts
        assigned = self._assignments(facts).get(root.id, [])
        parameters = {p.name for p in facts.parameters if p.kind not in ("*", "**")}
        if root.id in parameters and not assigned:
            if not any(isinstance(atom, InstanceAtom) for atom in frame.value_of(root)) or _is_read(node):
                yield root.id
        elif (id(facts), root.id) in self._visiting:
            yield root.id if root.id in parameters else _ITSELF
        elif assigned and depth <= DEEPEST_CALL:
            self._visiting.add((id(facts), root.id))
            ways = self._lengths if is_collection and root is node else self._ways
            made = [list(ways(frame, value, targets, depth + 1)) for value in assigned]
            self._visiting.discard((id(facts), root.id))
            if all(made):  # `rows = body.rows`, and not `rows = []` on another way
                yield from dict.fromkeys(name for names in made for name in names)

    def _ways(self, frame: Frame, node: m.Expression, targets: frozenset[str], depth: int) -> Iterator[str]:
        """As `_sources`, for an object that holds a collection, or a collection."""
        yield from self._sources(frame, node, targets, depth, is_collection=False)

    @staticmethod
    def _is_collection(frame: Frame, node: m.Expression) -> bool:
        """Whether what is known of the value leaves room for a long collection; a display in the source is none."""
        value = frame.value_of(node)
        return not value or any(isinstance(atom, ContainerAtom) and not atom.items for atom in value)

    def _is_bounded(self, frame: Frame, node: Any) -> bool:
        """Whether validation or a test of the length keeps long ones out."""
        assert frame.function is not None
        facts = frame.function.facts
        measured = self._measured.get(id(facts))
        if measured is None:
            measured = self._measured[id(facts)] = frozenset(_compared_lengths(facts))
        if render(node) in measured:
            return True
        if isinstance(node, m.Name):
            return any(p.name == node.id and _has_bound((p.annotation, p.default)) for p in facts.parameters)
        if isinstance(node, m.Attribute):
            return any(_is_bounded_field(atom, node.attribute) for atom in frame.value_of(node.value))
        return False

    def _assignments(self, facts: m.FunctionFacts) -> dict[str, list[m.Expression]]:
        found = self._assigned.get(id(facts))
        if found is None:
            found = self._assigned[id(facts)] = defaultdict(list)
            for node in nodes_of_type(facts, m.Assign):
                if node.value is not None:
                    for target in node.targets:
                        if isinstance(target, m.Name):
                            found[target.id].append(node.value)
            loops: list[m.For | m.Loop] = [*nodes_of_type(facts, m.For), *nodes_of_type(facts, m.Loop)]
            for loop in loops:
                # An item of a collection is as long as its own sender made it: no length of the collection's.
                for name in walk(loop.target):
                    if isinstance(name, m.Name):
                        found[name.id].append(m.Constant("NoneType", None))
        return found

    # --- across functions ----------------------------------------------------------------------------

    @cached_property
    def _callers(self) -> dict[Frame, list[tuple[Frame, CallSite]]]:
        callers: dict[Frame, list[tuple[Frame, CallSite]]] = defaultdict(list)
        for frame in self._program.interpreter.frames:
            for site in frame.calls:
                if site.edge in (Edge.CALL, Edge.AWAIT) and not frame.module.is_test:
                    callers[site.target].append((frame, site))
        return callers

    def _is_given(self, frame: Frame, name: str, depth: int) -> bool:
        """Whether a request fills the parameter: of an endpoint by itself, of others by what endpoints pass."""
        key = (frame, name, depth)
        if key not in self._given:
            self._given[key] = False  # meanwhile: calls in a circle give nothing
            self._given[key] = self._finds_given(frame, name, depth)
        return self._given[key]

    def _finds_given(self, frame: Frame, name: str, depth: int) -> bool:
        kind = self._kinds.get(frame)
        if kind is not None:
            return kind == "model" or self._is_filled(frame, name)
        if depth == 0:
            return False
        for caller, site in self._callers.get(frame, ()):
            if caller.function is None or caller.function is frame.function:
                continue
            calls = self._calls_of(caller.function.facts).get(site.span, ())
            for argument in _arguments(caller, calls, frame, name):
                if any(
                    self._is_given(caller, one, depth - 1)
                    for ways in (self._lengths, self._ways)
                    for one in ways(caller, argument, frozenset(), 0)
                    if one != _ITSELF
                ):
                    return True
        return False

    def _calls_of(self, facts: m.FunctionFacts) -> dict[Span, list[m.Call]]:
        """The calls of a function by where they stand."""
        found = self._calls.get(id(facts))
        if found is None:
            found = self._calls[id(facts)] = defaultdict(list)
            for node in nodes_of_type(facts, m.Call):
                found[node.span].append(node)
        return found

    def _is_filled(self, frame: Frame, name: str) -> bool:
        """Whether FastAPI takes the parameter of an endpoint or dependency from the request."""
        function = frame.function
        assert function is not None
        for position, parameter in enumerate(function.facts.parameters):
            if parameter.name == name:
                interpreter = self._program.interpreter
                marker = marked_by_default(interpreter, function, position) or marked_by_annotation(
                    interpreter, function, position
                )
                is_own = position == 0 and function.cls is not None and function.kind != "staticmethod"
                return not is_own and (marker is None or marker.kind not in ("Depends", "Security"))
        return False


def _root(node: m.Expression) -> m.Name | None:
    """The name at which a way of attributes, items and copying methods begins."""
    at: Any = node
    while not isinstance(at, m.Name):
        is_item = isinstance(at, m.Subscript) and isinstance(at.index, m.Constant)
        if is_item or isinstance(at, (m.Attribute, m.Await)):
            at = at.value
        elif (
            isinstance(at, m.Call)
            and isinstance(at.function, m.Attribute)
            and at.function.attribute in _KEEPERS | _READERS
        ):
            at = at.function.value
        else:
            return None
    return at


def _is_read(node: m.Expression) -> bool:
    """Whether the way goes through `await request.json()` or its like."""
    return any(
        isinstance(one, m.Call)
        and isinstance(one.function, m.Attribute)
        and one.function.attribute in _READERS
        for one in walk(node)
    )


def _is_plain(call: m.Call, name: str) -> bool:
    return isinstance(call.function, m.Name) and call.function.id == name and bool(call.arguments)


def _compared_lengths(facts: m.FunctionFacts) -> Iterator[str]:
    """Whose lengths the function compares with more than a small number: `if len(rows) > LIMIT`."""
    for node in nodes_of(facts):
        if isinstance(node, m.Comparison):
            operands = (node.left, *node.comparators)
            small = [isinstance(one, m.Constant) and _is_short(one.value) for one in operands]
            for operand in operands:
                if isinstance(operand, m.Call) and _is_plain(operand, "len") and not any(small):
                    yield render(operand.arguments[0].value)


def _is_short(value: object) -> bool:
    return isinstance(value, int) and value <= SHORT


def _has_bound(declared: object) -> bool:
    return any(isinstance(node, m.Argument) and node.keyword in _BOUNDS for node in walk(declared))


def _is_bounded_field(owner: object, name: str) -> bool:
    """Whether the field of a model is declared with a longest length."""
    if not isinstance(owner, ObjectAtom):
        return False
    annotation = owner.cls.annotation(name)
    if annotation is None:
        return False
    cls, written = annotation
    given = [
        statement.value
        for statement in cls.facts.body
        if isinstance(statement, m.Assign)
        and any(isinstance(target, m.Name) and target.id == name for target in statement.targets)
    ]
    return _has_bound((written, tuple(given)))


def _arguments(caller: Frame, calls: Iterable[m.Call], target: Frame, name: str) -> Iterator[m.Expression]:
    """What `calls` in `caller` pass for the parameter `name` of `target`."""
    assert target.function is not None
    names = [p.name for p in target.function.facts.parameters if p.kind in ("positional", "normal")]
    for node in calls:
        bound = 1 if _is_bound(caller.value_of(node.function), target) else 0
        if bound and names[:1] == [name] and isinstance(node.function, m.Attribute):
            yield node.function.value
        for position, argument in enumerate(node.arguments):
            is_next = argument.keyword is None and not argument.star
            if argument.keyword == name or (is_next and names[position + bound :][:1] == [name]):
                yield argument.value


def _is_bound(callee: Value, target: Frame) -> bool:
    """Whether the callee brings its receiver along: a method, or a class whose `__init__` is called."""
    functions = [
        atom for atom in callee if isinstance(atom, FunctionAtom) and atom.function is target.function
    ]
    return any(atom.receiver is not None for atom in functions) or (
        not functions and target.function is not None and target.function.cls is not None
    )
