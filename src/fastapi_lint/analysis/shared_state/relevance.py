"""Which frames are worth walking: a cheap look at what their functions and callees write."""

from __future__ import annotations

from typing import Any

from fastapi_lint.analysis.shared_state.suspension import waits_in_statements
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of_type, walk
from fastapi_lint.inference.frames import Edge, Frame

_CHANGING = frozenset(
    {"append", "add", "appendleft", "insert", "extend", "update", "setdefault", "pop", "popitem", "popleft", "remove",
     "discard", "clear", "acquire"}
)  # fmt: skip


_WRITERS: tuple[type[Any], ...] = (m.Assign, m.AugmentedAssign, m.Delete, m.With, m.Call)

_MAKERS = frozenset(
    {"list", "dict", "set", "defaultdict", "deque", "bytearray", "sorted", "copy", "deepcopy"}
)


LEAST_WALKS = 2
"""Evaluations of one function that are walked whatever its size."""

MOST_NODES = 4000
"""Nodes that the walks through one function's evaluations have together, beyond `LEAST_WALKS`."""


class Relevance:
    """Answers "can walking this frame find anything?", each function looked at once."""

    def __init__(self) -> None:
        self._changes: dict[int, bool] = {}
        self._suspends: dict[int, bool] = {}

    def changes(self, frame: Frame, depth: int = 2) -> bool:
        """Whether the function, or one it calls, writes anything but local names, or takes a lock."""
        if frame.function is None:
            return False
        if self._changes_itself(frame):
            return True
        return depth > 0 and any(
            site.edge in (Edge.CALL, Edge.AWAIT) and self.changes(site.target, depth - 1)
            for site in frame.calls
        )

    def _changes_itself(self, frame: Frame) -> bool:
        assert frame.function is not None
        key = id(frame.function.facts)
        found = self._changes.get(key)
        if found is None:
            found = self._changes[key] = _writes_more_than_its_own(frame.function.facts)
        return found

    def suspends(self, frame: Frame) -> bool:
        """Whether the function has anything that may suspend it."""
        assert frame.function is not None
        key = id(frame.function.facts)
        found = self._suspends.get(key)
        if found is None:
            facts = frame.function.facts
            found = self._suspends[key] = (
                frame.is_generator or bool(nodes_of_type(facts, m.Await)) or waits_in_statements(facts)
            )
        return found


def _writes_more_than_its_own(facts: m.FunctionFacts) -> bool:
    own = _own_objects(facts)
    return any(_changes(node, facts.locals, own) for kind in _WRITERS for node in nodes_of_type(facts, kind))


def _own_objects(facts: m.FunctionFacts) -> frozenset[str]:
    """Local names that only ever hold what the function made itself: nobody else sees those objects change."""
    made: dict[str, bool] = {}
    for node in nodes_of_type(facts, m.Assign):
        for target in node.targets:
            for name in walk(target) if isinstance(target, m.Display) else (target,):
                if isinstance(name, m.Name):
                    fresh = name is target and node.value is not None and _is_fresh(node.value)
                    made[name.id] = fresh and made.get(name.id, True)
    bound: list[m.Expression | None] = [node.target for node in nodes_of_type(facts, m.For)]
    bound += [node.target for node in nodes_of_type(facts, m.WithItem)]
    bound += [node.target for node in nodes_of_type(facts, m.Walrus)]
    for one in bound:
        if one is not None:
            made.update((name.id, False) for name in walk(one) if isinstance(name, m.Name))
    parameters = [parameter.name for parameter in facts.parameters]
    made.update((name, False) for name in parameters)
    if parameters and facts.name in ("__init__", "__post_init__"):
        made[parameters[0]] = True  # the object is not known to anybody yet
    return frozenset(name for name, fresh in made.items() if fresh and name in facts.locals)


def _is_fresh(value: m.Expression) -> bool:
    if isinstance(value, (m.Display, m.DictDisplay, m.Comprehension, m.Constant, m.FormattedString)):
        return True
    if not isinstance(value, m.Call):
        return False
    function = value.function
    name = function.attribute if isinstance(function, m.Attribute) else getattr(function, "id", "")
    return name in _MAKERS or (name[:1].isupper() and not name.isupper())


def _is_own(target: m.Expression, own: frozenset[str]) -> bool:
    """Whether a write to `target` changes an object of `own`: its attributes and entries, not what hangs below those."""
    if isinstance(target, (m.Attribute, m.Subscript)):
        target = target.value
    return isinstance(target, m.Name) and target.id in own


def _changes(node: object, local: frozenset[str], own: frozenset[str]) -> bool:
    if isinstance(node, m.Assign):
        return any(
            not isinstance(t, m.Display)
            and not (isinstance(t, m.Name) and t.id in local)
            and not _is_own(t, own)
            for t in node.targets
        )
    if isinstance(node, m.AugmentedAssign):
        return not (isinstance(node.target, m.Name) and node.target.id in local) and not _is_own(
            node.target, own
        )
    if isinstance(node, m.Delete):
        return any(not isinstance(target, m.Name) and not _is_own(target, own) for target in node.targets)
    if isinstance(node, m.With):
        return not node.is_async and any(not isinstance(item.context, m.Call) for item in node.items)
    if isinstance(node, m.Call):
        if isinstance(node.function, m.Attribute):
            return node.function.attribute in _CHANGING and not _is_own(node.function, own)
        return node.function == m.Name("setattr")
    return False
