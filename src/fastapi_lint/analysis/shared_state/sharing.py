"""Which classes have instances that all requests share: made once, kept in a global, on `app.state` or in a singleton."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fastapi_lint.analysis.entry_points import START_KINDS
from fastapi_lint.analysis.shared_state.objects import is_data_class
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import CallSite, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.values import ClassAtom, InstanceAtom, ModuleAtom, ObjectAtom, Place
from fastapi_lint.knowledge.fastapi_api import STATE

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_STORING_METHODS = frozenset({"append", "add", "setdefault", "insert", "appendleft"})


class Sharing:
    """Answers "do all requests see the same instance of this class?" from the places where the class is instantiated."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._interpreter = program.interpreter
        self._classes: dict[ProjectClass, bool] = {}
        self._functions: dict[ProjectFunction, bool] = {}
        self._once: dict[Frame, bool] = {}
        self._starting = {entry.frame for entry in program.entries if entry.kind in START_KINDS}
        self._entries = {entry.frame for entry in program.entries} - self._starting
        self._registering = {(r.file, r.span.line) for r in program.interpreter.registrations.values()}
        self._modules = set(program.interpreter.names.module_frames)
        self._registered: set[ProjectClass] = set()
        self._by_key = False
        self._middleware = {
            atom.cls
            for r in program.interpreter.registrations.values()
            if r.kind == "middleware"
            for atom in r.work
            if isinstance(atom, ClassAtom)
        }
        self.callers: dict[Frame, list[tuple[Frame, CallSite]]] = defaultdict(list)
        """For each frame the places that call or await it, module bodies included, tests not."""
        for frame in (*self._interpreter.frames, *self._interpreter.names.module_frames):
            if frame.module.is_test:
                continue
            for site in frame.calls:
                if site.target is not frame:
                    self.callers[site.target].append((frame, site))

    def is_shared(self, cls: ProjectClass) -> bool:
        """Whether every known instance of the class lives as long as the application."""
        found = self._classes.get(cls)
        if found is None:
            self._classes[cls] = True  # an answer for classes that refer to each other
            by_key = self._by_key
            found = self._classes[cls] = self._judge(cls)
            self._by_key = by_key
        return found

    def _judge(self, cls: ProjectClass) -> bool:
        if cls in self._middleware:
            return True
        if self._is_singleton(cls):
            return True
        places: dict[Place, Frame] = {}
        for one in (cls, *cls.descendants()):
            places.update(self._interpreter.constructed.get(one, {}))
        frames = [(frame, place.span) for place, frame in places.items() if not frame.module.is_test]
        if is_data_class(cls) and not any(frame in self._modules for frame, _ in frames):
            return False  # records are made by what this project does not show
        self._by_key = False
        if not frames or not all(self._is_kept(frame, span, 0) for frame, span in frames):
            return False
        if self._by_key:
            self._registered.add(cls)
        return True

    def is_registered(self, cls: ProjectClass) -> bool:
        """Whether instances are kept under keys: shared, but each by those only who know its key."""
        return self.is_shared(cls) and cls in self._registered

    @staticmethod
    def _is_singleton(cls: ProjectClass) -> bool:
        """`__new__` that keeps the one instance, or a metaclass that says so."""
        for ancestor in cls.mro:
            for base in ancestor.facts.bases:
                if base.keyword == "metaclass" and "singleton" in str(base.value).lower():
                    return True
            for atom in ancestor.namespace.get("__new__", ()):
                function = getattr(atom, "function", None)
                if isinstance(function, ProjectFunction) and any(
                    isinstance(node, m.Attribute) and "instance" in node.attribute
                    for node in nodes_of(function.facts)
                ):
                    return True
        return False

    def runs_once(self, frame: Frame) -> bool:
        """Whether the frame runs when the application is built or started, and never for a request."""
        if frame.function is None or frame in self._starting:
            return True
        found = self._once.get(frame)
        if found is None:
            self._once[frame] = True
            found = self._once[frame] = self._judge_once(frame)
        return found

    def _judge_once(self, frame: Frame) -> bool:
        if frame in self._entries:
            return False
        if self._registers_routes(frame):
            return True
        calling = [caller for caller, _ in self.callers.get(frame, ())]
        if calling:
            return all(self.runs_once(caller) for caller in calling)
        return False

    def _registers_routes(self, frame: Frame) -> bool:
        """Whether it is an application factory."""
        if frame.is_async or frame.function is None:
            return False
        facts = frame.function.facts
        return any(
            (frame.module.path, line) in self._registering
            for line in range(facts.span.line, facts.end_line + 1)
        )

    # --- where an instance goes ------------------------------------------------------------------------

    def _is_kept(self, frame: Frame, span: Span, depth: int) -> bool:
        """Whether what the call at `span` makes is stored where all requests see it."""
        if frame.function is None:
            return True
        if self.runs_once(frame):
            return True
        if depth > 6:
            return False
        body = frame.function.facts.body
        names: set[str] = set()
        for node in walk(body):
            if isinstance(node, m.Assign) and node.value is not None and _gives(node.value, span):
                for target in node.targets:
                    if isinstance(target, m.Name) and target.id in frame.function.facts.locals:
                        names.add(target.id)
                    elif self._is_shared_target(frame, target):
                        return True
            elif isinstance(node, m.Return) and node.value is not None and _gives(node.value, span):
                if self._is_result_kept(frame.function, depth):
                    return True
            elif isinstance(node, m.Call) and node.span != span and _mentions(node, span):
                return self._is_argument_kept(frame, node, depth)
        return bool(names) and self._are_names_kept(frame, names, depth)

    def _are_names_kept(self, frame: Frame, names: set[str], depth: int) -> bool:
        assert frame.function is not None
        for node in nodes_of(frame.function.facts):
            if isinstance(node, m.Assign) and isinstance(node.value, m.Name) and node.value.id in names:
                if any(self._is_shared_target(frame, target) for target in node.targets):
                    return True
            elif isinstance(node, m.Return) and isinstance(node.value, m.Name) and node.value.id in names:
                if self._is_result_kept(frame.function, depth):
                    return True
            elif isinstance(node, m.Call) and self._stores(frame, node, names):
                self._by_key = True
                return True
        return False

    def _stores(self, frame: Frame, call: m.Call, names: set[str]) -> bool:
        """Whether the call puts one of the names into a shared container."""
        function = call.function
        if not isinstance(function, m.Attribute) or function.attribute not in _STORING_METHODS:
            return False
        given = [argument.value.id for argument in call.arguments if isinstance(argument.value, m.Name)]
        return any(name in names for name in given) and self._is_shared_target(frame, function.value)

    def _is_argument_kept(self, frame: Frame, call: m.Call, depth: int) -> bool:
        """An argument of a constructor lives as long as what that makes."""
        callee = frame.value_of(call.function)
        if any(isinstance(atom, ClassAtom) for atom in callee):
            return self._is_kept(frame, call.span, depth + 1)
        if isinstance(call.function, m.Attribute) and call.function.attribute in _STORING_METHODS:
            self._by_key = True
            return self._is_shared_target(frame, call.function.value)
        return False

    def _is_shared_target(self, frame: Frame, target: m.Expression) -> bool:
        assert frame.function is not None
        if isinstance(target, m.Name):
            return target.id not in frame.function.facts.locals
        if isinstance(target, m.Subscript):
            if self._is_shared_target(frame, target.value):
                self._by_key = True
                return True
            return False
        if not isinstance(target, m.Attribute):
            return False
        for atom in frame.value_of(target.value):
            if isinstance(atom, InstanceAtom) and atom.type == STATE:
                return atom.detail == "app"
            if isinstance(atom, (ClassAtom, ModuleAtom)):
                return True
            if isinstance(atom, ObjectAtom):
                if self.is_registered(atom.cls):
                    self._by_key = True  # a part of one that is kept under a key
                return self.is_shared(atom.cls)
        return self._is_shared_target(frame, target.value)

    def _is_result_kept(self, function: ProjectFunction, depth: int) -> bool:
        found = self._functions.get(function)
        if found is None:
            self._functions[function] = True
            found = self._functions[function] = self._judge_result(function, depth)
        return found

    def _judge_result(self, function: ProjectFunction, depth: int) -> bool:
        if any("cache" in _last_name(decorator) for decorator in function.facts.decorators):
            return True
        sites = [site for frame in function.frames.values() for site in self.callers.get(frame, ())]
        if not sites or any(frame in self._entries for frame in function.frames.values()):
            return False
        return all(self._is_kept(caller, site.span, depth + 1) for caller, site in sites)


def _last_name(node: m.Expression) -> str:
    while isinstance(node, m.Call):
        node = node.function
    return node.attribute if isinstance(node, m.Attribute) else node.id if isinstance(node, m.Name) else ""


def _mentions(call: m.Call, span: Span) -> bool:
    """Whether an argument of `call` is the result of the call at `span`."""
    return any(_gives(argument.value, span) for argument in call.arguments)


def _gives(node: m.Expression, span: Span) -> bool:
    """Whether the value of `node` is (or may be) the result of the call at `span`."""
    if isinstance(node, m.Call):
        return node.span == span
    if isinstance(node, m.Await):
        return _gives(node.value, span)
    if isinstance(node, m.BooleanOperation):
        return _gives(node.left, span) or _gives(node.right, span)
    if isinstance(node, m.Conditional):
        return _gives(node.body, span) or _gives(node.orelse, span)
    if isinstance(node, m.Walrus):
        return _gives(node.value, span)
    return False
