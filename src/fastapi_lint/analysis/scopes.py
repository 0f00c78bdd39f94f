"""Which function a line stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts.model import FunctionFacts

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class Scopes:
    """The functions around lines, by their qualified names; "" outside of all."""

    def __init__(self, program: Program) -> None:
        self._modules = program.interpreter.project.modules
        self._by_path: dict[str, list[tuple[int, int, str]]] = {}

    def at(self, path: str, line: int) -> str:
        """The innermost function around the line, its decorators included; a lambda belongs to what is around it."""
        if path not in self._by_path:
            module = self._modules.get(path)
            functions = module.facts.functions if module is not None else ()
            # The latest to begin is the innermost one, for functions do not overlap.
            self._by_path[path] = sorted(
                (
                    (_first_line(one), one.end_line, one.qualname)
                    for one in functions
                    if one.name != "<lambda>"
                ),
                reverse=True,
            )
        return next((name for first, last, name in self._by_path[path] if first <= line <= last), "")


def _first_line(function: FunctionFacts) -> int:
    # A decorator that is a mere name has no place of its own.
    spans = [span for one in function.decorators if isinstance(span := getattr(one, "span", None), Span)]
    return min(span.line for span in (function.span, *spans))
