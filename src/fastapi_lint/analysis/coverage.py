"""How much of a project the analysis could follow."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.functions import ProjectFunction

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class Coverage(NamedTuple):
    """The calls in the functions that were looked at, and those of them where it is known what is called."""

    calls: int
    resolved: int


def coverage(program: Program) -> Coverage:
    """Count the calls. One that is known under some arguments of its function counts as known."""
    frames: defaultdict[ProjectFunction, list[Frame]] = defaultdict(list)
    for frame in program.interpreter.frames:
        if frame.function is not None and not frame.module.is_test:
            frames[frame.function].append(frame)
    calls = resolved = 0
    for function, its_frames in frames.items():
        for node in nodes_of(function.facts):
            if type(node) is m.Call:
                calls += 1
                resolved += any(frame.value_of(node.function) for frame in its_frames)
    return Coverage(calls, resolved)
