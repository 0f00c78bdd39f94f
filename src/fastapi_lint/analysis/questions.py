"""Which function answers which question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fastapi_lint.facts.unreadable import Unreadable

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

Answerer = Callable[["Program"], Iterable[Any]]


def answerer(question: type[Any]) -> Answerer:
    """The function that answers `question`: `answers` in the module that defines the type, by convention.

    A module with several questions names its functions `answers_<type name in lower case>`.
    """
    if question is Unreadable:
        return lambda program: program.unreadable
    module = import_module(question.__module__)
    specific = getattr(module, f"answers_{question.__name__.lower()}", None)
    found: Answerer = specific or module.answers
    return found
