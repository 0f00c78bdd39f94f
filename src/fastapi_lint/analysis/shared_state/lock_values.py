"""Which expressions are locks that several requests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.analysis.shared_state.locations import Location
from fastapi_lint.analysis.shared_state.marks import Lock
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import InstanceAtom, MemberAtom, ObjectAtom, Place

if TYPE_CHECKING:
    from fastapi_lint.project.modules import Project

ASYNC_LOCKS = frozenset({"asyncio.Lock", "asyncio.Condition", "anyio.Lock", "anyio.Condition", "trio.Lock"})
THREAD_LOCKS = frozenset({"threading.Lock", "threading.RLock", "threading.Condition"})
ASYNC_SEMAPHORES = frozenset({"asyncio.Semaphore", "asyncio.BoundedSemaphore", "anyio.Semaphore"})
THREAD_SEMAPHORES = frozenset({"threading.Semaphore", "threading.BoundedSemaphore"})
_KEEPING = frozenset({"setdefault", "append", "add", "insert"})


def lock_in(project: Project, frame: Frame, node: m.Expression, location: Location | None) -> Lock | None:
    """The lock that `node` is, when it is one that excludes other requests; `location` is where it is kept."""
    text = render(node)
    seen = False
    for atom in frame.value_of(node):
        if isinstance(atom, MemberAtom):
            atom = atom.owner
        if isinstance(atom, InstanceAtom):
            seen = True
            is_thread = atom.type in THREAD_LOCKS or atom.type in THREAD_SEMAPHORES
            if atom.type in ASYNC_SEMAPHORES or atom.type in THREAD_SEMAPHORES:
                if not _lets_one_in(project, atom.place):
                    continue
            elif (
                atom.type not in ASYNC_LOCKS
                and not is_thread
                and "lock" not in atom.type.rpartition(".")[2].lower()
            ):
                continue
            if atom.place is not None and is_private(frame, atom.place):
                return None
            return Lock(atom.place or location or (frame.module.path, text), is_thread, text)
        if isinstance(atom, ObjectAtom) and "lock" in atom.cls.name.lower():
            return Lock(location or (atom.cls, text), False, text)
    if seen or not _sounds_like_lock(node):
        return None
    return Lock(location or (frame.module.path, text), False, text)


def _sounds_like_lock(node: m.Expression) -> bool:
    """A lock from elsewhere: `self._lock_for(key)`, `rwlock.writer`, `redis.lock(name)`."""
    words = render(node).lower().replace("unlock", "").replace("block", "").replace("clock", "")
    return "lock" in words or "mutex" in words


def is_private(frame: Frame, place: Place) -> bool:
    """Whether the lock made at `place` is made in this very function and never kept anywhere: a new one for each call."""
    function = frame.function
    if function is None or place.path != frame.module.path:
        return False
    if not function.facts.span.line <= place.span.line <= function.facts.end_line:
        return False
    names = set()
    direct = False
    for node in nodes_of(function.facts):
        if isinstance(node, m.Assign) and isinstance(node.value, m.Call) and node.value.span == place.span:
            for target in node.targets:
                if isinstance(target, m.Name) and target.id in function.facts.locals:
                    names.add(target.id)
                else:
                    return False
        elif isinstance(node, m.With) and any(_is_call_at(item.context, place.span) for item in node.items):
            direct = True
    if direct:
        return True
    if not names:
        return False
    for node in nodes_of(function.facts):
        if isinstance(node, m.Assign) and isinstance(node.value, m.Name) and node.value.id in names:
            if not all(
                isinstance(target, m.Name) and target.id in function.facts.locals for target in node.targets
            ):
                return False
        elif isinstance(node, m.Call) and any(
            isinstance(argument.value, m.Name) and argument.value.id in names for argument in node.arguments
        ):
            return False
        elif isinstance(node, (m.Display, m.DictDisplay)):
            items = node.items if isinstance(node, m.Display) else node.values
            if any(isinstance(item, m.Name) and item.id in names for item in items):
                return False
    return True


def _is_call_at(node: m.Expression, span: Span) -> bool:
    return isinstance(node, m.Call) and node.span == span


def _lets_one_in(project: Project, place: Place | None) -> bool:
    """A semaphore made with 1 (or nothing) is a lock."""
    module = project.modules.get(place.path) if place is not None else None
    if module is None or place is None:
        return False
    facts = module.facts
    for body in (facts.body, *[one.body for one in facts.functions], *[one.body for one in facts.classes]):
        for node in walk(body):
            if isinstance(node, m.Call) and node.span == place.span:
                given = [argument.value for argument in node.arguments]
                return not given or given[0] == m.Constant("int", 1)
    return False
