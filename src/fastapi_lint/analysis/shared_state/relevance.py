"""Which frames are worth walking: a cheap look at what their functions and callees write."""

from __future__ import annotations

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.frames import Edge, Frame

_CHANGING = frozenset(
    {"append", "add", "appendleft", "insert", "extend", "update", "setdefault", "pop", "popitem", "popleft", "remove",
     "discard", "clear", "acquire"}
)  # fmt: skip


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
            local = frame.function.facts.locals
            found = self._changes[key] = any(
                _changes(node, local) for node in walk(frame.function.facts.body)
            )
        return found

    def suspends(self, frame: Frame) -> bool:
        """Whether the function has anything that may suspend it."""
        assert frame.function is not None
        key = id(frame.function.facts)
        found = self._suspends.get(key)
        if found is None:
            found = self._suspends[key] = frame.is_generator or any(
                isinstance(node, m.Await) or (isinstance(node, (m.For, m.With, m.Loop)) and node.is_async)
                for node in walk(frame.function.facts.body)
            )
        return found


def _changes(node: object, local: frozenset[str]) -> bool:
    if isinstance(node, m.Assign):
        return any(
            not isinstance(t, m.Display) and not (isinstance(t, m.Name) and t.id in local)
            for t in node.targets
        )
    if isinstance(node, m.AugmentedAssign):
        return not (isinstance(node.target, m.Name) and node.target.id in local)
    if isinstance(node, m.Delete):
        return any(not isinstance(target, m.Name) for target in node.targets)
    if isinstance(node, m.With):
        return not node.is_async
    if isinstance(node, m.Call):
        if isinstance(node.function, m.Attribute):
            return node.function.attribute in _CHANGING
        return node.function == m.Name("setattr")
    return False
