"""What FastAPI's API means: which callables are registered where, and what requests and state give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference import calls, iteration
from fastapi_lint.inference.frames import Edge
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    DecoratorAtom,
    ExternalAtom,
    FunctionAtom,
    InstanceAtom,
    MarkerAtom,
    ObjectAtom,
    Place,
    Value,
    join_all,
)
from fastapi_lint.knowledge import fastapi_api as api

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.evaluator import ExpressionEvaluator
    from fastapi_lint.project.modules import Module

PLACED = (api.APP, api.ROUTER)
"""Classes whose instances have an identity: routes belong to one of them."""

_ROUTES = {
    f"{module}.routing.{name}": kind
    for module in ("starlette", "fastapi")
    for name, kind in {
        "Route": "route",
        "APIRoute": "route",
        "WebSocketRoute": "websocket",
        "Mount": "mount",
    }.items()
}
"""Routes made by hand, for `FastAPI(routes=[...])`: the first argument is the path, the second the work."""

PASSED = {
    "lifespan": (api.APP,),
    "middleware": (api.REQUEST,),
    "exception handler": (api.REQUEST,),
}
"""The arguments that FastAPI passes by position, by the kind of registration."""

DECORATORS = frozenset({"route", "middleware", "exception handler", "event"})


class Registration(NamedTuple):
    """One callable (or router) given to FastAPI.

    `kind`: "route", "websocket", "include", "mount", "middleware", "exception handler", "startup", "shutdown", "lifespan",
    "dependency" (router-wide), "router" (the making of an app or router: `path` is its prefix).
    "route class", "openapi", "dependencies" (added to those of a router that was made).
    `owner` is the app or router, None if unknown (`is_app` then says whether it is an app); `path` is the route path or prefix, None if unknown.
    `response_model` is None where the route does not name one. `is_plain`: a route of Starlette, which gets the request alone.
    """

    kind: str
    owner: Place | None
    work: Value
    file: str
    span: Span
    path: str | None = None
    methods: tuple[str, ...] = ()
    dependencies: Value = UNKNOWN
    is_app: bool = False
    response_model: Value | None = None
    response_class: Value = UNKNOWN
    is_plain: bool = False


def text_of(value: Value, default: str | None = None) -> str | None:
    """The one string that a value is."""
    texts = [atom.value for atom in value if isinstance(atom, ConstantAtom)]
    return texts[0] if len(texts) == 1 and isinstance(texts[0], str) else default


def elements(value: Value) -> Value:
    """All elements of the lists and tuples in `value`."""
    return join_all(
        [join_all([*atom.items, atom.element]) for atom in value if isinstance(atom, ContainerAtom)]
    )


def _register(evaluator: ExpressionEvaluator, registration: Registration) -> None:
    evaluator.interpreter.register(registration)


def attribute(evaluator: ExpressionEvaluator, atom: InstanceAtom, name: str) -> Value | None:
    """Attributes of apps, requests and state; None when FastAPI has nothing to say."""
    if atom.type in (api.APP, api.REQUEST, api.WEBSOCKET):
        if name == "state":
            return (InstanceAtom(api.STATE, None, "app" if atom.type == api.APP else "request"),)
        if name == "app" and atom.type != api.APP:
            return (InstanceAtom(api.APP),)
        if name == "router" and atom.type == api.APP:
            return (InstanceAtom(api.APP, atom.place),)
    if atom.type == api.STATE:
        return evaluator.interpreter.state_cell(atom.detail, name).read(evaluator.frame)
    if atom.type == "fastapi.UploadFile" and name == "file":
        return (InstanceAtom("tempfile.SpooledTemporaryFile"),)
    if atom.type == "fastapi_sqlalchemy.db" and name == "session":
        return (InstanceAtom("sqlalchemy.orm.Session"),)
    return None


def set_attribute(evaluator: ExpressionEvaluator, atom: InstanceAtom, name: str, value: Value) -> None:
    if atom.type == api.STATE:
        interpreter = evaluator.interpreter
        interpreter.add_to(interpreter.state_cell(atom.detail, name), value)
    elif atom.type == api.APP and name == "openapi":
        for made in value:
            if isinstance(made, FunctionAtom):
                span = made.function.facts.span
                _register(
                    evaluator, Registration("openapi", atom.place, (made,), evaluator.module.path, span)
                )
    elif atom.type == api.APP and name == "lifespan_context":
        for made in value:
            if isinstance(made, FunctionAtom) and not _reads_attribute(made.function.module, name):
                span = made.function.facts.span
                _register(
                    evaluator, Registration("lifespan", atom.place, (made,), evaluator.module.path, span)
                )


def _reads_attribute(module: Module, name: str) -> bool:
    """Whether the module reads an attribute so called: a lifespan that wraps the one that it replaces."""
    bodies = (module.facts.body, *[function.body for function in module.facts.functions])
    nodes = [node for body in bodies for node in walk(body)]
    written = {id(target) for node in nodes if isinstance(node, m.Assign) for target in node.targets}
    return any(
        isinstance(node, m.Attribute) and node.attribute == name and id(node) not in written for node in nodes
    )


def call_path(
    evaluator: ExpressionEvaluator, path: str, arguments: Arguments, context: CallContext
) -> Value | None:
    """Call FastAPI's own classes and functions."""
    marker = api.MARKERS.get(path)
    if marker is not None:
        place = evaluator.interpreter.place(evaluator.frame, context.span)
        _note_marker_of_call(evaluator, place, context)
        return (
            MarkerAtom(
                marker,
                arguments.get(0, "dependency") if marker in ("Depends", "Security") else UNKNOWN,
                place,
            ),
        )
    canonical = api.CANONICAL.get(path, path)
    if canonical in PLACED:
        place = evaluator.interpreter.place_in_call(evaluator.frame, context.span)
        constructed(evaluator, (canonical,), place, arguments, context)
        return (InstanceAtom(canonical, place),)
    if path in api.RESPONSES_OF_ITERATORS:
        iteration.iterate_elsewhere(evaluator, arguments.get(0, "content"), context, Edge.DETACHED)
        return (InstanceAtom(path),)
    if path in api.BACKGROUND_TASK:
        _background(evaluator, arguments, context)
        return (InstanceAtom(path),)
    if path in ("starlette.middleware.Middleware", "fastapi.middleware.Middleware"):
        _make_later(evaluator, arguments.get(0, "cls"), arguments, context)
        return arguments.get(0, "cls")
    if path in _ROUTES:
        work = arguments.get(1, "endpoint") or arguments.get(1, "app")
        methods = _methods(arguments.keywords.get("methods", UNKNOWN)) or ("GET",)
        file, where = evaluator.module.path, text_of(arguments.get(0, "path"))
        kind = _ROUTES[path]
        place = evaluator.interpreter.place_in_call(evaluator.frame, context.span)
        if work:
            methods = () if kind == "websocket" else methods
            made_here = Registration(kind, place, work, file, context.span, where, methods)
            _register(evaluator, made_here._replace(is_plain=".API" not in path))
        if "routes" in arguments.keywords:
            inner = elements(arguments.keywords["routes"])
            _register(evaluator, Registration("include", place, inner, file, context.span, where))
        return (InstanceAtom(path, place),)
    return None


def _note_marker_of_call(evaluator: ExpressionEvaluator, place: Place, context: CallContext) -> None:
    """Keep what was called in `Depends(f())`."""
    for argument in context.node.arguments[:1] if context.node is not None else ():
        if argument.keyword in (None, "dependency") and isinstance(argument.value, m.Call):
            callee = evaluator.frame.value_of(argument.value.function)
            evaluator.interpreter.markers_of_calls[place] = (argument.value, callee)


def constructed(
    evaluator: ExpressionEvaluator,
    types: tuple[str, ...],
    place: Place,
    arguments: Arguments,
    context: CallContext,
) -> None:
    """An app or router was made, with these arguments."""
    is_app = api.APP in types
    file = evaluator.module.path
    prefix = text_of(
        arguments.keywords.get("prefix", UNKNOWN), None if "prefix" in arguments.keywords else ""
    )
    dependencies = elements(arguments.keywords.get("dependencies", UNKNOWN))
    _register(
        evaluator,
        Registration("router", place, UNKNOWN, file, context.span, prefix, (), dependencies, is_app),
    )
    if "default_response_class" in arguments.keywords:
        evaluator.interpreter.default_answers[place] = arguments.keywords["default_response_class"]
    if "routes" in arguments.keywords:
        given = elements(arguments.keywords["routes"])
        _register(evaluator, Registration("include", place, given, file, context.span, ""))
    if "lifespan" in arguments.keywords:
        _register(
            evaluator, Registration("lifespan", place, arguments.keywords["lifespan"], file, context.span)
        )
    for keyword, kind in (
        ("on_startup", "startup"),
        ("on_shutdown", "shutdown"),
        ("middleware", "middleware"),
        ("route_class", "route class"),
    ):
        given = arguments.keywords.get(keyword, UNKNOWN)
        work = given if keyword == "route_class" else elements(given)
        if work:
            _register(evaluator, Registration(kind, place, work, file, context.span))
    for atom in arguments.keywords.get("exception_handlers", UNKNOWN):
        if isinstance(atom, ContainerAtom):
            _register(evaluator, Registration("exception handler", place, atom.element, file, context.span))


def call_member(
    evaluator: ExpressionEvaluator,
    owner: InstanceAtom,
    chain: str,
    arguments: Arguments,
    context: CallContext,
) -> Value | None:
    """Call a method of an app, router or `BackgroundTasks`; None for any other."""
    if owner.type == api.BACKGROUND_TASKS and chain == "add_task":
        _background(evaluator, arguments, context)
        return UNKNOWN
    if owner.type not in PLACED:
        return None
    is_app = owner.type == api.APP
    made = decorator(owner.place, chain, arguments, is_app)
    if made is not None:
        return (made,)
    file, span = evaluator.module.path, context.span
    if chain in ("add_api_route", "add_api_websocket_route", "add_route", "add_websocket_route"):
        kind = "websocket" if "websocket" in chain else "route"
        given = _methods(arguments.keywords.get("methods", UNKNOWN))
        methods = given or (("GET",) if kind == "route" else ())
        dependencies = elements(arguments.keywords.get("dependencies", UNKNOWN))
        work = arguments.get(1, "endpoint") or arguments.get(1, "route")
        path = text_of(arguments.get(0, "path"))
        model, answer = (
            arguments.keywords.get("response_model"),
            arguments.keywords.get("response_class", UNKNOWN),
        )
        made_route = Registration(kind, owner.place, work, file, span, path, methods, dependencies, is_app)
        is_plain = "api" not in chain
        _register(
            evaluator, made_route._replace(response_model=model, response_class=answer, is_plain=is_plain)
        )
    elif chain == "__init__":
        # `super().__init__(prefix=...)` in a subclass.
        if owner.place is not None:
            constructed(evaluator, (owner.type,), owner.place, arguments, context)
    elif chain in ("routes.append", "routes.insert"):
        work = arguments.positional[-1] if arguments.positional else UNKNOWN
        _register(evaluator, Registration("include", owner.place, work, file, span, ""))
    elif chain in ("dependencies.append", "dependencies.insert", "dependencies.extend"):
        added = arguments.positional[-1] if arguments.positional else UNKNOWN
        added = elements(added) if chain.endswith("extend") else added
        made_later = Registration("dependencies", owner.place, UNKNOWN, file, span, None, (), added, is_app)
        _register(evaluator, made_later)
    elif chain == "include_router":
        work = arguments.get(0, "router")
        prefix = text_of(arguments.get(1, "prefix"), None if arguments.has(1, "prefix") else "")
        dependencies = elements(arguments.keywords.get("dependencies", UNKNOWN))
        _register(
            evaluator,
            Registration("include", owner.place, work, file, span, prefix, (), dependencies, is_app),
        )
    elif chain == "mount":
        work = arguments.get(1, "app")
        path = text_of(arguments.get(0, "path"))
        _register(evaluator, Registration("mount", owner.place, work, file, span, path, (), UNKNOWN, is_app))
    elif chain == "add_middleware":
        classes = arguments.get(0, "middleware_class")
        work = (*classes, *arguments.keywords.get("dispatch", UNKNOWN))
        _make_later(evaluator, classes, arguments, context)
        _register(evaluator, Registration("middleware", owner.place, work, file, span))
    elif chain == "add_exception_handler":
        _register(
            evaluator, Registration("exception handler", owner.place, arguments.get(1, "handler"), file, span)
        )
    elif chain in ("add_event_handler", "router.add_event_handler"):
        kind = text_of(arguments.get(0, "event_type")) or "startup"
        _register(evaluator, Registration(kind, owner.place, arguments.get(1, "func"), file, span))
    else:
        return None
    return UNKNOWN


def _make_later(
    evaluator: ExpressionEvaluator, classes: Value, arguments: Arguments, context: CallContext
) -> None:
    """FastAPI makes the middleware's instance later, with these arguments: what they are, its methods see."""
    options = {n: value for n, value in arguments.keywords.items() if n not in ("middleware_class", "cls")}
    for atom in classes:
        if isinstance(atom, ClassAtom):
            passed = calls.Arguments([UNKNOWN, *arguments.positional[1:]], options, arguments.is_open)
            calls.construct(evaluator, atom.cls, passed, context._replace(edge=Edge.DETACHED))
        elif isinstance(atom, ExternalAtom) and atom.path in api.AUTHENTICATION:
            work = join_all([arguments.get(1, "backend"), arguments.get(2, "on_error")])
            file = evaluator.module.path
            _register(evaluator, Registration("middleware", None, work, file, context.span))


def _methods(value: Value) -> tuple[str, ...]:
    texts = [
        str(item.value).upper()
        for atom in value
        if isinstance(atom, ContainerAtom)
        for one in atom.items
        for item in one
        if isinstance(item, ConstantAtom)
    ]
    return tuple(sorted(set(texts)))


def decorator(
    owner: Place | None, name: str, arguments: Arguments, is_app: bool = False
) -> DecoratorAtom | None:
    """`app.get("/x")` and its like."""
    data: dict[str, Any] = {}
    if name in api.HTTP_METHODS or name in ("api_route", "route", "websocket", "websocket_route"):
        is_websocket = name.startswith("websocket")
        methods: tuple[str, ...] = (name.upper(),) if name in api.HTTP_METHODS else ()
        if not methods and not is_websocket:
            methods = _methods(arguments.keywords.get("methods", UNKNOWN)) or ("GET",)
        data = {
            "kind": "websocket" if is_websocket else "route",
            "path": text_of(arguments.get(0, "path")),
            "methods": methods,
            "dependencies": elements(arguments.keywords.get("dependencies", UNKNOWN)),
            "response_model": arguments.keywords.get("response_model"),
            "response_class": arguments.keywords.get("response_class", UNKNOWN),
        }
    elif name == "middleware":
        data = {"kind": "middleware"}
    elif name == "exception_handler":
        data = {"kind": "exception handler"}
    elif name == "on_event":
        data = {"kind": text_of(arguments.get(0, "event_type")) or "startup"}
    else:
        return None
    label = data["kind"] if data["kind"] in DECORATORS else "event" if name == "on_event" else "route"
    data["is_app"] = is_app
    return DecoratorAtom(label, (owner, tuple(data.items())))


def decorate(evaluator: ExpressionEvaluator, atom: DecoratorAtom, work: Value, context: CallContext) -> None:
    """A registering decorator met its function."""
    owner, items = atom.data
    data = dict(items)
    _register(
        evaluator,
        Registration(
            kind=data["kind"],
            owner=owner,
            work=work,
            file=evaluator.module.path,
            span=context.span,
            path=data.get("path"),
            methods=data.get("methods", ()),
            dependencies=data.get("dependencies", UNKNOWN),
            is_app=data.get("is_app", False),
            response_model=data.get("response_model"),
            response_class=data.get("response_class", UNKNOWN),
        ),
    )


def _background(evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext) -> None:
    """A background task: sync functions go to the threadpool, async ones to the loop."""
    work = arguments.get(0, "func")
    keywords = {name: value for name, value in arguments.keywords.items() if name != "func"}
    rest = calls.Arguments(arguments.positional[1:], keywords, arguments.is_open)
    calls.hand_over(evaluator, work, rest, context, Edge.DETACHED)


def streams(callee: Value) -> bool:
    """Whether the callee is a response class (or helper) that runs the iterator it is given, in threads."""
    return any(
        isinstance(atom, ExternalAtom)
        and (
            atom.path in api.RESPONSES_OF_ITERATORS
            or atom.path.endswith(".concurrency.iterate_in_threadpool")
        )
        for atom in callee
    )


def is_instance_of_app(value: Value) -> bool:
    return any(
        (isinstance(atom, InstanceAtom) and atom.type in PLACED)
        or (isinstance(atom, ObjectAtom) and atom.cls.inherits(*PLACED))
        for atom in value
    )
