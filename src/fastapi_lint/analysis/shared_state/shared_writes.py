"""Which frames may write to something shared: a look at targets and calls, far cheaper than a walk.

It errs on one side only: every write that a walk finds in a shared place is expected here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from fastapi_lint.analysis.shared_state.effects import DEEPEST_CALL
from fastapi_lint.analysis.shared_state.places import Places
from fastapi_lint.analysis.shared_state.relevance import LEAST_WALKS, MOST_NODES
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, nodes_of_type
from fastapi_lint.inference.frames import CallSite, Edge, Frame

if TYPE_CHECKING:
    from fastapi_lint.analysis.shared_state.sharing import Sharing
    from fastapi_lint.inference.interpreter import Interpreter

Roots = frozenset[str]
"""What an expression may stand for or be a part of: parameters by their names, `SHARED` for what is shared."""

SHARED = "*"
_NONE: Roots = frozenset()
_SHARED: Roots = frozenset({SHARED})

_WRITING = frozenset(
    {"append", "add", "appendleft", "insert", "extend", "update", "remove", "popitem", "popleft", "pop", "discard",
     "clear"}
)  # fmt: skip
_GIVING = frozenset({"get", "__getitem__", "setdefault"})
"""Methods that give an entry of a container."""


class SharedWrites:
    """Answers "may this frame write to something shared?", each frame looked at once."""

    def __init__(self, interpreter: Interpreter, sharing: Sharing) -> None:
        self._interpreter = interpreter
        self._sharing = sharing
        self._sketches: dict[int, _Sketch] = {}
        self._looks: dict[Frame, _Look] = {}
        self._written: dict[tuple[Frame, int], Roots] = {}
        self._given: dict[Frame, Roots] = {}

    def by_itself(self, frame: Frame) -> bool:
        """Whether the frame's own code, without what it calls, may write to something shared."""
        return SHARED in self.written_by(frame, 0)

    def anywhere_in(self, frame: Frame) -> bool:
        """Whether the frame, or what it calls, may write to something shared."""
        return SHARED in self.written_by(frame, DEEPEST_CALL + 1)

    def written_by(self, frame: Frame, depth: int) -> Roots:
        """What the frame may write to, in its own words, with calls followed for `depth` steps."""
        key = (frame, depth)
        found = self._written.get(key)
        if found is None:
            found = _NONE.union(*[self._written_in(one, depth) for one in self._standing_for(frame)])
            self._written[key] = found
        return found

    def _written_in(self, frame: Frame, depth: int) -> Roots:
        look = self.look(frame)
        found = look.written
        for site in look.sites if depth else ():
            found |= look.in_own_words(self.written_by(site.target, depth - 1), site)
        return found

    def given_by(self, frame: Frame) -> Roots:
        """What the frame's result may stand for."""
        found = self._given.get(frame)
        if found is None:
            self._given[frame] = _SHARED | _parameters(frame)
            found = _NONE.union(*[self.look(one).given for one in self._standing_for(frame)])
            self._given[frame] = found
        return found

    @staticmethod
    def _standing_for(frame: Frame) -> Iterable[Frame]:
        """The evaluations whose walk may be taken for that of `frame`."""
        function = frame.function
        assert function is not None
        most = len(function.frames) - 1
        if most >= LEAST_WALKS and most * len(nodes_of(function.facts)) >= MOST_NODES:
            return function.frames.values()
        return (frame,)

    def look(self, frame: Frame) -> _Look:
        found = self._looks.get(frame)
        if found is None:
            assert frame.function is not None
            facts = frame.function.facts
            sketch = self._sketches.get(id(facts))
            if sketch is None:
                sketch = self._sketches[id(facts)] = _Sketch(facts)
            places = Places(self._interpreter, self._sharing, frame)
            found = self._looks[frame] = _Look(self, sketch, frame, places)
        return found


class _Sketch:
    """What a function writes to, what its local names are bound to, its results, and its calls by place."""

    def __init__(self, facts: m.FunctionFacts) -> None:
        self.targets: list[m.Expression] = []
        self.bindings: dict[str, list[m.Expression]] = defaultdict(list)
        self.calls: dict[Span, list[m.Call | m.Attribute]] = defaultdict(list)
        for assignment in nodes_of_type(facts, m.Assign):
            if assignment.value is None:
                continue
            for target in assignment.targets:
                if isinstance(target, m.Name) and target.id in facts.locals:
                    self.bindings[target.id].append(assignment.value)
                else:
                    self.targets += _written(target, facts.locals)
        for walrus in nodes_of_type(facts, m.Walrus):
            if isinstance(walrus.target, m.Name):
                self.bindings[walrus.target.id].append(walrus.value)
        self.targets += [augmented.target for augmented in nodes_of_type(facts, m.AugmentedAssign)]
        for deletion in nodes_of_type(facts, m.Delete):
            self.targets += deletion.targets
        for attribute in nodes_of_type(facts, m.Attribute):
            self.calls[attribute.span].append(attribute)
        for call in nodes_of_type(facts, m.Call):
            self.calls[call.span].append(call)
            if isinstance(call.function, m.Attribute) and call.function.attribute in _WRITING:
                self.targets.append(call.function.value)
            elif call.function == m.Name("setattr") and call.arguments:
                self.targets.append(_named(call))
        self.results = [node.value for node in nodes_of_type(facts, m.Return) if node.value is not None]


class _Look:
    """Resolves the expressions of one frame."""

    def __init__(self, writes: SharedWrites, sketch: _Sketch, frame: Frame, places: Places) -> None:
        assert frame.function is not None
        self._writes = writes
        self._sketch = sketch
        self._frame = frame
        self._places = places
        self._names: dict[str, Roots] = {}
        self._resolving: list[str] = []
        facts = frame.function.facts
        self.sites = [
            site
            for site in frame.calls
            if site.edge in (Edge.CALL, Edge.AWAIT)
            and site.target.function is not None
            and site.target.function.facts is not facts
        ]

    @cached_property
    def written(self) -> Roots:
        return _NONE.union(*[self._roots(target) for target in self._sketch.targets])

    @cached_property
    def given(self) -> Roots:
        return _NONE.union(*[self._roots(result) for result in self._sketch.results])

    def in_own_words(self, roots: Roots, site: CallSite) -> Roots:
        """What the parameters of the callee among `roots` are here."""
        if not roots or roots == _SHARED:
            return roots
        found = roots & _SHARED
        for node in self._sketch.calls.get(site.span, ()):
            for name, argument in _arguments(site, node):
                if name in roots:
                    found |= self._roots(argument)
        return found

    def _roots(self, node: m.Expression) -> Roots:
        if isinstance(node, m.Name):
            return self._of_name(node)
        if isinstance(node, m.Attribute):
            place = self._places.named_attribute(node.value, node.attribute, None)
            return self._called(node) | (_SHARED if place is not None else self._roots(node.value))
        if isinstance(node, m.Subscript):
            return self._roots(node.value)
        if isinstance(node, (m.Await, m.Walrus, m.Starred)):
            return self._roots(node.value)
        if isinstance(node, m.Call):
            found = self._called(node)
            function = node.function
            if isinstance(function, m.Attribute) and function.attribute in _GIVING:
                return found | self._roots(function.value)
            if function == m.Name("getattr") and node.arguments:
                return found | self._roots(_named(node))
            return found
        return _NONE

    def _of_name(self, node: m.Name) -> Roots:
        name = node.id
        if not self._places.is_local(name):
            return _SHARED if self._places.outer_name(node) is not None else _NONE
        found = self._names.get(name)
        if found is None:
            own = frozenset({name}) if name in self._places.parameters else _NONE
            if name in self._resolving:
                # `node = node.parent` adds nothing; names that are assigned from each other may be anything.
                return own if self._resolving[-1] == name else own | _SHARED
            self._resolving.append(name)
            found = own.union(*[self._roots(value) for value in self._sketch.bindings.get(name, ())])
            self._resolving.pop()
            self._names[name] = found
        return found

    def _called(self, node: m.Call | m.Attribute) -> Roots:
        """What the project functions called at the node's place give."""
        found = _NONE
        for site in self.sites:
            if site.span == node.span:
                found |= self.in_own_words(self._writes.given_by(site.target), site)
        return found


def _parameters(frame: Frame) -> Roots:
    assert frame.function is not None
    return frozenset([parameter.name for parameter in frame.function.facts.parameters])


def _written(target: m.Expression, local: frozenset[str]) -> Iterator[m.Expression]:
    """The parts of an assignment's target that are no local names."""
    if isinstance(target, m.Display):
        for item in target.items:
            yield from _written(item, local)
    elif isinstance(target, m.Starred):
        yield from _written(target.value, local)
    elif not (isinstance(target, m.Name) and target.id in local):
        yield target


def _named(call: m.Call) -> m.Attribute:
    """The attribute that `getattr` and `setattr` speak of."""
    attribute = "*"
    if len(call.arguments) > 1:
        name = call.arguments[1].value
        if isinstance(name, m.Constant) and isinstance(name.value, str):
            attribute = name.value
    return m.Attribute(call.arguments[0].value, attribute, call.span)


def _arguments(site: CallSite, node: m.Call | m.Attribute) -> Iterator[tuple[str, m.Expression]]:
    """The arguments of a call with the parameters that they are for, the receiver of a method among them."""
    function = site.target.function
    assert function is not None
    names = [p.name for p in function.facts.parameters if p.kind in ("positional", "normal")]
    receiver = node if isinstance(node, m.Attribute) else node.function
    if function.cls is not None and function.kind != "staticmethod" and names:
        if isinstance(receiver, m.Attribute):
            yield names[0], receiver.value
        names = names[1:]
    for index, argument in enumerate(node.arguments if isinstance(node, m.Call) else ()):
        if argument.keyword is not None:
            yield argument.keyword, argument.value
        elif index < len(names) and not argument.star:
            yield names[index], argument.value
