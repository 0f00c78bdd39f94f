"""Which thread locks are held only for moments: waiting for one of those costs the event loop nothing.

A lock whose holders look up a dictionary or count is free again within microseconds. It stalls the loop when one of
its holders waits or computes meanwhile, or holds it over an `await`, or takes it by `acquire()` for a time that cannot
be told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import BlockingCallSite, Edge, Form, Frame
from fastapi_lint.inference.values import InstanceAtom, ManagerAtom, Place
from fastapi_lint.knowledge.blocking import Kind

LOCKS = frozenset({"threading.Lock", "threading.RLock", "threading.Condition"})
_ENTRIES = frozenset({f"{lock}.__enter__" for lock in LOCKS})
_RELEASING = frozenset({"threading.Condition.wait", "threading.Condition.wait_for"})
"""Waits that give the lock up meanwhile."""


class _Hold(NamedTuple):
    """In `frame`, the `with` block entered at `span` holds the locks made at `places`; `body` are its statements."""

    frame: Frame
    span: Span
    places: tuple[Place | None, ...]
    body: tuple[m.Statement, ...]


def enters_lock(site: BlockingCallSite) -> bool:
    """Whether a site is `with lock:` on a lock that one holder at a time has."""
    return site.form is Form.ENTER and site.call.name in _ENTRIES


def brief_waits(
    frames: Iterable[Frame],
    direct: Mapping[Frame, list[BlockingCallSite]],
    slow: Collection[Frame],
    is_reported: Callable[[Frame], bool],
    is_rare: Callable[[Frame, Span], bool],
) -> frozenset[tuple[Frame, Span]]:
    """The `with lock:` sites at which nothing holds the lock for long.

    `direct`: the blocking calls of each frame; `slow`: the frames whose call blocks for another reason than a lock;
    `is_reported`: whether an async frame serves requests. What start-up or a test holds, no request waits for.
    `is_rare`: whether a call runs only while something that all requests share is missing.
    """
    holds = [
        hold for frame, sites in direct.items() if any(map(enters_lock, sites)) for hold in _holds(frame)
    ]
    if not holds:
        return frozenset()
    users = list(_users([hold for hold in holds if _is_manager(hold.frame)], frames))
    lasting = {
        use.atom.place
        for frame in frames
        for use in frame.uses
        if not frame.module.is_test
        and use.method == "acquire"
        and isinstance(use.atom, InstanceAtom)
        and use.atom.type in LOCKS
    }
    long = [
        hold
        for hold in (*holds, *users)
        if not hold.frame.module.is_test
        and (not hold.frame.is_async or is_reported(hold.frame))
        and _is_long(hold, direct.get(hold.frame, []), slow, is_rare)
    ]
    lasting.update(place for hold in long for place in hold.places if place is not None)
    slow_here = {(hold.frame, hold.span) for hold in long}
    return frozenset(
        (hold.frame, hold.span)
        for hold in holds
        if (hold.frame, hold.span) not in slow_here and not lasting.intersection(hold.places)
    )


def _holds(frame: Frame) -> Iterator[_Hold]:
    if frame.function is None:
        return
    for node in nodes_of(frame.function.facts):
        if isinstance(node, m.With) and not node.is_async:
            for item in node.items:
                places = tuple(
                    [
                        atom.place
                        for atom in frame.value_of(item.context)
                        if isinstance(atom, InstanceAtom) and atom.type in LOCKS
                    ]
                )
                if places:
                    yield _Hold(frame, item.span, places, node.body)


def _is_manager(frame: Frame) -> bool:
    """Whether a `@contextmanager` function: what it holds over its `yield`, the `with` blocks of its callers hold."""
    return frame.function is not None and frame.function.is_manager and not frame.is_async


def _users(holds: list[_Hold], frames: Iterable[Frame]) -> Iterator[_Hold]:
    """The `with` blocks that hold a lock through a context manager of the project that yields while it holds it."""
    holding: dict[Frame, list[_Hold]] = {}
    for hold in holds:
        if any(isinstance(node, m.Yield) for node in walk(hold.body)):
            holding.setdefault(hold.frame, []).append(hold)
    for frame in frames if holding else ():
        if frame.function is None or not any(site.target in holding for site in frame.applications):
            continue
        for node in nodes_of(frame.function.facts):
            for item in node.items if isinstance(node, m.With) and not node.is_async else ():
                for atom in frame.value_of(item.context):
                    for hold in holding.get(atom.frame, ()) if isinstance(atom, ManagerAtom) else ():
                        yield _Hold(frame, item.span, hold.places, node.body)


def _is_long(
    hold: _Hold,
    direct: list[BlockingCallSite],
    slow: Collection[Frame],
    is_rare: Callable[[Frame, Span], bool],
) -> bool:
    inside: set[Span] = set()
    for node in walk(hold.body):
        if isinstance(node, m.Yield) and _is_manager(hold.frame):
            continue
        if isinstance(node, (m.Await, m.Yield)) or (isinstance(node, (m.For, m.With)) and node.is_async):
            return True
        span = getattr(node, "span", None)
        if span is not None and not is_rare(hold.frame, span):
            inside.add(span)
    if any(
        site.span in inside
        and site.call.kind is not Kind.METADATA
        and not enters_lock(site)
        and site.call.name not in _RELEASING
        for site in direct
    ):
        return True
    return any(
        site.span in inside and site.edge is Edge.CALL and site.target in slow for site in hold.frame.calls
    )
