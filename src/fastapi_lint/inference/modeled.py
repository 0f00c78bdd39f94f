"""Which library callables have a model: a function that says what they call and what they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi_lint.inference.values import Value

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.evaluator import ExpressionEvaluator

Model = Callable[["ExpressionEvaluator", "Arguments", "CallContext"], Value]
MODELS: dict[str, Model] = {}


def model(*paths: str) -> Callable[[Model], Model]:
    """Register the model of the callables `paths`."""

    def register(function: Model) -> Model:
        for path in paths:
            MODELS[path] = function
        return function

    return register
