"""Dependencies with `yield`: clean-up that an exception of the endpoint skips."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi_lint.analysis.resources.bodies import Bodies, Body
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.rendering import render

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_CLEANS = re.compile(
    r"(^|_)(a?close(d|all)?|release|disconnect|dispose|shutdown|stop|terminate|quit|clean_?up|tear_?down|unlink|rmtree"
    r"|logout|unbind|destroy|rollback|unlock|finalize)($|_)"
)
"""Names of calls that give something back."""


class SkippedCleanUp(NamedTuple):
    """In the dependency `function`, `text` stands after a bare `yield`."""

    path: str
    span: Span
    text: str
    function: str
    routes: tuple[str, ...]


def answers(program: Program) -> Iterator[SkippedCleanUp]:
    """One for each such dependency, by file and line."""
    frames = {entry.frame for entry in program.entries if entry.kind == "dependency"}
    for frame in program.interpreter.frames:
        frames |= {site.target for site in frame.dependencies}
    functions: dict[ProjectFunction, tuple[str, ...]] = {}
    for frame in frames:
        function = frame.function
        if (
            function is not None
            and function.facts.is_generator
            and not function.is_manager
            and not frame.module.is_test
        ):
            functions[function] = tuple(
                dict.fromkeys((*functions.get(function, ()), *program.reach.routes_of(frame)))
            )
    bodies = program.answers(Bodies)[0]
    ordered = sorted(functions, key=lambda f: (f.module.path, f.facts.span))
    seen: set[tuple[str, Span]] = set()
    for function in ordered:
        call = skipped(bodies.of(function.facts.body))
        if call is not None and (function.module.path, call.span) not in seen:
            seen.add((function.module.path, call.span))
            yield SkippedCleanUp(
                function.module.path,
                call.span,
                render(call.function),
                function.facts.qualname,
                functions[function],
            )


def skipped(body: Body) -> m.Call | None:
    """The first clean-up call that an exception thrown in at a `yield` skips."""
    calls = [call for one in body.yields for call in _after(body, one)]
    return min(calls, key=lambda call: call.span) if calls else None


def _after(body: Body, node: m.Yield) -> Iterator[m.Call]:
    """Clean-up calls that run after `node` in the normal flow alone."""
    entered: set[str] = set()
    for parent, child in [*body.ancestors(node), (None, None)]:
        block = body.statements if parent is None else _block_with(parent, child)
        if parent is None:
            chain = [one for one, _ in body.ancestors(node)]
            child = chain[-1] if chain else node
        if isinstance(parent, m.With):
            entered |= {item.target.id for item in parent.items if isinstance(item.target, m.Name)}
        for call in _clean_ups(_following(block, child)):
            if not (isinstance(call.function, m.Attribute) and render(call.function.value) in entered):
                yield call
        if isinstance(parent, m.Try) and any(child is one for one in parent.body) and _goes_on(parent):
            return


def _block_with(parent: Any, child: Any) -> Sequence[m.Statement]:
    for field in parent:
        if (
            isinstance(field, tuple)
            and any(one is child for one in field)
            and not isinstance(parent, m.Display)
        ):
            return field
    return ()


def _following(block: Sequence[m.Statement], child: Any) -> Sequence[m.Statement]:
    index = next((index for index, one in enumerate(block) if one is child), None)
    return () if index is None else block[index + 1 :]


def _clean_ups(statements: Sequence[m.Statement]) -> Iterator[m.Call]:
    for statement in statements:
        if isinstance(statement, (m.Return, m.Raise)):
            return
        for node in walk(statement):
            if isinstance(node, m.Call):
                text = render(node.function)
                if text == "os.remove" or _CLEANS.search(text.rpartition(".")[2]):
                    yield node


def _goes_on(statement: m.Try) -> bool:
    """Whether a handler takes any exception, and the code after the `try` runs."""
    for handler in statement.handlers:
        name = render(handler.type) if handler.type is not None else "Exception"
        if name in ("Exception", "BaseException"):
            return not any(isinstance(node, (m.Raise, m.Return)) for node in walk(handler.body))
    return False
