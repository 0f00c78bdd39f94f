"""Which functions of a project are evaluated, and in which order."""

from __future__ import annotations

from typing import Any

from fastapi_lint.facts import model as m
from fastapi_lint.inference import models
from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.values import ContainerAtom, FunctionAtom, MarkerAtom, ObjectAtom, Value
from fastapi_lint.project.modules import Module

_WEB = frozenset(
    {
        "fastapi",
        "starlette",
        "asyncio",
        "anyio",
        "concurrent",
        "threading",
        "asgiref",
        "uvloop",
        "trio",
        "click",
        "typer",
    }
)


def evaluate_project(interpreter: Interpreter) -> None:
    """Evaluate every module, every function that FastAPI or an event loop may run, and what they call."""
    for path in sorted(interpreter.project.modules):
        interpreter.names.ensure_module(interpreter.project.modules[path])
    interpreter.settle()
    for path in sorted(interpreter.project.modules):
        module = interpreter.project.modules[path]
        is_web = _is_web(interpreter.project.modules[path])
        for facts in module.facts.functions:
            if facts.parent_function is not None or facts.name == "<lambda>":
                continue
            if facts.is_async or is_web:
                function = interpreter.top_function(module, facts)
                if function is not None and not function.frames:
                    interpreter.evaluate(interpreter.frame(function, None, {}))
    _evaluate_wrappers(interpreter)
    interpreter.settle()
    _evaluate_nested(interpreter)
    interpreter.settle()
    for registration in list(interpreter.registrations.values()):
        _evaluate_registered(interpreter, registration)
    interpreter.settle()
    for registration in list(interpreter.registrations.values()):
        interpreter.model_runs += dict.fromkeys(models.runs(interpreter, registration))
    for run in interpreter.model_runs:
        interpreter.evaluate(run.frame)
    interpreter.settle()


def _evaluate_wrappers(interpreter: Interpreter) -> None:
    """What decorators put in the place of functions: their callers are often not of the project."""
    values = [cell.value for cell in interpreter.names.cells]
    values += [value for cls in list(interpreter.classes.values()) for value in list(cls.namespace.values())]
    for value in values:
        for atom in value:
            if (
                isinstance(atom, FunctionAtom)
                and atom.function.outer is not None
                and not atom.function.frames
            ):
                interpreter.evaluate(interpreter.frame(atom.function, atom.receiver, {}))


def _evaluate_nested(interpreter: Interpreter) -> None:
    """Async functions inside others that only leave as values: handlers, wrappers, callbacks."""
    for function in list(interpreter.functions.values()):
        if function.outer is not None and function.facts.is_async and not function.frames:
            interpreter.evaluate(interpreter.frame(function, None, {}))


def _is_web(module: Module) -> bool:
    """Whether a module imports what runs functions on loops, in threads or for requests.

    Its plain functions may then register endpoints, hand work over or start a loop of their own.
    """
    return any(
        isinstance(statement, m.Import) and statement.module.partition(".")[0] in _WEB
        for statement in module.facts.body
    )


def _evaluate_registered(interpreter: Interpreter, registration: Registration) -> None:
    for atom in registration.work:
        for frame in interpreter.entry_frames(atom, registration.kind):
            interpreter.evaluate(frame)
            if registration.kind == "lifespan":
                _fill_request_state(interpreter, frame.yields.value)
            if registration.kind == "route class":
                for made in frame.result.value:
                    for handler in interpreter.entry_frames(made):
                        interpreter.evaluate(handler)
    for atom in registration.dependencies:
        if isinstance(atom, MarkerAtom):
            for provider in atom.provider:
                for frame in interpreter.entry_frames(provider):
                    interpreter.evaluate(frame)


def _fill_request_state(interpreter: Interpreter, yielded: Value) -> None:
    """`yield {"client": client}` in a lifespan: what `request.state.client` is."""
    for atom in yielded:
        pairs: list[tuple[Any, Value]] = []
        if isinstance(atom, ContainerAtom):
            pairs = list(zip(atom.keys, atom.items, strict=False))
        elif isinstance(atom, ObjectAtom):
            pairs = [(name, cell.value) for name, cell in atom.cls.attributes.items()]
        for name, value in pairs:
            if isinstance(name, str):
                interpreter.add_to(interpreter.state_cell("request", name), value)
