"""The route table: apps, routers, prefixes and dependencies resolved across modules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.entry_points import EntryPoint, dependency_frames, routers_in
from fastapi_lint.analysis.router_dependencies import RouterDependencies
from fastapi_lint.diagnostics import Span
from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.interpreter import MOST_FRAMES, Interpreter
from fastapi_lint.inference.values import ClassAtom, FunctionAtom, OffloadedAtom, PartialAtom, Place, Value
from fastapi_lint.knowledge.fastapi_api import HTTP_METHODS

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

DEEPEST_NESTING = 20


class DependencyUse(NamedTuple):
    """A dependency of a route: its name and where it runs."""

    name: str
    context: str


class Route(NamedTuple):
    """One route as the running application would list it.

    `path` is the full path, prefixes included; a part that is not known is shown as `{?}`. `handler` is `module:function`.
    `is_served` is True when it belongs to an app, not only to a router that nothing known includes. `chain` holds the mounts and
    includes, outermost first, by which the route's router belongs to the app.
    """

    methods: tuple[str, ...]
    path: str
    kind: str
    handler: str
    file: str
    span: Span
    context: str
    dependencies: tuple[DependencyUse, ...]
    app: str
    frames: tuple[Frame, ...]
    dependency_frames: tuple[Frame, ...]
    registration: Registration
    is_served: bool
    chain: tuple[Registration, ...]


class RouteTable:
    """All routes of the project, by path."""

    def __init__(self, interpreter: Interpreter, entries: list[EntryPoint]) -> None:
        self.interpreter = interpreter
        self._made: dict[Place, Registration] = {}
        self._included: dict[Place, list[tuple[Place, Registration]]] = defaultdict(list)
        self._sole_app = _sole_app(interpreter)
        for registration in interpreter.registrations.values():
            if registration.kind == "router" and registration.owner is not None:
                other = self._made.get(registration.owner)
                # A subclass is made without a prefix, and then `super().__init__(prefix=...)` says which.
                if other is None or registration.path != "" or not other.path:
                    self._made[registration.owner] = registration
            elif registration.kind in ("include", "mount"):
                parent = self._owner(registration)
                if parent is not None:
                    for child in routers_in(registration.work):
                        self._included[child].append((parent, registration))
        self._keep_likeliest()
        self._dependencies = RouterDependencies(
            interpreter.registrations.values(),
            {id(one): self._owner(one) for one in interpreter.registrations.values()},
            {
                place
                for place in self._made
                if self._is_served_as_it_is(place) and not self._is_of_tests(place)
            },
        )
        every = dependency_frames(interpreter, self._dependencies.of_every_request)
        self.every_request_frames = frozenset(frame for frame, _ in every)
        """The dependencies of whole applications: every request runs them, whatever its route."""
        handlers: dict[int, list[EntryPoint]] = defaultdict(list)
        for entry in entries:
            if entry.kind in ("route", "websocket"):
                handlers[id(entry.registration)].append(entry)
        routes: list[Route] = []
        for registration in interpreter.registrations.values():
            if registration.kind in ("route", "websocket") and _says_something(registration):
                routes += self._routes(registration, handlers[id(registration)])
        self.routes: tuple[Route, ...] = tuple(
            sorted(self._sure(routes), key=lambda r: (r.path, r.methods, r.file, r.span))
        )

    def _keep_likeliest(self) -> None:
        """Settle which router is meant where an include may mean one of several that one place makes.

        Where a base class makes the router, each subclass has its own, and the base class seems to have another, which
        every include may mean as well: the one that is rarest belongs to the include.
        """
        groups: dict[tuple[int, Place], list[Place]] = defaultdict(list)
        for child, parents in self._included.items():
            for _, registration in parents:
                groups[(id(registration), child._replace(maker=0))].append(child)
        times = {child: len(parents) for child, parents in self._included.items()}
        for (include, _), children in groups.items():
            least = min(times[child] for child in children)
            for child in children:
                if times[child] > least:
                    self._included[child] = [one for one in self._included[child] if id(one[1]) != include]

    def _sure(self, routes: list[Route]) -> Iterator[Route]:
        """Routes without those that a better known one explains.

        A function that adds routes is evaluated with and without its arguments, and an app may be made several times: of the
        routes added at one place, those of an app count more than those of a router that nobody includes, and those more than
        those of an unknown owner.
        """
        by_place: dict[tuple[str, Span], list[Route]] = defaultdict(list)
        for route in routes:
            by_place[(route.file, route.span)].append(route)
        for group in by_place.values():
            is_served = any(route.is_served for route in group)
            by_chain: dict[tuple[object, ...], list[Route]] = defaultdict(list)
            for route in group:
                if route.is_served or not is_served:
                    by_chain[tuple([(r.file, r.span) for r in route.chain])].append(route)
            known = [chain for chain, alike in by_chain.items() if _is_any_known(alike)]
            for chain, alike in by_chain.items():
                is_known = _is_any_known(alike)
                if not is_known and any(
                    len(one) > len(chain) and one[-len(chain) :] == chain for one in known
                ):
                    continue  # the same includes, seen without the application that they belong to
                seen: set[object] = set()
                for route in alike:
                    key = (route.path, route.methods, route.handler)
                    if key not in seen and ("{?}" not in route.path or not is_known):
                        seen.add(key)
                        yield route

    def _routes(self, registration: Registration, entries: list[EntryPoint]) -> Iterator[Route]:
        frames = tuple([entry.frame for entry in entries])
        for prefix, markers, top, chain in self._positions(self._owner(registration), registration):
            path = prefix + ("{?}" if registration.path is None else registration.path)
            all_markers = (*markers, *registration.dependencies)
            shared = list(dependency_frames(self.interpreter, all_markers))
            own = [(site.target, _context(site.target)) for frame in frames for site in frame.dependencies]
            uses = [
                DependencyUse(f"{f.module.name}:{f.name}", str(context)) for f, context in (*shared, *own)
            ]
            made = self._made.get(top) if top is not None else None
            yield Route(
                methods=_methods_of_class(registration) or registration.methods,
                path=path or "/",
                kind="http" if registration.kind == "route" else "websocket",
                handler=_handler(registration, frames),
                file=registration.file,
                span=registration.span,
                context=str(entries[0].context) if entries else "?",
                dependencies=tuple(dict.fromkeys(uses)),
                app=_name(self.interpreter, top) if top is not None else "?",
                frames=frames,
                dependency_frames=tuple([frame for frame, _ in shared]),
                registration=registration,
                is_served=made is not None and made.is_app,
                chain=chain,
            )

    def _owner(self, registration: Registration) -> Place | None:
        """The app or router concerned; "an application" (`def add_routes(app: FastAPI)`) is the project's only one."""
        if registration.owner is not None or not registration.is_app:
            return registration.owner
        # No application is mounted into itself: where the only one is mounted, the outer one is somebody else's.
        return None if self._sole_app in routers_in(registration.work) else self._sole_app

    def _is_of_tests(self, place: Place) -> bool:
        return self.interpreter.project.modules[place.path].is_test

    def _is_served_as_it_is(self, owner: Place) -> bool:
        """Whether the routes appear without a prefix of others.

        Where an application is mounted is often a matter of deployment; without that it is served as it is.
        """
        made, parents = self._made.get(owner), self._included.get(owner, [])
        return not parents or (made is not None and made.is_app and all(r.path is None for _, r in parents))

    def _positions(
        self, owner: Place | None, added: Registration, inside: tuple[Place, ...] = ()
    ) -> Iterator[tuple[str, Value, Place | None, tuple[Registration, ...]]]:
        """The prefixes (with their dependencies, app and chain) under which appears what was `added` to a router."""
        if owner is None or len(inside) > DEEPEST_NESTING:
            yield "", (), None, ()
            return
        made = self._made.get(owner)
        own_prefix = ("{?}" if made.path is None else made.path) if made is not None else ""
        own_markers = made.dependencies if made is not None else ()
        own_markers = (*own_markers, *self._dependencies.appended_before(owner, added))
        inside = (*inside, owner)
        parents = [one for one in self._included.get(owner, []) if one[0] not in inside]
        if not parents or self._is_served_as_it_is(owner):
            yield own_prefix, own_markers, owner, ()
            return
        for parent, registration in parents:
            extra = "{?}" if registration.path is None else registration.path
            for prefix, markers, top, chain in self._positions(parent, registration, inside):
                # A mounted application has nothing of the one around it.
                of_parent = () if registration.kind == "mount" else (*markers, *registration.dependencies)
                all_markers = (*of_parent, *own_markers)
                yield prefix + extra + own_prefix, all_markers, top, (*chain, registration)


def _is_any_known(routes: list[Route]) -> bool:
    return any("{?}" not in route.path for route in routes)


def _sole_app(interpreter: Interpreter) -> Place | None:
    """The one place outside of tests at which the project makes an application."""
    places = {
        registration.owner._replace(maker=0): registration.owner
        for registration in interpreter.registrations.values()
        if registration.kind == "router"
        and registration.is_app
        and registration.owner is not None
        and not interpreter.project.modules[registration.file].is_test
    }
    return next(iter(places.values())) if len(places) == 1 else None


def endpoint_functions(table: RouteTable) -> dict[ProjectFunction, list[Route]]:
    """The functions that routes run, each with its routes: as registered, so a decorator's wrapper stands for what it wraps."""
    found: dict[ProjectFunction, list[Route]] = defaultdict(list)
    for route in table.routes:
        for function in dict.fromkeys(functions_in(route.registration.work)):
            if not _is_shared_wrapper(function):
                found[function].append(route)
    return found


def functions_in(value: Value) -> Iterator[ProjectFunction]:
    """The project's functions that a value is, through partials and hand-overs."""
    for atom in value:
        if isinstance(atom, FunctionAtom):
            yield atom.function
        elif isinstance(atom, PartialAtom):
            yield from functions_in((atom.function,))
        elif isinstance(atom, OffloadedAtom):
            yield from functions_in(atom.function)


def _is_shared_wrapper(function: ProjectFunction) -> bool:
    """A decorator used so often that its calls are no longer told apart: its wrapper may stand for any function."""
    outer = function.outer
    return (
        outer is not None
        and outer.function is not None
        and len(outer.function.frames) >= MOST_FRAMES
        and not outer.arguments
    )


def _says_something(registration: Registration) -> bool:
    """Whether it is more than a router of the project that passes everything on to its base class."""
    return bool(registration.work) or registration.path is not None


def _methods_of_class(registration: Registration) -> tuple[str, ...]:
    """The methods that a class-based view answers."""
    classes = [atom.cls for atom in registration.work if isinstance(atom, ClassAtom)]
    if not classes or registration.kind != "route":
        return ()
    return tuple(sorted(name.upper() for name in HTTP_METHODS if any(cls.find(name) for cls in classes)))


def _handler(registration: Registration, frames: tuple[Frame, ...]) -> str:
    """The function as its author knows it: what a decorator wraps, not the wrapper; a class-based view by its class."""
    for atom in registration.work:
        if isinstance(atom, ClassAtom):
            return f"{atom.cls.module.name}:{atom.cls.facts.qualname}"
    for frame in frames:
        if frame.function is not None:
            function = unwrapped(frame.function)
            return f"{function.module.name}:{function.facts.qualname}"
    return "?"


def unwrapped(function: ProjectFunction) -> ProjectFunction:
    """What a decorator's wrapper stands for; the function itself where it is no wrapper."""
    for _ in range(DEEPEST_NESTING):
        inner = [*functions_in(function.wrapped)]
        if not inner and function.outer is not None and function.facts.parent_class is None:
            given = [one for value in function.outer.arguments.values() for one in functions_in(value)]
            inner = given if _is_decorator(function.outer) else []
        if not inner:
            return function
        function = inner[0]
    return function


def _is_decorator(frame: Frame) -> bool:
    """Whether the frame's function takes one function and returns another."""
    return any(isinstance(atom, FunctionAtom) for atom in frame.result.value)


def _context(frame: Frame) -> str:
    is_class = frame.function is not None and frame.name.endswith("__init__")
    return "event loop" if frame.is_async and not is_class else "threadpool"


def _name(interpreter: Interpreter, place: Place) -> str:
    module = interpreter.project.modules.get(place.path)
    return f"{module.name if module else place.path}:{place.span.line}"


def answers(program: Program) -> tuple[Route, ...]:
    """Every route of the project."""
    return program.table.routes
