"""The abstract interpretation of a project: every name, function and class once, on demand."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference import fastapi_model
from fastapi_lint.inference.annotations import instances
from fastapi_lint.inference.binding import frame_key
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.frames import Cell, Frame
from fastapi_lint.inference.functions import ProjectFunction, Signature
from fastapi_lint.inference.global_names import GlobalNames
from fastapi_lint.inference.models import ModelRun
from fastapi_lint.inference.parameters import parameter_value
from fastapi_lint.inference.plain import is_plain
from fastapi_lint.inference.statements import Evaluator
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ClassAtom,
    ContainerAtom,
    FunctionAtom,
    ObjectAtom,
    Place,
    Value,
    join_all,
)
from fastapi_lint.knowledge.blocking import BlockingCall, Confidence, Kind
from fastapi_lint.knowledge.fastapi_api import HOOKS
from fastapi_lint.project.modules import Module, Project

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_FRAMES = 16
"""Distinct argument combinations after which a function is evaluated without regard to its arguments."""

LEAST_FRAMES = 4
"""Distinct argument combinations that even the largest function is evaluated for."""

MOST_NODES = 6_000
"""Nodes that the evaluations of one function for its argument combinations may have together, beyond `LEAST_FRAMES`."""

MOST_REGISTRATIONS = 1_000
"""The same for a function that adds routes: each call of `add(path, endpoint)` is a route of its own."""

MOST_WRAPPERS = 1_000
"""The same for a decorator: what it makes of one endpoint is not what it makes of another."""

MOST_WRAPPER_NODES = 100_000
"""Nodes that the evaluations of one decorator may have together."""

MOST_RECEIVERS = 64
"""Classes by which the evaluations of an inherited method are told apart."""

MOST_IMPLEMENTATIONS = 12
"""Project classes of one library base that a value of that base may be."""

MOST_EVALUATIONS = 4
"""Times that a frame is evaluated because something it read has grown."""

CALLED_METHODS = {
    "middleware": ("dispatch", "__call__"),
    "route": ("dispatch", "get", "put", "post", "delete", "options", "head", "patch", "method_not_allowed"),
    "websocket": ("dispatch", "decode", "on_connect", "on_receive", "on_disconnect"),
    "lifespan": ("__aenter__", "__aexit__"),
    "route class": ("get_route_handler",),
    "mount": ("__call__",),
    "exception handler": ("__call__",),
}
"""For a class given to FastAPI as that kind: the methods of its instances that are called."""


def hooks_of(cls: ProjectClass) -> dict[str, bool]:
    """The methods by which FastAPI uses an instance of the class, for its library bases: whether a thread runs them."""
    return {name: how for base in cls.externals for name, how in HOOKS.get(base, {}).items()}


def _most_frames(function: ProjectFunction) -> int:
    """For how many argument combinations a function is evaluated: fewer for a large one, whose every evaluation is dear."""
    if function.makes_routes:
        return MOST_REGISTRATIONS
    if function.gives_wrappers:
        return max(
            LEAST_FRAMES, min(MOST_WRAPPERS, MOST_WRAPPER_NODES // max(1, len(nodes_of(function.facts))))
        )
    return max(LEAST_FRAMES, min(MOST_FRAMES, MOST_NODES // max(1, len(nodes_of(function.facts)))))


class Interpreter:
    """Evaluates the functions of a project. `project_run.evaluate_project` fills it; then read `frames`, `registrations` and the classes.

    `blocking` and `offload` are names (or `fnmatch` patterns) from the configuration.
    """

    def __init__(self, project: Project, blocking: Sequence[str] = (), offload: Sequence[str] = ()) -> None:
        self.project = project
        self.frames: list[Frame] = []
        self.registrations: dict[object, Registration] = {}
        self.default_answers: dict[Place, Value] = {}
        """By app or router: its `default_response_class`."""
        self.markers_of_calls: dict[Place, tuple[m.Call, Value]] = {}
        """For each `Depends(f())`: the call of `f`, and what `f` is."""
        self.classes: dict[object, ProjectClass] = {}
        self.constructed: dict[ProjectClass, dict[Place, Frame]] = {}
        """For each class of the project the calls that make instances of it, and the frames these are in."""
        self.functions: dict[object, ProjectFunction] = {}
        self.names = GlobalNames(project, self._run_module, self.grew)
        self._class_frames: dict[ProjectClass, Frame] = {}
        self._states: dict[tuple[str, str], Cell] = {}
        self._dirty: dict[Frame, None] = {}
        self._initialised: set[ProjectClass] = set()
        self._implementations: dict[str, list[ProjectClass]] = {}
        self._class_annotations: dict[int, Value] = {}
        self._class_types: dict[int, Value] = {}
        self.model_runs: list[ModelRun] = []
        """What FastAPI runs of the project's models and responses, by route."""
        self._blocking = tuple(blocking)
        self._offload = tuple(offload)

    # --- evaluation --------------------------------------------------------------------------------

    def entry_frames(self, atom: Atom, kind: str = "") -> list[Frame]:
        """The frames that run when FastAPI calls `atom`; `kind` says as what, for methods of its instances."""
        if isinstance(atom, FunctionAtom):
            return [self.frame(atom.function, atom.receiver, {})]
        if isinstance(atom, ClassAtom):
            found = atom.cls.find("__init__")
            receiver = ObjectAtom(atom.cls, True)
            members = found[1] if found else UNKNOWN
            for name in CALLED_METHODS.get(kind, ()):
                found = atom.cls.find(name)
                members = (*members, *(found[1] if found else UNKNOWN))
            return [self.frame(a.function, receiver, {}) for a in members if isinstance(a, FunctionAtom)]
        if isinstance(atom, ObjectAtom):
            members = UNKNOWN
            for name in ("__call__", *hooks_of(atom.cls)):
                found = atom.cls.find(name)
                members = (*members, *(found[1] if found else UNKNOWN))
            return [self.frame(a.function, atom, {}) for a in members if isinstance(a, FunctionAtom)]
        function = getattr(atom, "function", None)
        return self.entry_frames(function) if function is not None and hasattr(atom, "positional") else []

    def settle(self) -> None:
        """Evaluate again what has read something that has grown since."""
        while self._dirty:
            frame = next(iter(self._dirty))
            del self._dirty[frame]
            if frame.evaluations < MOST_EVALUATIONS:
                if frame.function is None:
                    self.names.evaluate_again(frame)
                else:
                    self._execute(frame)

    def _run_module(self, frame: Frame) -> None:
        Evaluator(self, frame, local_names=None, outer=None).block(frame.module.facts.body)

    def grew(self, cell: Cell) -> None:
        """Those who read the cell have to be evaluated again."""
        for reader in cell.readers:
            if reader.done or reader.in_progress:
                self._dirty[reader] = None

    def add_to(self, cell: Cell, value: Value) -> None:
        if cell.add(value):
            self.grew(cell)

    # --- frames --------------------------------------------------------------------------------------

    def function(
        self, module: Module, facts: m.FunctionFacts, outer: Frame | None, cls: ProjectClass | None
    ) -> ProjectFunction:
        key = (module.path, facts.number, outer, cls)
        found = self.functions.get(key)
        if found is None:
            found = self.functions[key] = ProjectFunction(module, facts, outer, cls)
        return found

    def top_function(self, module: Module, facts: m.FunctionFacts) -> ProjectFunction | None:
        """The function as its module or class body defined it; None inside a function."""
        cls = None
        if facts.parent_class is not None:
            cls_facts = module.facts.classes[facts.parent_class]
            if cls_facts.parent_function is not None:
                return None
            cls = self.classes.get((module.path, cls_facts.number, None))
            if cls is None:
                return None
        return self.function(module, facts, None, cls)

    def frame(self, function: ProjectFunction, receiver: Any, bound: dict[str, Value]) -> Frame:
        """The evaluation of `function` for these arguments (those that matter, see `binding`)."""
        key = frame_key(receiver, function, bound)
        found = function.frames.get(key)
        if found is not None:
            return found
        if bound and len(function.frames) >= LEAST_FRAMES and len(function.frames) >= _most_frames(function):
            return self.frame(function, receiver, {})
        if len(function.frames) >= max(MOST_RECEIVERS, _most_frames(function)) and key != ():
            return self.frame(function, None, {})
        arguments = dict(bound)
        parameters = function.facts.parameters
        if parameters and parameters[0].kind in ("positional", "normal"):
            own = self._own(function, receiver)
            if own is not None:
                arguments[parameters[0].name] = (own,)
        frame = Frame(function.module, function, arguments)
        function.frames[key] = frame
        self.frames.append(frame)
        frame.number = len(self.frames)
        return frame

    @staticmethod
    def _own(function: ProjectFunction, receiver: Any) -> Atom | None:
        """What `self` or `cls` is."""
        if receiver is not None:
            return (
                ObjectAtom(receiver.cls, False, receiver.place)
                if isinstance(receiver, ObjectAtom)
                else receiver
            )
        if function.cls is None or function.kind == "staticmethod":
            return None
        return ClassAtom(function.cls) if function.kind == "classmethod" else ObjectAtom(function.cls)

    def evaluate(self, frame: Frame) -> None:
        """Evaluate a frame unless that has happened or is happening."""
        if not frame.done and not frame.in_progress:
            self._execute(frame)

    def _execute(self, frame: Frame) -> None:
        function = frame.function
        assert function is not None
        if frame.in_progress:
            return
        frame.in_progress = True
        frame.evaluations += 1
        frame.reset()
        facts = function.facts
        evaluator = Evaluator(self, frame, local_names=facts.locals, outer=function.outer)
        for position, parameter in enumerate(facts.parameters):
            value = frame.arguments.get(parameter.name)
            if value is None:
                value = parameter_value(evaluator, function, position)
            evaluator.env[parameter.name] = value
            frame.bound[parameter.name] = value
        evaluator.block(facts.body)
        if facts.is_generator and not frame.yields.value:
            declared = self.signature(function).returns
            frame.yields.add(join_all([atom.element for atom in declared if isinstance(atom, ContainerAtom)]))
        frame.in_progress = False
        frame.done = True

    def signature(self, function: ProjectFunction) -> Signature:
        """Annotations and defaults, evaluated where the function was defined."""
        if function.signature is None:
            function.signature = Signature((UNKNOWN,) * 99, (UNKNOWN,) * 99, (UNKNOWN,) * 99, UNKNOWN)
            scratch = Frame(function.module, None, {})
            evaluator = Evaluator(self, scratch, local_names=frozenset(), outer=function.outer)
            if function.cls is not None:
                evaluator.env = dict(function.cls.namespace)
            types, defaults = [], []
            for parameter in function.facts.parameters:
                types.append(evaluator.expression(parameter.annotation) if parameter.annotation else UNKNOWN)
                defaults.append(evaluator.expression(parameter.default) if parameter.default else UNKNOWN)
            returns = evaluator.expression(function.facts.returns) if function.facts.returns else UNKNOWN
            function.signature = Signature(
                tuple([self.instances(value) for value in types]),
                tuple(types),
                tuple(defaults),
                self.instances(returns),
            )
        return function.signature

    def instances(self, types: Value) -> Value:
        """Instances of what an annotation names."""
        return instances(types)

    # --- classes ---------------------------------------------------------------------------------------

    def cls(self, module: Module, facts: m.ClassFacts, outer: Frame | None) -> ProjectClass:
        key = (module.path, facts.number, outer)
        found = self.classes.get(key)
        if found is None:
            found = self.classes[key] = ProjectClass(module, facts, outer)
        return found

    def implementations(self, external: str) -> list[ProjectClass]:
        """Project classes that inherit directly from the library class `external`."""
        return self._implementations.get(external, [])

    def note_external_bases(self, cls: ProjectClass) -> None:
        """The class's library bases are known now."""
        for external in cls.own_externals:
            found = self._implementations.setdefault(external, [])
            if cls not in found and len(found) < MOST_IMPLEMENTATIONS:
                found.append(cls)

    def class_frame(self, cls: ProjectClass) -> Frame:
        """The frame in which the class body runs."""
        frame = self._class_frames.get(cls)
        if frame is None:
            frame = self._class_frames[cls] = Frame(cls.module, None, {})
        return frame

    def ensure_initialised(self, cls: ProjectClass) -> None:
        """Evaluate `__init__`, so that the attributes it assigns are known."""
        if cls in self._initialised:
            return
        self._initialised.add(cls)
        for ancestor in cls.mro:
            for atom in ancestor.namespace.get("__init__", UNKNOWN):
                if isinstance(atom, FunctionAtom) and not atom.function.frames:
                    self.evaluate(self.frame(atom.function, None, {}))

    def annotation_in_class(self, cls: ProjectClass, annotation: m.Expression) -> Value:
        """Instances of a field's annotation."""
        found = self._class_annotations.get(id(annotation))
        if found is None:
            self._class_annotations[id(annotation)] = UNKNOWN
            evaluator = Evaluator(self, Frame(cls.module, None, {}), local_names=frozenset(), outer=cls.outer)
            found = self.instances(evaluator.expression(annotation))
            self._class_annotations[id(annotation)] = found
        return found

    def types_in_class(self, cls: ProjectClass, annotation: m.Expression) -> Value:
        """What a field's annotation evaluates to, as written."""
        found = self._class_types.get(id(annotation))
        if found is None:
            self._class_types[id(annotation)] = UNKNOWN
            evaluator = Evaluator(self, Frame(cls.module, None, {}), local_names=frozenset(), outer=cls.outer)
            found = self._class_types[id(annotation)] = evaluator.expression(annotation)
        return found

    def body_frames(self) -> list[tuple[Frame, tuple[m.Statement, ...]]]:
        """The frames of module and class bodies, with their statements."""
        modules = [(frame, frame.module.facts.body) for frame in self.names.module_frames]
        return [*modules, *[(frame, cls.facts.body) for cls, frame in self._class_frames.items()]]

    def lasting_values(self) -> list[Value]:
        """What global names, class bodies and `app.state` hold: it lives as long as the process."""
        values = [cell.value for cell in self.names.cells]
        values += [cell.value for (owner, _), cell in self._states.items() if owner == "app"]
        return [*values, *[value for cls in self.classes.values() for value in cls.namespace.values()]]

    # --- other shared things -----------------------------------------------------------------------------

    def state_cell(self, owner: str, name: str) -> Cell:
        """`app.state.name` (owner "app") or `request.state.name` (owner "request")."""
        cell = self._states.get((owner, name))
        if cell is None:
            cell = self._states[(owner, name)] = Cell()
        return cell

    def register(self, registration: Registration) -> None:
        """Something was given to FastAPI. Evaluating the same place again replaces what is known."""
        work = tuple(
            [atom.function if isinstance(atom, FunctionAtom) else atom for atom in registration.work]
        )
        key = (
            registration.kind,
            registration.file,
            registration.span,
            registration.owner,
            registration.path,
            work,
        )
        if registration.methods:
            # One decorator's wrapper may stand for several endpoints, which a router of the project adds at one place.
            self.registrations.pop((*key, ()), None)
        self.registrations[*key, registration.methods] = registration
        self._note_passed(registration)

    def _note_passed(self, registration: Registration) -> None:
        """FastAPI passes the app to a lifespan and the request to handlers: their parameters need no annotation."""
        passed = fastapi_model.PASSED.get(registration.kind)
        for atom in registration.work if passed is not None else UNKNOWN:
            members: Value = (atom,)
            if isinstance(atom, ClassAtom):
                found = atom.cls.find("dispatch" if registration.kind == "middleware" else "__init__")
                members = found[1] if found is not None else UNKNOWN
            for member in members:
                if isinstance(member, FunctionAtom) and passed and not member.function.passed:
                    member.function.passed = passed
                    self._dirty.update(dict.fromkeys(f for f in member.function.frames.values() if f.done))

    def place(self, frame: Frame, span: Span) -> Place:
        return Place(frame.module.path, span)

    def place_in_call(self, frame: Frame, span: Span) -> Place:
        """As `place`, but another one in each call of the function: routers that a factory makes differ."""
        return Place(frame.module.path, span, frame.number)

    @property
    def has_configured_blocking(self) -> bool:
        return bool(self._blocking)

    def is_plain(self, atom: Atom) -> bool:
        """Whether nothing will be asked of the atom (see `plain`); the configuration may name any library's methods."""
        return not self._blocking and is_plain(atom)

    def configured_blocking(self, path: str) -> BlockingCall | None:
        """The row for a name given in the configuration's `blocking`."""
        for pattern in self._blocking:
            if path == pattern or fnmatch.fnmatchcase(path, pattern):
                return BlockingCall(path, Kind.CONFIGURED, Confidence.HIGH, "", "")
        return None

    def is_configured_offload(self, path: str) -> bool:
        return any(path == pattern or fnmatch.fnmatchcase(path, pattern) for pattern in self._offload)
