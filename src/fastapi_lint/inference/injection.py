"""What FastAPI passes for a parameter that is marked with a dependency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.diagnostics import Span
from fastapi_lint.inference import calls
from fastapi_lint.inference.frames import CallSite, Edge
from fastapi_lint.inference.values import (
    CoroutineAtom,
    GeneratorAtom,
    MarkerAtom,
    Value,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.evaluator import ExpressionEvaluator


def injected(evaluator: ExpressionEvaluator, marker: MarkerAtom, declared: Value, span: Span) -> Value:
    """What FastAPI passes for a parameter marked `Depends(provider)`: what the provider yields, returns or makes.

    The annotation (`declared`) counts only where the provider tells nothing: it can lie.
    """
    provider = marker.provider
    if not provider:
        # `Depends()` takes the annotation as the provider.
        return declared
    results: list[Value] = []
    before = len(evaluator.frame.calls)
    blocking_before = len(evaluator.frame.blocking)
    context = calls.CallContext(span, "Depends", edge=Edge.DEPENDENCY)
    for atom in provider:
        made = calls.apply(evaluator, atom, calls.Arguments([], {}), context)
        made = evaluator.await_value(made, span) if any(isinstance(a, CoroutineAtom) for a in made) else made
        results.append(
            join_all([a.frame.yields.value if isinstance(a, GeneratorAtom) else (a,) for a in made])
        )
        for made_atom in made:
            if isinstance(made_atom, GeneratorAtom):
                evaluator.frame.dependencies.append(
                    CallSite(Edge.DEPENDENCY, span, "Depends", made_atom.frame)
                )
                made_atom.frame.yields.read(evaluator.frame)
    # What FastAPI calls is not called by this frame.
    for site in evaluator.frame.calls[before:]:
        evaluator.frame.dependencies.append(CallSite(Edge.DEPENDENCY, site.span, site.text, site.target))
    del evaluator.frame.calls[before:]
    del evaluator.frame.blocking[blocking_before:]
    return join_all(results) or declared
