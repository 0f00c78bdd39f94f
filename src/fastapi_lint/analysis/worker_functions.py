"""Functions that a worker of a job queue runs, as its settings class names them: no request waits for these."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.values import ContainerAtom, ExternalAtom, FunctionAtom, Value
from fastapi_lint.knowledge.hand_overs import WORKER_FIELDS, WORKER_MARKS, WORKER_WRAPPERS


def worker_frames(interpreter: Interpreter) -> set[Frame]:
    """The frames of the functions that the project's settings classes of `arq` name."""
    functions: set[ProjectFunction] = set()
    for cls in interpreter.classes.values():
        if _is_settings(cls):
            functions.update(_functions(interpreter, cls))
    if not functions:
        return set()
    return {frame for frame in interpreter.frames if frame.function in functions}


def _is_settings(cls: ProjectClass) -> bool:
    names = cls.namespace.keys()
    is_named = "redis_settings" in names or cls.name.endswith("WorkerSettings")
    return is_named and not WORKER_MARKS.isdisjoint(names)


def _functions(interpreter: Interpreter, cls: ProjectClass) -> Iterator[ProjectFunction]:
    for name in WORKER_FIELDS:
        yield from _functions_in(cls.namespace.get(name, ()))
    frame = interpreter.class_frame(cls)
    for node in walk(cls.facts.body):
        if isinstance(node, m.Call) and node.arguments:
            callee = frame.value_of(node.function)
            if any(isinstance(atom, ExternalAtom) and atom.path in WORKER_WRAPPERS for atom in callee):
                yield from _functions_in(frame.value_of(node.arguments[0].value))


def _functions_in(value: Value) -> Iterator[ProjectFunction]:
    for atom in value:
        if isinstance(atom, FunctionAtom):
            yield atom.function
        elif isinstance(atom, ContainerAtom):
            for inner in (atom.element, *atom.items):
                yield from _functions_in(inner)
