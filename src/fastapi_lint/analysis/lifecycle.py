"""Start-up and shutdown handlers: where they are registered, and whether they ever run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.diagnostics import Span
from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.values import ConstantAtom, FunctionAtom, Place, Value

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class EventHandler(NamedTuple):
    """`handler` is registered for `event` ("startup" or "shutdown") by `on_event` or `add_event_handler` at `span`.

    `ignored`: the application has a lifespan, so the handler never runs.
    """

    path: str
    span: Span
    event: str
    handler: str
    ignored: bool


def answers(program: Program) -> Iterator[EventHandler]:
    """Every such handler, by file and line."""
    registrations = program.interpreter.registrations.values()
    modules = program.interpreter.project.modules
    lifespans = {
        one.owner: one.work for one in registrations if one.kind == "lifespan" and one.owner is not None
    }
    apps = [
        one.owner
        for one in registrations
        if one.kind == "router" and one.is_app and one.owner is not None and not modules[one.file].is_test
    ]
    seen: set[tuple[str, Span]] = set()
    for one in sorted(registrations, key=lambda r: (r.file, r.span)):
        key = (one.file, one.span)
        if (
            one.kind not in ("startup", "shutdown")
            or key in seen
            or modules[one.file].is_test
            or _is_argument(one)
        ):
            continue
        seen.add(key)
        yield EventHandler(one.file, one.span, one.kind, _name(one.work), _is_ignored(one, apps, lifespans))


def _is_argument(registration: Registration) -> bool:
    """Whether the handler came as `on_startup=` of the application itself."""
    owner = registration.owner
    return owner is not None and (owner.path, owner.span) == (registration.file, registration.span)


def _is_ignored(one: Registration, apps: list[Place], lifespans: dict[Place, Value]) -> bool:
    if one.owner is not None:
        return one.owner in apps and _is_certain(lifespans.get(one.owner, ()))
    # The handler is registered on "an application": on one with a lifespan if all of them have one.
    return bool(apps) and all(_is_certain(lifespans.get(app, ())) for app in apps)


def _is_certain(lifespan: Value) -> bool:
    """Whether the value is surely a lifespan, not None."""
    return bool(lifespan) and not any(isinstance(atom, ConstantAtom) for atom in lifespan)


def _name(work: Value) -> str:
    return next((atom.function.facts.name for atom in work if isinstance(atom, FunctionAtom)), "")
