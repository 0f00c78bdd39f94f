"""What code does to shared state: reads leave marks, writes are judged by them, calls bring what their callees do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi_lint.analysis.shared_state.locations import ANY, Location, decides, key_text, renamed, same_entry
from fastapi_lint.analysis.shared_state.lock_values import lock_in
from fastapi_lint.analysis.shared_state.marks import NO_MARKS, Lock, Mark, Marks, Read, State, union
from fastapi_lint.analysis.shared_state.objects import constant_kind
from fastapi_lint.analysis.shared_state.places import Places
from fastapi_lint.analysis.shared_state.summaries import Hazard, HeldThreadLock, Returned, Walked, Write
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference.frames import CallSite, Edge, Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import Value

if TYPE_CHECKING:
    from fastapi_lint.analysis.shared_state.walks import Walks

DEEPEST_CALL = 1
"""Calls below a callee whose writes still count as the caller's."""

_CONSTRUCTING = ("__init__", "__post_init__", "__new__", "model_post_init")
_READING = ("get", "has", "is_", "read", "fetch", "load", "lookup", "save", "set")
_HOUSEKEEPING = (
    "evict",
    "expire",
    "prune",
    "trim",
    "cleanup",
    "shutdown",
    "close",
    "stop",
    "test",
    "sweep",
    "__",
)
"""Functions that drop what has run out: nothing that they remove was revoked."""

_WITHOUT_VALUE = frozenset({"add", "remove", "clear", "constant", "none"})


class Passed(NamedTuple):
    """A call of `target` with what its parameters get: marks, place, and the text of the argument as a key."""

    target: Frame
    span: Span
    text: str
    marks: dict[str, Marks]
    locations: dict[str, Location]
    keys: dict[str, str]
    place: Location | None


class Called(NamedTuple):
    """What a call gives so far; `pending` runs when it is awaited."""

    marks: Marks = NO_MARKS
    location: Location | None = None
    pending: tuple[Passed, ...] = ()
    was_called: bool = False
    is_fresh: bool = False


class Effects:
    """The state of a walk through one frame, and what it has found. `in_threads`: others may run between any two steps."""

    def __init__(self, walks: Walks, frame: Frame, *, in_threads: bool) -> None:
        assert frame.function is not None
        self.walks = walks
        self.frame = frame
        self.in_threads = in_threads
        self.places = Places(walks.interpreter, walks.sharing, frame)
        self.state = State()
        self.span: Span = frame.function.facts.span
        """The statement that is being walked."""
        self.waiting_for: dict[Span, Lock] = {}
        self._hazards: dict[tuple[Span, Location], Hazard] = {}
        self._writes: dict[tuple[Span, Location], Write] = {}
        self._returned: dict[Returned, None] = {}
        self._returned_places: set[Location | None] = set()
        self._yielded: frozenset[Lock] | None = None
        self._sites: dict[Span, frozenset[Lock]] = {}
        self._taken: dict[Lock, Span] = {}
        self._removals: dict[Location, None] = {}
        self._fresh_results: list[bool] = []
        self._thread_locks: dict[Span, HeldThreadLock] = {}
        self._calls: dict[Span, list[CallSite]] = defaultdict(list)
        self._handed_over: set[Span] = set()
        for site in frame.calls:
            if site.edge in (Edge.CALL, Edge.AWAIT):
                self._calls[site.span].append(site)
            elif site.edge is Edge.THREAD:
                self._handed_over.add(site.span)

    def outcome(self) -> Walked:
        places = self._returned_places
        return Walked(
            tuple(self._hazards.values()),
            tuple(self._writes.values()),
            tuple(self._returned),
            next(iter(places)) if len(places) == 1 else None,
            self._yielded or frozenset(),
            self._sites,
            tuple(self._thread_locks.values()),
            tuple(self._removals),
            bool(self._fresh_results) and all(self._fresh_results),
        )

    # --- reads, locks, suspensions -----------------------------------------------------------------

    def mark(self, location: Location, span: Span, text: str) -> Mark:
        """`location` is read now."""
        return Mark(Read(location, span, text), "value", None, self.state.held)

    def lock(self, node: m.Expression, location: Location | None) -> Lock | None:
        return lock_in(self.walks.interpreter.project, self.frame, node, location)

    def take(self, lock: Lock, span: Span) -> None:
        self.state.held |= {lock}
        self._taken[lock] = span

    def suspend(self, span: Span) -> None:
        for lock in self.state.held:
            if lock.is_thread and lock in self._taken:
                taken = self._taken[lock]
                self._thread_locks.setdefault(taken, HeldThreadLock(self.frame, taken, lock, span))
        self.state.suspend(span)

    def yielded(self, held: frozenset[Lock]) -> None:
        self._yielded = held if self._yielded is None else self._yielded & held

    def give_back(self, marks: Marks, location: Location | None, is_fresh: bool) -> None:
        """`return`: what the result depends on."""
        self._fresh_results.append(is_fresh)
        self._returned_places.add(location)
        tests = [(mark, "test") for mark in self.state.tests()]
        for mark, role in (*[(mark, mark.role) for mark in marks], *tests):
            if len(self._returned) < 24:
                self._returned[Returned(mark.read.location, role, mark.suspension is not None)] = None

    # --- writes ------------------------------------------------------------------------------------

    def write_value(
        self, location: Location, span: Span, text: str, node: m.Expression, marks: Marks
    ) -> None:
        """`location` gets the value of `node`."""
        value = self.frame.value_of(node)
        kind = constant_kind(node, value)
        if isinstance(node, m.Name) and self.places.is_local(node.id):
            source = self.sources.get(node.id, node.id)
        else:
            source = render(node)
        self.write(location, kind, span, text, marks, value, source)

    def removed(self, location: Location) -> None:
        """An entry (or all of them) is taken out, other than to keep house."""
        assert self.frame.function is not None
        name = self.frame.function.facts.name
        if name.lstrip("_").startswith(_READING) or any(word in name for word in _HOUSEKEEPING):
            return
        self._removals[location] = None

    def key_of(self, node: m.Expression, is_fresh: bool) -> str:
        """The path element for a key; one that is fresh is like no other. A name stands for the text it was given."""
        if isinstance(node, m.Name) and self.places.is_local(node.id):
            node = self.walks.texts(self.frame).get(node.id, node)
        text = key_text(node)
        return f"[new {text[1:-1]}]" if is_fresh else text

    @property
    def sources(self) -> dict[str, str]:
        """For local names, what gave them their value."""
        return self.walks.sources(self.frame)

    def write(
        self, location: Location, kind: str, span: Span, text: str, marks: Marks, value: Value, source: str
    ) -> None:
        """Something is written here, as `kind` says; `marks`: what the new value depends on."""
        if self._is_own_construction(location):
            return
        is_tested = any(decides(mark.read.location, location) for mark in self.state.tests())
        write = Write(
            location,
            kind,
            span,
            text,
            self.frame,
            value,
            source,
            frozenset([mark.read.location.root.name for mark in marks if not mark.read.location.is_shared]),
            self.state.suspended,
            is_tested,
            is_tested or any(same_entry(mark.read.location, location) for mark in marks),
            0,
            self.places.shown.get(location, location),
        )
        self._writes.setdefault((span, location), write)
        if kind == "remove":
            self.removed(location)
        elif kind in ("none", "clear"):
            self.removed(location if location.path[-1:] == (ANY,) else location.item(ANY))
        self._judge(write, marks, span, text, None)
        self.state.act_on(location)

    def _is_own_construction(self, location: Location) -> bool:
        """`__init__` fills an object that nobody else has seen yet."""
        function = self.frame.function
        assert function is not None
        is_validator = any("validator" in render(decorator) for decorator in function.facts.decorators)
        if function.cls is None or not (is_validator or function.facts.name in _CONSTRUCTING):
            return False
        return location.root.kind == "object"

    def _judge(
        self,
        write: Write,
        marks: Marks,
        span: Span,
        text: str,
        assumed: Span | None,
        *,
        only_values: bool = False,
    ) -> None:
        """Is what the write depends on stale? `assumed`: a suspension that comes before the write in any case.

        `only_values`: the callee looks at the place itself, so that tests made here do not count.
        """
        location = write.location
        if not location.is_shared:
            return
        tests = {mark for mark in self.state.tests() if decides(mark.read.location, location)}
        tests |= {mark for mark in marks if mark.role != "value" and decides(mark.read.location, location)}
        tests = {
            mark for mark in tests if not any(part.startswith("[new ") for part in mark.read.location.path)
        }
        values: set[Mark] = set()
        if write.kind not in _WITHOUT_VALUE:
            values = {
                mark for mark in marks if mark.role == "value" and same_entry(mark.read.location, location)
            }
        stale_tests = [mark for mark in tests if self._is_stale(mark, assumed)]
        stale_values = [mark for mark in values if self._is_stale(mark, assumed)]
        stale_reads = {mark.read for mark in (*stale_tests, *stale_values)}
        if any(mark.read not in stale_reads for mark in tests):
            return
        how, chosen = "check", [] if only_values else stale_tests
        if stale_values and all(mark.read in stale_reads for mark in values):
            how, chosen = "value", stale_values
        if not chosen:
            return
        # A refusal says most about what the test is for.
        mark = max(chosen, key=lambda one: (one.role == "refusal", one.suspension is not None, one.order))
        suspension = mark.suspension or assumed or mark.read.span
        key = (span, location)
        if key not in self._hazards:
            self._hazards[key] = Hazard(self.frame, span, text, how, mark, write, suspension)

    def _is_stale(self, mark: Mark, assumed: Span | None) -> bool:
        if mark.locks:
            return False
        return self.in_threads or mark.suspension is not None or assumed is not None

    # --- calls -------------------------------------------------------------------------------------------

    def called(self, span: Span, passed: list[Any], node: m.Call | None, receiver: Any) -> Called:
        """The project functions called at `span`: sync ones run now, async ones when awaited."""
        sites = self._calls.get(span)
        if sites or span in self._handed_over:
            held = self.state.held
            self._sites[span] = self._sites[span] & held if span in self._sites else held
        if not sites:
            return Called()
        marks = NO_MARKS
        pending: list[Passed] = []
        places: set[Location | None] = set()
        for site in sites:
            one = self._passed(site, passed, node, receiver)
            if one is None:
                continue
            places.add(one.place)
            if site.edge is Edge.AWAIT:
                pending.append(one)
            else:
                marks = union(marks, self.run_callee(one))
        is_fresh = all(
            self.walks.summary(site.target, in_threads=self.in_threads).gives_fresh for site in sites
        )
        return Called(marks, next(iter(places)) if len(places) == 1 else None, tuple(pending), True, is_fresh)

    def _passed(self, site: CallSite, passed: list[Any], node: m.Call | None, receiver: Any) -> Passed | None:
        function = site.target.function
        if function is None or self.frame.function is None or function.facts is self.frame.function.facts:
            return None
        names = [p.name for p in function.facts.parameters if p.kind in ("positional", "normal")]
        given: dict[str, Any] = {}
        keys: dict[str, str] = {}
        if function.cls is not None and function.kind != "staticmethod" and names:
            if receiver is not None:
                given[names[0]] = receiver
            names = names[1:]
        arguments = node.arguments if node is not None else ()
        for index, argument in enumerate(arguments):
            name = argument.keyword or (names[index] if index < len(names) and not argument.star else None)
            if name is not None:
                given[name] = passed[index]
                keys[name] = self.key_of(argument.value, passed[index].is_fresh)
        marks = {name: result.marks for name, result in given.items()}
        locations = {name: result.location for name, result in given.items() if result.location is not None}
        one = Passed(site.target, site.span, site.text, marks, locations, keys, None)
        place = self.walks.summary(site.target, in_threads=self.in_threads).returned_place
        return one._replace(place=self._instantiated(place, one) if place is not None else None)

    @staticmethod
    def _instantiated(location: Location, passed: Passed) -> Location | None:
        """A place of the callee in the caller's words."""
        if location.is_shared:
            return Location(
                location.root, tuple([renamed(element, passed.keys) for element in location.path])
            )
        base = passed.locations.get(location.root.name)
        if base is None or location.root.owner is not passed.target.function:
            return None
        path = tuple([renamed(element, passed.keys) for element in location.path])
        return Location(base.root, (*base.path, *path)[:6])

    def run_callee(self, passed: Passed) -> Marks:
        """The callee runs here: what it writes is written now, and what it returns depends on what it has read."""
        summary = self.walks.summary(passed.target, in_threads=self.in_threads)
        for write in summary.writes:
            root = write.location.root
            if write.depth > DEEPEST_CALL or (root.kind == "parameter" and root.name not in passed.locations):
                continue
            location = self._instantiated(write.location, passed)
            if location is None:
                continue
            marks = union(*[passed.marks.get(name, NO_MARKS) for name in write.parameters])
            is_tested = any(decides(k.read.location, location) for k in self.state.tests())
            there = write._replace(
                location=location,
                shown=location if write.shown == write.location else write.shown,
                depth=write.depth + 1,
                parameters=frozenset(
                    [k.read.location.root.name for k in marks if not k.read.location.is_shared]
                ),
                suspended=write.suspended or self.state.suspended,
                is_tested=write.is_tested or is_tested,
                is_checked=write.is_checked or is_tested,
            )
            self._writes.setdefault((passed.span, location), there)
            if not write.is_tested:
                assumed = passed.span if write.suspended else None
                self._judge(there, marks, passed.span, passed.text, assumed, only_values=write.is_checked)
            self.state.act_on(location)
        for removal in summary.removals:
            location = self._instantiated(removal, passed)
            if location is not None:
                self.removed(location)
        result = NO_MARKS
        for returned in summary.returned:
            if not returned.location.is_shared and not returned.location.path:
                result = union(result, passed.marks.get(returned.location.root.name, NO_MARKS))
                continue
            location = self._instantiated(returned.location, passed)
            if location is not None and ANY not in location.path[:-1]:
                read = Read(location, passed.span, passed.text)
                age = passed.span if returned.suspended else None
                result = union(
                    result,
                    frozenset(
                        [Mark(read, returned.role, age, self.state.held if age is None else frozenset())]
                    ),
                )
        return result
