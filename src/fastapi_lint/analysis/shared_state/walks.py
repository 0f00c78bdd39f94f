"""The walks through the functions of a project: each made once, and what callers add to them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from fastapi_lint.analysis.shared_state.lock_values import lock_in
from fastapi_lint.analysis.shared_state.marks import Lock
from fastapi_lint.analysis.shared_state.order import StatementWalker
from fastapi_lint.analysis.shared_state.relevance import LEAST_WALKS, MOST_NODES, Relevance
from fastapi_lint.analysis.shared_state.shared_writes import SharedWrites
from fastapi_lint.analysis.shared_state.sharing import Sharing
from fastapi_lint.analysis.shared_state.summaries import NOTHING, Walked
from fastapi_lint.analysis.shared_state.suspension import Suspension
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, nodes_of_type
from fastapi_lint.inference.frames import CallSite, Edge, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ManagerAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_SMALL = 120
"""Nodes up to which a function is walked although it changes nothing: it may look something up for its caller."""

_LARGEST = 4000
"""Nodes from which a function is too large to be walked: generated code."""


class Walks:
    """The walks through a project's functions, each made once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.interpreter = program.interpreter
        self.relevance = Relevance()
        self._walked: dict[tuple[Frame, bool], Walked] = {}
        self._alike: dict[tuple[ProjectFunction, bool], list[Frame]] = {}
        self._entry_locks: dict[tuple[Frame, bool], frozenset[Lock]] = {}
        self._takes_lock: dict[Frame, bool] = {}
        self._sources: dict[int, dict[str, str]] = {}
        self._texts: dict[int, dict[str, m.Expression]] = {}
        self._sizes: dict[int, int] = {}

    @cached_property
    def sharing(self) -> Sharing:
        return Sharing(self.program)

    @cached_property
    def writes(self) -> SharedWrites:
        return SharedWrites(self.interpreter, self.sharing)

    @cached_property
    def suspension(self) -> Suspension:
        return Suspension(self.interpreter)

    def summary(self, frame: Frame, *, in_threads: bool = False) -> Walked:
        """What walking the frame finds; nothing while it is being walked."""
        key = (frame, in_threads)
        found = self._walked.get(key)
        if found is None:
            first = self._walked_instead(frame, in_threads)
            if first is not None:
                return self._walked[(first, in_threads)]
            self._walked[key] = NOTHING
            found = self._walked[key] = self._walk(frame, in_threads, frozenset())
        return found

    def _walked_instead(self, frame: Frame, in_threads: bool) -> Frame | None:
        """The evaluation that stands for `frame` because enough of its function's have been walked."""
        if frame.function is None:
            return None
        alike = self._alike.setdefault((frame.function, in_threads), [])
        if len(alike) >= LEAST_WALKS and len(alike) * self._size(frame) >= MOST_NODES:
            return alike[0]
        alike.append(frame)
        return None

    def _walk(self, frame: Frame, in_threads: bool, held: frozenset[Lock]) -> Walked:
        if frame.function is None or self._size(frame) > _LARGEST:
            return NOTHING
        if self._size(frame) > _SMALL and not self.relevance.changes(frame, 1):
            return NOTHING
        walker = StatementWalker(self, frame, in_threads=in_threads)
        walker.run(held)
        return walker.outcome()

    def takes_lock(self, frame: Frame) -> bool:
        """Whether the frame takes a lock anywhere: `with` or `acquire`."""
        assert frame.function is not None
        facts = frame.function.facts
        found = self._takes_lock.get(frame)
        if found is None:
            items = [item.context for statement in nodes_of_type(facts, m.With) for item in statement.items]
            called = [call.function for call in nodes_of_type(facts, m.Call)]
            found = self._takes_lock[frame] = any(self._is_lock(frame, item) for item in items) or any(
                isinstance(one, m.Attribute) and one.attribute == "acquire" for one in called
            )
        return found

    def _is_lock(self, frame: Frame, entered: m.Expression) -> bool:
        managers = [atom.frame for atom in frame.value_of(entered) if isinstance(atom, ManagerAtom)]
        if any(self.summary(manager).yielded_under for manager in managers):
            return True
        return lock_in(self.interpreter.project, frame, entered, None) is not None

    def with_callers_locks(self, frame: Frame, *, in_threads: bool = False) -> Walked:
        """As `summary`, with the locks that every caller holds."""
        found = self.summary(frame, in_threads=in_threads)
        if not found.hazards:
            return found
        held = self.entry_locks(frame, in_threads=in_threads)
        return self._walk(frame, in_threads, held) if held else found

    def entry_locks(self, frame: Frame, *, in_threads: bool = False) -> frozenset[Lock]:
        """The locks that are held whenever the frame is called while the application serves."""
        key = (frame, in_threads)
        found = self._entry_locks.get(key)
        if found is None:
            self._entry_locks[key] = frozenset()
            found = self._entry_locks[key] = self._common_locks(frame, in_threads)
        return found

    def _common_locks(self, frame: Frame, in_threads: bool) -> frozenset[Lock]:
        common: frozenset[Lock] | None = None
        if frame in self._entry_frames:
            common = self._locks_of_dependencies(frame)
            if not common:
                return frozenset()
        function = frame.function
        frames = function.frames.values() if function is not None else (frame,)
        for one in frames:
            for caller, site in self.sharing.callers.get(one, ()):
                if caller.function is None or self.sharing.runs_once(caller) or caller.function is function:
                    continue
                if site.edge not in (Edge.CALL, Edge.AWAIT, Edge.THREAD):
                    return frozenset()
                # Who hands work to a thread and waits for it holds its locks meanwhile.
                caller_in_threads = in_threads and not caller.is_async
                held = self._locks_at(caller, site, caller_in_threads)
                held |= self.entry_locks(caller, in_threads=caller_in_threads)
                common = held if common is None else common & held
                if not common:
                    return frozenset()
        return common or frozenset()

    def _locks_at(self, caller: Frame, site: CallSite, in_threads: bool) -> frozenset[Lock]:
        """The locks that `caller` itself holds at one of its calls."""
        if not self.takes_lock(caller):
            return frozenset()
        return self.summary(caller, in_threads=in_threads).sites.get(site.span, frozenset())

    @cached_property
    def _entry_frames(self) -> set[Frame]:
        found = {entry.frame for entry in self.program.entries}
        for route in self.program.table.routes:
            found.update(route.frames, route.dependency_frames)
        for frame in list(found):
            found |= {site.target for site in frame.dependencies}
        return found

    def _locks_of_dependencies(self, frame: Frame) -> frozenset[Lock]:
        """The locks that `yield` dependencies hold while what depends on them runs, on every route of the frame."""
        common: frozenset[Lock] | None = None
        for route in self.program.table.routes:
            if frame in route.frames:
                held = self._locks_at_yield(route.dependency_frames)
                common = held if common is None else common & held
        return (common or frozenset()) | self._locks_at_yield([site.target for site in frame.dependencies])

    def _locks_at_yield(self, dependencies: Iterable[Frame]) -> frozenset[Lock]:
        held: frozenset[Lock] = frozenset()
        seen: set[Frame] = set()
        pending = list(dependencies)
        while pending:
            frame = pending.pop()
            if frame not in seen and frame.function is not None:
                seen.add(frame)
                held |= self.summary(frame, in_threads=not frame.is_async).yielded_under
                pending += [site.target for site in frame.dependencies]
        return held

    def _size(self, frame: Frame) -> int:
        assert frame.function is not None
        key = id(frame.function.facts)
        if key not in self._sizes:
            self._sizes[key] = len(nodes_of(frame.function.facts))
        return self._sizes[key]

    def sources(self, frame: Frame) -> dict[str, str]:
        """For each local name the text of what it was last assigned from."""
        assert frame.function is not None
        key = id(frame.function.facts)
        found = self._sources.get(key)
        if found is None:
            found = self._sources[key] = {}
            for node in nodes_of_type(frame.function.facts, m.Assign):
                if node.value is not None:
                    for target in node.targets:
                        if isinstance(target, m.Name):
                            found[target.id] = render(node.value)
        return found

    def texts(self, frame: Frame) -> dict[str, m.Expression]:
        """The local names that are assigned once, and text: the keys that they stand for."""
        assert frame.function is not None
        key = id(frame.function.facts)
        found = self._texts.get(key)
        if found is None:
            assigned: dict[str, list[m.Expression | None]] = {}
            for node in nodes_of_type(frame.function.facts, m.Assign):
                for target in node.targets:
                    if isinstance(target, m.Name):
                        assigned.setdefault(target.id, []).append(node.value)
            found = self._texts[key] = {
                name: values[0]
                for name, values in assigned.items()
                if len(values) == 1 and isinstance(values[0], m.FormattedString)
            }
        return found
