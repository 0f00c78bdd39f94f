"""Which shared containers lose entries while the application serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from fastapi_lint.analysis.shared_state.locations import ANY, UNKNOWN_KEY, Location, Root
from fastapi_lint.analysis.shared_state.walks import Walks
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of_type
from fastapi_lint.inference.frames import Edge, Frame
from fastapi_lint.inference.functions import ProjectFunction

_REMOVING = frozenset({"pop", "clear", "discard", "remove", "popitem"})


class Removals:
    """Answers "does other code remove entries from this place?" for containers called one of `names`.

    `is_lifecycle`: what empties everything when the application starts or stops takes nothing from a request.
    """

    def __init__(self, walks: Walks, names: frozenset[str], is_lifecycle: Callable[[Frame], bool]) -> None:
        self._found: dict[tuple[Root, tuple[str, ...]], set[tuple[str, ProjectFunction]]] = defaultdict(set)
        functions = {
            id(f.function.facts): f.function for f in walks.interpreter.frames if f.function is not None
        }
        removing = {key: _removes(function, names) for key, function in functions.items()}
        for frame in walks.interpreter.frames:
            function = frame.function
            if function is None or frame.module.is_test or walks.sharing.runs_once(frame):
                continue
            if is_lifecycle(frame):
                continue
            if frame not in walks.program.reach.serving and not walks.sharing.callers.get(frame):
                continue
            if removing[id(function.facts)] or _calls_one(frame, removing):
                self._add(walks, frame, function)

    def _add(self, walks: Walks, frame: Frame, function: ProjectFunction) -> None:
        # What is removed under a parameter is told by the callers, in their words.
        has_callers = bool(walks.sharing.callers.get(frame))
        parameters = {parameter.name for parameter in function.facts.parameters} if has_callers else set()
        summary = walks.summary(frame)
        filled = {
            (write.location.root, write.location.path[:-1])
            for write in summary.writes
            if write.kind in ("assign", "add", "constant")
        }
        for removed in summary.removals:
            # Who fills a container and drops entries from it as well keeps it small.
            if not removed.path or (removed.root, removed.path[:-1]) in filled:
                continue
            key = removed.path[-1]
            if removed.is_shared and key != UNKNOWN_KEY and key[1:-1] not in parameters:
                self._found[(removed.root, removed.path[:-1])].add((key, function))

    def elsewhere(self, location: Location, function: ProjectFunction | None) -> bool:
        """Whether a function other than `function` takes entries out of the container that `location` is an entry of."""
        path = location.path
        for length in range(len(path) + 1):
            found = self._found.get((location.root, path[:length]), set())
            is_mixed = any(_beginning(key) for key, _ in found)
            for key, remover in found:
                if remover is function:
                    continue
                if length == len(path) or (
                    path[length][0] == "[" and _may_be_same(key, path[length], is_mixed)
                ):
                    return True
        return False


def _may_be_same(one: str, other: str, is_mixed: bool) -> bool:
    """Whether two keys may be equal: their literal beginnings agree, or neither has one.

    In a container for several purposes (`is_mixed`: some keys have a literal beginning) the latter says nothing.
    """
    if ANY in (one, other):
        return True
    first, second = _beginning(one), _beginning(other)
    if bool(first) != bool(second) or (is_mixed and not first):
        return False
    return first.startswith(second) or second.startswith(first)


def _beginning(key: str) -> str:
    """The literal text that a "[key]" element begins with."""
    text = key[1:].removeprefix("f(")
    if text[:1] not in ("'", '"'):
        return ""
    return text[1:].partition(text[0])[0]


def _removes(function: ProjectFunction, names: frozenset[str]) -> bool:
    """Whether the function takes something out of what one of `names` stands for, or puts an empty one in its place."""
    facts = function.facts
    deleted = [target for node in nodes_of_type(facts, m.Delete) for target in node.targets]
    targets = [target.value for target in deleted if isinstance(target, m.Subscript)]
    targets += [target for node in nodes_of_type(facts, m.Assign) for target in node.targets]
    for call in nodes_of_type(facts, m.Call):
        if isinstance(call.function, m.Attribute) and call.function.attribute in _REMOVING:
            targets.append(call.function.value)
    return any(_last_name(target) in names for target in targets)


def _last_name(node: m.Expression) -> str:
    while isinstance(node, m.Subscript):
        node = node.value
    return node.attribute if isinstance(node, m.Attribute) else node.id if isinstance(node, m.Name) else ""


def _calls_one(frame: Frame, removing: dict[int, bool]) -> bool:
    return any(
        site.edge in (Edge.CALL, Edge.AWAIT)
        and site.target.function is not None
        and removing.get(id(site.target.function.facts), False)
        for site in frame.calls
    )
