"""FastAPI's parameter markers on the parameters of functions."""

from __future__ import annotations

from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.values import GenericAtom, MarkerAtom


def marked_by_default(
    interpreter: Interpreter, function: ProjectFunction, position: int
) -> MarkerAtom | None:
    """The marker that is the parameter's default, as in `user=Depends(current_user)`."""
    for atom in interpreter.signature(function).defaults[position]:
        if isinstance(atom, MarkerAtom):
            return atom
    return None


def marked_by_annotation(
    interpreter: Interpreter, function: ProjectFunction, position: int
) -> MarkerAtom | None:
    """The marker in the parameter's annotation, as in `user: Annotated[User, Depends(current_user)]`."""
    for generic in interpreter.signature(function).types[position]:
        if isinstance(generic, GenericAtom):
            for argument in generic.arguments[1:]:
                for atom in argument:
                    if isinstance(atom, MarkerAtom):
                        return atom
    return None
