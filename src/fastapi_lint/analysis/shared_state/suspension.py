"""Which async functions can suspend, so that other requests run while they are awaited."""

from __future__ import annotations

from collections import defaultdict

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of_type
from fastapi_lint.inference.attributes import is_stub
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.values import CoroutineAtom, Value


class Suspension:
    """Answers "may awaiting this suspend?". What is not known may."""

    def __init__(self, interpreter: Interpreter) -> None:
        waiting: dict[Frame, set[Frame]] = defaultdict(set)
        self._suspending: set[Frame] = set()
        for frame in interpreter.frames:
            if not frame.is_async:
                continue
            awaited = _awaited(frame)
            if awaited is None:
                self._suspending.add(frame)
            else:
                for target in awaited:
                    waiting[target].add(frame)
        pending = list(self._suspending)
        while pending:
            for caller in waiting.get(pending.pop(), ()):
                if caller not in self._suspending:
                    self._suspending.add(caller)
                    pending.append(caller)

    def of_frame(self, frame: Frame) -> bool:
        return frame in self._suspending

    def of_value(self, awaited: Value) -> bool:
        """Whether awaiting the value (of the expression after `await`) may suspend."""
        frames = coroutine_frames(awaited)
        return frames is None or any(frame in self._suspending for frame in frames)


def coroutine_frames(awaited: Value) -> list[Frame] | None:
    """The project functions that awaiting the value runs; None when that is not all that it may run."""
    frames = []
    for atom in awaited:
        if not isinstance(atom, CoroutineAtom) or atom.frame is None:
            return None
        frames.append(atom.frame)
    return frames or None


def _awaited(frame: Frame) -> list[Frame] | None:
    """The project functions that a frame awaits; None when it may suspend otherwise."""
    function = frame.function
    assert function is not None
    if function.facts.is_generator or is_stub(function.facts):
        return None
    if function.cls is not None and any(
        function.facts.name in one.namespace for one in function.cls.descendants()
    ):
        return None
    if waits_in_statements(function.facts):
        return None
    found: list[Frame] = []
    for node in nodes_of_type(function.facts, m.Await):
        frames = coroutine_frames(frame.value_of(node.value))
        if frames is None:
            return None
        found += frames
    return found


def waits_in_statements(facts: m.FunctionFacts) -> bool:
    """Whether the function has an `async for`, an `async with` or an asynchronous comprehension."""
    return (
        any(node.is_async for node in nodes_of_type(facts, m.For))
        or any(node.is_async for node in nodes_of_type(facts, m.With))
        or any(node.is_async for node in nodes_of_type(facts, m.Loop))
    )
