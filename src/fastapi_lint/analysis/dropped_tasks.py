"""Tasks that are made and that nobody holds on to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.resources.bodies import Bodies, Body
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import last_name, render
from fastapi_lint.inference.values import ExternalAtom, MemberAtom

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_FUNCTIONS = frozenset(
    {
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.tasks.create_task",
        "asyncio.tasks.ensure_future",
    }
)
_LOOP_NAMES = ("loop", "get_running_loop()", "get_event_loop()", "new_event_loop()")


class DroppedTask(NamedTuple):
    """At `span`, `text` makes a task of `work` that is dropped, or bound to `name` and never used again."""

    path: str
    span: Span
    text: str
    work: str
    name: str
    function: str
    routes: tuple[str, ...]


def answers(program: Program) -> Iterator[DroppedTask]:
    """Every dropped task outside of tests, by file and line."""
    bodies = program.answers(Bodies)[0]
    found: dict[tuple[str, Span], DroppedTask] = {}
    blocks = [(frame, bodies.of(statements)) for frame, statements in program.interpreter.body_frames()]
    for frame in program.interpreter.frames:
        assert frame.function is not None
        blocks.append((frame, bodies.of(frame.function.facts.body)))
    for frame, body in blocks:
        if frame.module.is_test:
            continue
        for call in body.calls:
            if not _makes_task(frame, call):
                continue
            name = _dropped(frame, body, call, bodies)
            if name is None or body.is_guarded_main(call):
                continue
            work = render(call.arguments[0].value) if call.arguments else "..."
            routes = program.reach.routes_of(frame)
            key = (frame.module.path, call.span)
            old = found.get(key)
            if old is None or len(routes) > len(old.routes):
                found[key] = DroppedTask(*key, render(call.function), work, name, frame.name, routes)
    yield from [found[key] for key in sorted(found)]


def _makes_task(frame: Frame, call: m.Call) -> bool:
    if last_name(call.function) not in ("create_task", "ensure_future"):
        return False
    callee = frame.value_of(call.function)
    if not callee:
        text = render(call.function)
        owner = text.rpartition(".")[0]
        return text.endswith(".create_task") and owner.rpartition(".")[2].endswith(_LOOP_NAMES)
    return all(
        (isinstance(atom, ExternalAtom) and atom.path in _FUNCTIONS)
        or (
            isinstance(atom, MemberAtom)
            and atom.chain == "create_task"
            and atom.owner.type.rpartition(".")[2].endswith("Loop")
        )
        for atom in callee
    )


def _dropped(frame: Frame, body: Body, call: m.Call, bodies: Bodies) -> str | None:
    """ "" when the task is dropped at once, the name when it is bound to one in vain; None when it is kept."""
    parent = body.parent(call)
    if isinstance(parent, m.Evaluate):
        return ""
    if not isinstance(parent, m.Assign) or len(parent.targets) != 1 or frame.function is None:
        return None
    target = parent.targets[0]
    if not isinstance(target, m.Name) or target.id not in frame.function.facts.locals:
        return None
    for node in body.names.get(target.id, ()):
        used_by = body.parent(node)
        if not (isinstance(used_by, m.Assign) and any(node is one for one in used_by.targets)):
            return None
    functions = frame.module.facts.functions
    if any(target.id in bodies.of(functions[index].body).names for index in body.functions):
        return None
    return target.id
