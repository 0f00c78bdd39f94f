"""Parameters about which a call says nothing: what FastAPI injects, what is declared, what is the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.inference import injection
from fastapi_lint.inference.values import ClassAtom, GenericAtom, InstanceAtom, MarkerAtom, Value, join_all

if TYPE_CHECKING:
    from fastapi_lint.inference.evaluator import ExpressionEvaluator
    from fastapi_lint.inference.functions import ProjectFunction


def parameter_value(evaluator: ExpressionEvaluator, function: ProjectFunction, position: int) -> Value:
    """The value of a parameter about which the call says nothing."""
    signature = evaluator.interpreter.signature(function)
    declared = signature.annotations[position]
    parameter = function.facts.parameters[position]
    markers = [a for a in signature.defaults[position] if isinstance(a, MarkerAtom)]
    markers = markers or [
        atom
        for generic in signature.types[position]
        if isinstance(generic, GenericAtom)
        for argument in generic.arguments[1:]
        for atom in argument
        if isinstance(atom, MarkerAtom)
    ]
    for marker in markers:
        if marker.kind in ("Depends", "Security"):
            if not marker.provider:
                written = signature.types[position]
                first = [g.arguments[:1] for g in written if isinstance(g, GenericAtom)]
                written = join_all([written, *[value for values in first for value in values]])
                types = tuple([a for a in written if isinstance(a, ClassAtom)])
                if types:
                    marker = marker._replace(provider=types)
            return injection.injected(evaluator, marker, declared, parameter.span)
    if parameter.kind == "*":
        return evaluator.container("tuple", declared)
    if parameter.kind == "**":
        return evaluator.container("dict", declared)
    known = declared or signature.defaults[position]
    place = position - (function.cls is not None and function.kind != "staticmethod")
    if not known and 0 <= place < len(function.passed):
        return (InstanceAtom(function.passed[place]),)
    return known
