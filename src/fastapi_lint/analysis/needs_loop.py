"""Which functions have to be `async`: the others could be written with `def`."""

from __future__ import annotations

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.frames import Edge, Frame
from fastapi_lint.inference.values import Atom, ExternalAtom, MemberAtom


def needs_loop(frame: Frame) -> bool:
    """Whether the function awaits anything, or uses what only the loop's thread may use."""
    assert frame.function is not None
    if frame.is_generator or not frame.is_async:
        return True
    for node in nodes_of(frame.function.facts):
        if isinstance(node, m.Await) or (isinstance(node, (m.For, m.With, m.Loop)) and node.is_async):
            return True
        if isinstance(node, m.Call) and any(_is_of_loop(atom) for atom in frame.value_of(node.function)):
            return True
    return any(site.edge is Edge.TASK for site in frame.calls)


def _is_of_loop(callee: Atom) -> bool:
    """Whether a callee belongs to asyncio: `create_task` fails in a thread, and `event.set()` is not safe there."""
    path = callee.path if isinstance(callee, ExternalAtom) else ""
    if isinstance(callee, MemberAtom):
        path = callee.owner.type
    return path.startswith(("asyncio.", "anyio.")) and path not in ("asyncio.run", "anyio.run")
