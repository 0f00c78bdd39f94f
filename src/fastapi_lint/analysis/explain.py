"""What a route or a function runs, and where: a tree to be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.blocking import direct_sites
from fastapi_lint.analysis.contexts import callee_context
from fastapi_lint.analysis.entry_points import Context, dependency_context
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.frames import CallSite, Edge, Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.knowledge.log_methods import LOG_METHODS

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.analysis.routes import Route

DEEPEST = 14
"""Calls deeper than this are cut."""

MOST_NODES = 200
"""A tree with more nodes is cut; one that shows everything may have five times as many."""

_LOGGERS = frozenset({"log", "logger", "logging", "_logger", "_log"})
_TEXT_METHODS = (frozenset(dir(str)) | {"decode", "isoformat", "strftime", "timestamp"}) - {
    "count",
    "find",
    "index",
}
"""Methods of texts and dates that no client or session has under the same name."""

HANDED_OVER = frozenset({Edge.THREAD, Edge.DETACHED, Edge.TASK, Edge.LOOP, Edge.OWN_LOOP})


class Role(StrEnum):
    """What a node is to the one above it."""

    ROUTE = "route"
    MIDDLEWARE = "middleware"
    DEPENDENCY = "dependency"
    ENDPOINT = "endpoint"
    MODEL = "model"
    FUNCTION = "function"
    CALL = "call"
    AWAIT = "await"
    HAND_OVER = "hand-over"
    TASK = "task"
    BLOCKS = "blocks"
    REST = "rest"


class Node(NamedTuple):
    """A function that runs, a call that blocks, or a remark about what is left out.

    `path` and `span` are where it is called, for an entry point where it is defined; `title` is what runs, or for a
    hand-over what hands it over and what runs. `kind` says what a blocking call waits for. `unresolved` are the calls in
    the function whose target is not known, without those that can only be methods of texts, dates and loggers.
    """

    role: Role
    title: str
    context: str = ""
    path: str = ""
    span: Span | None = None
    kind: str = ""
    note: str = ""
    unresolved: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()


def route_tree(program: Program, route: Route, *, everything: bool = False) -> Node:
    """What runs for a request to the route, in the order of FastAPI: middleware, dependencies, validation, endpoint."""
    builder = _Builder(program, everything)
    children: list[Node] = []
    owners = {route.registration.owner, *(registration.owner for registration in route.chain)}
    for entry in program.entries:
        is_around = entry.registration.owner is None or entry.registration.owner in owners
        if entry.kind == "middleware" and is_around and not _is_maker(entry.frame):
            children.append(builder.entry(Role.MIDDLEWARE, entry.frame, entry.context))
    shared = list(route.dependency_frames)
    for frame in dict.fromkeys(shared):
        children.append(builder.entry(Role.DEPENDENCY, frame, dependency_context(frame)))
    contexts = {entry.frame: entry.context for entry in program.entries}
    for entry in program.entries:
        if entry.kind == "model" and entry.registration is route.registration:
            children.append(builder.entry(Role.MODEL, entry.frame, entry.context))
    for frame in dict.fromkeys(route.frames):
        children.append(builder.entry(Role.ENDPOINT, frame, contexts.get(frame, Context.LOOP)))
    label = f"{','.join(route.methods) or 'WEBSOCKET'} {route.path}"
    return Node(Role.ROUTE, label, "", route.file, route.span, children=tuple(children))


def function_tree(program: Program, frame: Frame, context: Context, *, everything: bool = False) -> Node:
    """What the function runs, itself running in `context`."""
    return _Builder(program, everything).entry(Role.FUNCTION, frame, context)


def unresolved_calls(frame: Frame) -> tuple[tuple[Span, str], ...]:
    """The calls in a function whose target is not known, by place."""
    if frame.function is None:
        return ()
    found = {
        (node.span, render(node.function))
        for node in nodes_of(frame.function.facts)
        if isinstance(node, m.Call) and not frame.value_of(node.function)
    }
    return tuple(sorted(found))


def _is_harmless(text: str) -> bool:
    """Whether a call of an unknown type is surely one on a text, a date or a logger."""
    owner, _, method = text.rpartition(".")
    is_logged = owner.rpartition(".")[2].lower() in _LOGGERS and method in LOG_METHODS
    return is_logged or (owner != "" and method in _TEXT_METHODS)


def _is_maker(frame: Frame) -> bool:
    """Whether it is the making of a middleware object, which happens once."""
    return frame.name.endswith("__init__")


class _Builder:
    def __init__(self, program: Program, everything: bool) -> None:
        self._program = program
        self._everything = everything
        self._left = MOST_NODES * (5 if everything else 1)
        self._endpoints = {
            entry.frame
            for entry in program.entries
            if entry.kind in ("route", "dependency", "exception handler")
        }
        self._telling = self._leading_to_something(program.interpreter.frames)
        self._shown: set[tuple[Frame, Context]] = set()

    def entry(self, role: Role, frame: Frame, context: Context) -> Node:
        span = frame.function.facts.span if frame.function is not None else None
        node = Node(role, frame.name, str(context), frame.module.path, span)
        return self._grown(node, frame, context, ())

    def _grown(self, node: Node, frame: Frame, context: Context, above: tuple[Frame, ...]) -> Node:
        """The node with what the frame runs below it."""
        self._left -= 1
        if frame in above:
            return node._replace(note="calls itself: see above")
        if (frame, context) in self._shown:
            has_more = self._everything or frame in self._telling
            return node._replace(note="see above" if has_more else "")
        if len(above) >= DEEPEST:
            return node._replace(note="cut here: deeper calls are not shown")
        self._shown.add((frame, context))
        texts = dict.fromkeys(text for _, text in unresolved_calls(frame))
        unresolved = tuple(text for text in texts if not _is_harmless(text))
        children: list[Node] = []
        hidden = 0
        for child, site in self._items(frame, context):
            if site is None:
                self._left -= 1
                children.append(child)
                continue
            where = Context(child.context)
            if not self._everything and site.target not in self._telling and site.edge not in HANDED_OVER:
                hidden += 1
                continue
            if self._left <= 0:
                children.append(Node(Role.REST, "cut here: the tree is too large"))
                break
            children.append(self._grown(child, site.target, where, (*above, frame)))
        if hidden:
            plural = "s" if hidden > 1 else ""
            children.append(
                Node(Role.REST, f"{hidden} more call{plural}: nothing there blocks or is handed over")
            )
        return node._replace(children=tuple(children), unresolved=unresolved)

    def _items(self, frame: Frame, context: Context) -> Iterator[tuple[Node, CallSite | None]]:
        """Dependencies, then calls and blocking calls in the order of lines."""
        path = frame.module.path
        for site in {site.target: site for site in frame.dependencies}.values():
            function = site.target.function
            span = function.facts.span if function is not None else site.span
            where = str(dependency_context(site.target))
            node = Node(Role.DEPENDENCY, site.target.name, where, site.target.module.path, span)
            yield node, site
        found: list[tuple[Span, Node, CallSite | None]] = []
        seen: set[tuple[Frame, Edge, Context]] = set()
        for site in frame.calls:
            where_called = callee_context(site.edge, site.target, context)
            key = (site.target, site.edge, where_called)
            if key in seen:
                continue
            seen.add(key)
            title = site.target.name
            if site.edge in HANDED_OVER:
                title = f"{site.text} → {title}"
            node = Node(_role(site.edge), title, str(where_called), path, site.span)
            found.append((site.span, node, site))
        for blocking in direct_sites(self._program, frame, frame in self._endpoints):
            node = Node(
                Role.BLOCKS, blocking.text, str(context), path, blocking.span, str(blocking.call.kind)
            )
            if blocking.call.name != blocking.text:
                node = node._replace(note=blocking.call.name)
            found.append((blocking.span, node, None))
        for _, node, called in sorted(found, key=lambda item: (item[0], item[1].title)):
            yield node, called

    def _leading_to_something(self, frames: Iterable[Frame]) -> set[Frame]:
        """The frames that block, hand something over, or run one that does."""
        callers: dict[Frame, list[Frame]] = defaultdict(list)
        stack: list[Frame] = []
        for frame in frames:
            for site in (*frame.calls, *frame.dependencies):
                callers[site.target].append(frame)
            hands_over = any(site.edge in HANDED_OVER for site in frame.calls)
            if hands_over or direct_sites(self._program, frame, frame in self._endpoints):
                stack.append(frame)
        found = set(stack)
        while stack:
            for caller in callers.get(stack.pop(), ()):
                if caller not in found:
                    found.add(caller)
                    stack.append(caller)
        return found


def _role(edge: Edge) -> Role:
    if edge is Edge.TASK:
        return Role.TASK
    if edge in HANDED_OVER:
        return Role.HAND_OVER
    return Role.AWAIT if edge is Edge.AWAIT else Role.CALL
