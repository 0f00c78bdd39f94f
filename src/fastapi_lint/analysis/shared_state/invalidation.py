"""Which shared containers lose entries while the application serves."""

from __future__ import annotations

from fastapi_lint.analysis.shared_state.locations import ANY, Location, Root
from fastapi_lint.analysis.shared_state.order import Walks
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.functions import ProjectFunction

_REMOVING = frozenset({"pop", "clear", "discard", "remove", "popitem"})
_HOUSEKEEPING = ("evict", "expire", "prune", "trim", "cleanup", "shutdown", "close", "stop", "test", "sweep", "__")


class Removals:
    """Answers "does other code remove entries from this place?"."""

    def __init__(self, walks: Walks) -> None:
        self._found: dict[tuple[Root, tuple[str, ...]], set[ProjectFunction]] = {}
        for frame in walks.interpreter.frames:
            function = frame.function
            if function is None or frame.module.is_test or walks.sharing.runs_once(frame):
                continue
            if any(word in function.facts.name for word in _HOUSEKEEPING) or not _removes(function):
                continue
            for write in walks.summary(frame).removals:
                if write.is_shared:
                    self._found.setdefault((write.root, write.path[:-1]), set()).add(function)

    def elsewhere(self, location: Location, function: ProjectFunction | None) -> bool:
        """Whether a function other than `function` takes entries out of the container that `location` is an entry of."""
        path = location.path
        for length in range(len(path) + 1):
            others = self._found.get((location.root, path[:length]), set()) - {function}
            if others and (length == len(path) or path[length].startswith("[") or path[length] == ANY):
                return True
        return False


def _removes(function: ProjectFunction) -> bool:
    for node in walk(function.facts.body):
        if isinstance(node, m.Delete):
            return True
        if isinstance(node, m.Call) and isinstance(node.function, m.Attribute) and node.function.attribute in _REMOVING:
            return True
    return False
