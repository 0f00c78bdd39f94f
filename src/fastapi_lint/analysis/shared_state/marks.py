"""What is known on one path through a function: which values come from which reads, and how old these are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from fastapi_lint.analysis.shared_state.locations import Location, covers
from fastapi_lint.diagnostics import Span


class Lock(NamedTuple):
    """A lock, told apart by where it was made or is kept. `is_thread`: it belongs to `threading`."""

    identity: Any
    is_thread: bool
    text: str


class Read(NamedTuple):
    """`text` at `span` looks at `location`."""

    location: Location
    span: Span
    text: str


class Mark(NamedTuple):
    """Something depends on a read.

    `role` is "value" (computed from it), "test" (decided by it) or "refusal" (a test that raises). `suspension` is the first
    suspension since the read, `locks` are those held without a break since the read.
    """

    read: Read
    role: str = "value"
    suspension: Span | None = None
    locks: frozenset[Lock] = frozenset()

    @property
    def order(self) -> tuple[Span, str, Span, str]:
        """Marks stand in sets, whose order is by chance: where one is chosen, it is chosen by this."""
        return (self.read.span, self.role, self.suspension or _NOWHERE, self.read.text)


_NOWHERE = Span(0, 0, 0, 0)

Marks = frozenset[Mark]
NO_MARKS: Marks = frozenset()
MOST_MARKS = 48


def union(*groups: Marks) -> Marks:
    if len(groups) == 2:
        one, other = groups
        if not one or one is other:
            return other
        if not other:
            return one
        found = one | other
    else:
        kept = [group for group in groups if group]
        if len(kept) < 2:
            return kept[0] if kept else NO_MARKS
        found = NO_MARKS.union(*kept)
    if len(found) <= MOST_MARKS:
        return found
    return frozenset(sorted(found, key=lambda mark: mark.order)[:MOST_MARKS])


def with_role(marks: Marks, role: str) -> Marks:
    """The marks of a test on what `marks` belong to."""
    if not marks:
        return marks
    return frozenset([mark if mark.role == "refusal" else mark._replace(role=role) for mark in marks])


class State:
    """One path, or several that have met.

    `values` and `aliases` speak of local names: what they depend on, and what shared object they stand for. `fresh` names hold
    something that no other request knows. `guards` are the tests around the current statement, one set a level; `passed` those
    whose failing has left the function, `skipped` those whose failing has left the turn of the loop.
    `temporaries` are the marks of operands that are evaluated already.
    """

    __slots__ = (
        "aliases",
        "fresh",
        "guards",
        "held",
        "passed",
        "skipped",
        "suspended",
        "temporaries",
        "values",
    )

    def __init__(self) -> None:
        self.values: dict[str, Marks] = {}
        self.aliases: dict[str, Location] = {}
        self.fresh: frozenset[str] = frozenset()
        self.guards: list[Marks] = []
        self.passed: Marks = NO_MARKS
        self.skipped: Marks = NO_MARKS
        self.held: frozenset[Lock] = frozenset()
        self.temporaries: list[Marks] = []
        self.suspended = False

    def is_as(self, other: State) -> bool:
        """Whether walking on from here finds just what it finds from `other`."""
        return (
            self.suspended == other.suspended
            and self.fresh == other.fresh
            and self.held == other.held
            and self.passed == other.passed
            and self.skipped == other.skipped
            and self.guards == other.guards
            and self.temporaries == other.temporaries
            and self.aliases == other.aliases
            and all(marks == other.values.get(name, NO_MARKS) for name, marks in self.values.items())
            and all(not marks or name in self.values for name, marks in other.values.items())
        )

    def copy(self) -> State:
        other = State.__new__(State)  # every attribute is set here
        other.values = dict(self.values)
        other.aliases = dict(self.aliases)
        other.fresh = self.fresh
        other.guards = list(self.guards)
        other.passed = self.passed
        other.skipped = self.skipped
        other.held = self.held
        other.temporaries = list(self.temporaries)
        other.suspended = self.suspended
        return other

    def _change(self, change: Callable[[Marks], Marks]) -> None:
        """Apply `change` to every set of marks."""
        for name, marks in self.values.items():
            if marks:
                self.values[name] = change(marks)
        self.guards = [change(marks) if marks else marks for marks in self.guards]
        self.temporaries = [change(marks) if marks else marks for marks in self.temporaries]
        self.passed = change(self.passed)
        self.skipped = change(self.skipped)

    def suspend(self, span: Span) -> None:
        """Other requests may run here."""
        self.suspended = True

        def age(marks: Marks) -> Marks:
            if all(mark.suspension is not None for mark in marks):
                return marks
            return frozenset(
                [mark if mark.suspension is not None else mark._replace(suspension=span) for mark in marks]
            )

        self._change(age)

    def release(self, locks: Iterable[Lock]) -> None:
        """These locks are given up: nothing read before is protected by them any more."""
        gone = frozenset(locks)
        self.held -= gone

        def loosen(marks: Marks) -> Marks:
            if not any(mark.locks & gone for mark in marks):
                return marks
            return frozenset([mark._replace(locks=mark.locks - gone) for mark in marks])

        self._change(loosen)

    def break_protection(self) -> None:
        """All locks are given up for a moment (`condition.wait()`)."""
        held = self.held
        self.release(held)
        self.held = held

    def act_on(self, location: Location) -> None:
        """The place is written while the tests on it still hold: they have served, and what follows is not theirs."""

        def keep(marks: Marks) -> Marks:
            return frozenset(
                [
                    mark
                    for mark in marks
                    if mark.suspension is not None or not covers(mark.read.location, location)
                ]
            )

        self.guards = [keep(marks) for marks in self.guards]
        self.passed = keep(self.passed)
        self.skipped = keep(self.skipped)

    def tests(self) -> Marks:
        """Everything that decides whether the current statement runs."""
        return self.passed.union(self.skipped, *self.guards)

    def leave_to(self, depth: int) -> Marks:
        """Drop the tests deeper than `depth`, and give them."""
        dropped = NO_MARKS.union(*self.guards[depth:])
        del self.guards[depth:]
        return dropped


def join(states: list[State]) -> State | None:
    """What holds where several paths meet."""
    if not states:
        return None
    first = states[0].copy()
    for other in states[1:]:
        for name, marks in other.values.items():
            old = first.values.get(name, NO_MARKS)
            if old is not marks:
                first.values[name] = marks if not old or old == marks else union(old, marks)
        if first.aliases != other.aliases:
            first.aliases = {
                name: place for name, place in first.aliases.items() if other.aliases.get(name) == place
            }
        first.fresh &= other.fresh
        depth = min(len(first.guards), len(other.guards))
        first.guards = [union(a, b) for a, b in zip(first.guards[:depth], other.guards[:depth], strict=True)]
        first.passed = union(first.passed, other.passed)
        first.skipped = union(first.skipped, other.skipped)
        first.held &= other.held
        first.suspended = first.suspended or other.suspended
        count = min(len(first.temporaries), len(other.temporaries))
        first.temporaries = [
            union(a, b) for a, b in zip(first.temporaries[:count], other.temporaries[:count], strict=True)
        ]
    return first
