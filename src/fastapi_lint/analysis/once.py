"""Work that a process does once: behind a cache without a key, or behind a test of what it stores for all requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from fastapi_lint.analysis.shared_state.sharing import Sharing
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import CallSite, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.values import ClassAtom, InstanceAtom, ModuleAtom, ObjectAtom
from fastapi_lint.knowledge.fastapi_api import STATE

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

Key: TypeAlias = tuple[Any, ...]
"""A variable, attribute or constant entry by its spelling, wherever in the source it stands."""

_NOWHERE: frozenset[Span] = frozenset()


class _Region(NamedTuple):
    """Statements that run only while one of the places `tested` is missing; `assigned` is what they set."""

    spans: frozenset[Span]
    tested: dict[Key, m.Expression]
    assigned: set[Key]


class _Guards(NamedTuple):
    """What a function's text alone says: the same for every frame of it."""

    everything: bool
    """The whole body runs once for each logger."""
    regions: tuple[_Region, ...]


class OncePerProcess:
    """Answers "is this done by the first request alone?" for calls in a frame.

    With `by_key` also "by the first request for each key": what fills an entry of a dictionary that all share.
    """

    def __init__(self, program: Program, by_key: bool = False) -> None:
        self._program = program
        self._by_key = by_key
        self._sharing: Sharing | None = None
        self._guarded: dict[Frame, frozenset[Span]] = {}
        self._guards: dict[int, _Guards] = {}
        self._set_names: dict[int, set[Any]] = {}

    def covers(self, frame: Frame, span: Span) -> bool:
        """Whether what stands at `span` runs only while something that all requests share is missing."""
        found = self._guarded.get(frame)
        if found is None:
            found = self._guarded[frame] = self._find(frame)
        return span in found

    def is_cached(self, function: ProjectFunction | None) -> bool:
        """Whether the function has one result, which a decorator keeps."""
        if function is None or not function.is_cached:
            return False
        parameters = function.facts.parameters
        if function.cls is not None and function.kind in ("method", "property", "classmethod"):
            parameters = parameters[1:]
        if any(parameter.default is None for parameter in parameters):
            return False
        if function.cls is None or function.kind not in ("method", "property"):
            return True
        return self._is_shared_class(function)

    def calls_once(self, frame: Frame, site: CallSite) -> bool:
        """Whether the call in `frame` does its work once for all requests."""
        return self.is_cached(site.target.function) or self.covers(frame, site.span)

    def _is_shared_class(self, function: ProjectFunction) -> bool:
        assert function.cls is not None
        return self._shared.is_shared(function.cls)

    @property
    def _shared(self) -> Sharing:
        if self._sharing is None:
            self._sharing = Sharing(self._program)
        return self._sharing

    # --- guards ------------------------------------------------------------------------------------

    def _find(self, frame: Frame) -> frozenset[Span]:
        if frame.function is None:
            return _NOWHERE
        facts = frame.function.facts
        guards = self._guards.get(id(facts))
        if guards is None:
            guards = self._guards[id(facts)] = _guards(facts)
        if guards.everything or (facts.is_async and self.is_cached(frame.function)):
            return frozenset(_spans(nodes_of(facts)))
        return _NOWHERE.union(*[one.spans for one in guards.regions if self._fills(frame, one)])

    def _fills(self, frame: Frame, region: _Region) -> bool:
        """Whether the region sets one of what was tested, and all requests see that."""
        tested = region.tested
        filled = region.assigned & tested.keys()
        if not filled:
            names = {key[-1] for key in tested}
            if not any(
                names & self._names_set_by(site.target)
                for site in frame.calls
                if site.span in region.spans and site.target is not frame
            ):
                return False
            filled = set(tested)
        return all(self._is_shared(frame, tested[key]) for key in filled)

    def _names_set_by(self, frame: Frame) -> set[Any]:
        """The attributes and global names that a callee sets, or puts entries into."""
        if frame.function is None:
            return set()
        facts = frame.function.facts
        found = self._set_names.get(id(facts))
        if found is None:
            found = self._set_names[id(facts)] = {
                key[-1]
                for assigned in _assigned(nodes_of(facts))
                for key in (assigned, assigned[1] if assigned[0] == "item" else assigned)
                if key[0] != "name" or key[-1] not in facts.locals
            }
        return found

    def _is_shared(self, frame: Frame, place: m.Expression) -> bool:
        assert frame.function is not None
        if isinstance(place, m.Name):
            return place.id not in frame.function.facts.locals and place.id not in _nonlocals(frame)
        if isinstance(place, m.Subscript):
            is_constant = isinstance(place.index, m.Constant)
            return (is_constant or self._by_key) and self._is_shared(frame, place.value)
        if not isinstance(place, m.Attribute):
            return False
        owners = frame.value_of(place.value)
        for atom in owners:
            if isinstance(atom, (ClassAtom, ModuleAtom)):
                continue
            if isinstance(atom, InstanceAtom) and atom.type == STATE and atom.detail == "app":
                continue
            if not isinstance(atom, ObjectAtom) or not self._shared.is_shared(atom.cls):
                return False
        return bool(owners)


def blocks_of(statement: m.Statement) -> Iterator[Sequence[m.Statement]]:
    """The blocks inside a statement."""
    if isinstance(statement, (m.If, m.While, m.For)):
        yield statement.body
        yield statement.orelse
    elif isinstance(statement, m.With):
        yield statement.body
    elif isinstance(statement, m.Try):
        yield from (statement.body, statement.orelse, statement.final)
        for handler in statement.handlers:
            yield handler.body
    elif isinstance(statement, m.Match):
        for case in statement.cases:
            yield case.body


def _guards(facts: m.FunctionFacts) -> _Guards:
    nodes = nodes_of(facts)
    regions: tuple[_Region, ...] = ()
    if any(isinstance(node, m.If) for node in nodes):
        regions = tuple(_regions(facts.body, _aliases(nodes)))
    return _Guards(_sets_logging_up(nodes), regions)


def _regions(block: Sequence[m.Statement], aliases: dict[str, m.Expression]) -> Iterator[_Region]:
    """The statements of a block that run only while a variable is missing."""
    for number, statement in enumerate(block):
        if isinstance(statement, m.If):
            missing = _resolved(_missing(statement.test), aliases)
            if missing:
                yield from _region(statement.body, missing)
            present = _resolved(_present(statement.test), aliases)
            if present:
                yield from _region(statement.orelse, present)
                if leaves(statement.body):
                    yield from _region(block[number + 1 :], present)
        for inner in blocks_of(statement):
            yield from _regions(inner, aliases)


def _region(block: Sequence[m.Statement], tested: dict[Key, m.Expression]) -> Iterator[_Region]:
    if block:
        nodes = tuple(walk(tuple(block)))
        yield _Region(frozenset(_spans(nodes)), tested, _assigned(nodes))


def _spans(nodes: Sequence[Any]) -> Iterator[Span]:
    for node in nodes:
        span = getattr(node, "span", None)
        if span is not None:
            yield span


def leaves(block: Sequence[m.Statement]) -> bool:
    """Whether a block ends by leaving its function."""
    return bool(block) and isinstance(block[-1], (m.Return, m.Raise))


def _sets_logging_up(nodes: Sequence[Any]) -> bool:
    """Whether a function gives a logger its handlers: done for each logger once, or messages would come twice."""
    return any(
        isinstance(node, m.Call)
        and isinstance(node.function, m.Attribute)
        and node.function.attribute == "addHandler"
        for node in nodes
    )


def _nonlocals(frame: Frame) -> set[str]:
    """Names of enclosing functions that the function assigns: as short-lived as these."""
    assert frame.function is not None
    return {
        name
        for node in nodes_of(frame.function.facts)
        if isinstance(node, m.Scope) and node.kind == "nonlocal"
        for name in node.names
    }


def _assigned(nodes: Sequence[Any]) -> set[Key]:
    keys: set[Key] = set()
    for node in nodes:
        if isinstance(node, m.Assign):
            for target in node.targets:
                for part in target.items if isinstance(target, m.Display) else (target,):
                    key = key_of(part)
                    if key is not None:
                        keys.add(key)
        elif isinstance(node, m.Call) and isinstance(node.function, m.Name) and node.function.id == "setattr":
            key = _named_attribute(node)
            if key is not None:
                keys.add(key)
    return keys


def key_of(node: m.Expression) -> Key | None:
    """The variable, attribute or constant entry that an expression spells."""
    if isinstance(node, m.Name):
        return ("name", node.id)
    if isinstance(node, m.Attribute):
        owner = key_of(node.value)
        return None if owner is None else ("attribute", owner, node.attribute)
    if isinstance(node, m.Subscript):
        owner = key_of(node.value)
        index = ("constant", node.index.value) if isinstance(node.index, m.Constant) else key_of(node.index)
        return None if owner is None or index is None else ("item", owner, index)
    return None


def _named_attribute(call: m.Call) -> Key | None:
    """`hasattr(owner, "name")`, `getattr(owner, "name", None)`: the attribute that is meant."""
    if len(call.arguments) < 2:
        return None
    owner, name = call.arguments[0].value, call.arguments[1].value
    key = key_of(owner)
    if key is None or not isinstance(name, m.Constant) or not isinstance(name.value, str):
        return None
    return ("attribute", key, name.value)


def _place(node: m.Expression) -> dict[Key, m.Expression]:
    """What `node` reads, if that can be a place where something is kept."""
    if isinstance(node, m.Call) and isinstance(node.function, m.Name):
        key = _named_attribute(node) if node.function.id in ("getattr", "hasattr") else None
        if key is None:
            return {}
        owner = node.arguments[0].value
        return {key: m.Attribute(owner, key[-1], node.span)}
    if (
        isinstance(node, m.Call)
        and isinstance(node.function, m.Attribute)
        and node.function.attribute == "get"
        and node.arguments
    ):
        return _place(m.Subscript(node.function.value, node.arguments[0].value, node.span))
    if isinstance(node, m.Walrus):
        return _place(node.value)
    key = key_of(node)
    return {} if key is None else {key: node}


def _aliases(nodes: Sequence[Any]) -> dict[str, m.Expression]:
    """The local names that hold what was read from somewhere: `client = _clients.get(name)`."""
    return {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, m.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], m.Name)
        and isinstance(node.value, (m.Attribute, m.Subscript, m.Call))
        and _place(node.value)
    }


def _resolved(tested: dict[Key, m.Expression], aliases: dict[str, m.Expression]) -> dict[Key, m.Expression]:
    """What was tested, with the places that local names were read from."""
    found: dict[Key, m.Expression] = {}
    for key, node in tested.items():
        if key[0] == "name" and key[1] in aliases:
            found |= _place(aliases[key[1]])
        else:
            found[key] = node
    return found


def _is_none(node: m.Expression) -> bool:
    return isinstance(node, m.Constant) and node.type == "NoneType"


def _missing(test: m.Expression) -> dict[Key, m.Expression]:
    """The places that are empty where the test holds: `x is None`, `not x`."""
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        return _present(test.value)
    if isinstance(test, m.BooleanOperation):
        left, right = _missing(test.left), _missing(test.right)
        if test.operator == "and":
            return left | right
        return left | right if left and right else {}
    if isinstance(test, m.Comparison) and len(test.operators) == 1:
        other = test.comparators[0]
        if test.operators[0] in ("is", "==") and _is_none(other):
            return _place(test.left)
        if test.operators[0] == "not in":
            return _place(m.Subscript(other, test.left, test.span))
    return {}


def _present(test: m.Expression) -> dict[Key, m.Expression]:
    """The places of which one is empty where the test does not hold: `x is not None`, `x`."""
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        return _missing(test.value)
    if isinstance(test, m.BooleanOperation):
        left, right = _present(test.left), _present(test.right)
        if test.operator == "or":
            return left | right
        return left | right if left and right else {}
    if isinstance(test, m.Comparison):
        if len(test.operators) == 1:
            other = test.comparators[0]
            if test.operators[0] in ("is not", "!=") and _is_none(other):
                return _place(test.left)
            if test.operators[0] == "in":
                return _place(m.Subscript(other, test.left, test.span))
        return {}
    return _place(test)
