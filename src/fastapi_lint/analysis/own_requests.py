"""HTTP requests that request code sends to its own application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.addresses import (
    HOLE,
    OwnAddress,
    Target,
    Text,
    bodies,
    own_address,
    target_of,
    text_of,
)
from fastapi_lint.analysis.request_code import RequestCode
from fastapi_lint.analysis.routes import Route
from fastapi_lint.diagnostics import Span, Step
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of_type, walk
from fastapi_lint.inference.fastapi_model import is_instance_of_app
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import Atom, ExternalAtom, InstanceAtom, MemberAtom, Place

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
METHOD_FIRST = frozenset({"request", "stream"})
"""Their first argument is the method."""

SYNC_CLIENTS = frozenset(
    {"requests.Session", "httpx.Client", "httpx2.Client", "urllib3.PoolManager", "curl_cffi.requests.Session"}
)
ASYNC_CLIENTS = frozenset(
    {"httpx.AsyncClient", "httpx2.AsyncClient", "aiohttp.ClientSession", "curl_cffi.requests.AsyncSession"}
)
SYNC_MODULES = frozenset({"requests", "requests.api", "httpx", "httpx2", "urllib3", "curl_cffi.requests"})
ASYNC_MODULES = frozenset({"aiohttp"})
OPENERS = frozenset({"urllib.request.urlopen", "urllib.request.urlretrieve"})
IN_PROCESS = {
    "fastapi.testclient.TestClient": "TestClient",
    "starlette.testclient.TestClient": "TestClient",
    "httpx.ASGITransport": "ASGITransport",
    "httpx2.ASGITransport": "ASGITransport",
    "httpx.AsyncClient": "AsyncClient",
    "httpx.Client": "Client",
}
"""What sends requests to an app object, by the keyword `app` or, but for the clients, the first argument."""

_NAMES = VERBS | METHOD_FIRST | {"urlopen", "urlretrieve", *IN_PROCESS.values()}


class OwnRequest(NamedTuple):
    """In `caller`, `text` at `span` requests `route` ("" when not known) of the own application.

    `kind` is "address", or the class that hands requests to the app object. `waits_for_itself` is True for a synchronous client
    on the event loop. `chain` leads from the entry point to the request.
    """

    path: str
    span: Span
    text: str
    caller: str
    kind: str
    route: str
    waits_for_itself: bool
    chain: tuple[Step, ...]
    routes: tuple[str, ...]


class _Sent(NamedTuple):
    """A call of a client: `method` is "" when not known."""

    is_sync: bool
    method: str
    url: Text


def answers(program: Program) -> Iterator[OwnRequest]:
    """Every request of request code to its own application, by file and line."""
    code = program.answers(RequestCode)[0]
    finder = _Finder(program, code)
    found: dict[tuple[str, Span], OwnRequest] = {}
    for frame in code.frames:
        for node in finder.calls_in(frame):
            key = (frame.module.path, node.span)
            if key not in found:
                one = finder.judge(frame, node)
                if one is not None:
                    found[key] = one
    sending = {(one.path, one.caller) for one in found.values() if one.kind == "address"}
    for one in sorted(found.values(), key=lambda one: (one.path, one.span)):
        # A client of the app object that is then used on an address of the app is one mistake.
        if one.kind != "ASGITransport" or (one.path, one.caller) not in sending:
            yield one


class _Finder:
    """Judges calls; what it needs to know of the whole project it looks up once."""

    def __init__(self, program: Program, code: RequestCode) -> None:
        self._program = program
        self._code = code
        self._calls: dict[int, list[m.Call]] = {}
        self._own: OwnAddress | None = None
        self._makers: dict[Place, tuple[Frame, m.Call]] | None = None
        self._routes = [
            route for route in program.table.routes if "{?}" not in route.path and route.kind == "http"
        ]
        self._apps = {route.app for route in program.table.routes}

    def calls_in(self, frame: Frame) -> list[m.Call]:
        """Calls in the frame's function that may send a request: of a name, which may be an alias, or of a method so called."""
        if frame.function is None:
            return []
        facts = frame.function.facts
        found = self._calls.get(id(facts))
        if found is None:
            found = self._calls[id(facts)] = [
                node for node in nodes_of_type(facts, m.Call) if _may_send(node.function)
            ]
        return found

    def judge(self, frame: Frame, node: m.Call) -> OwnRequest | None:
        kind = _in_process(frame, node)
        if kind is not None:
            # A client of the app object is made for tests and workers too: only a route tells that requests use it.
            one = self._finding(frame, node, kind, "", False)
            return one if one.routes else None
        for atom in frame.value_of(node.function):
            sent = self._sent(frame, node, atom)
            if sent is None:
                continue
            if self._own is None:
                self._own = own_address(self._program)
            target = target_of(sent.url, self._own)
            if target is None:
                continue
            route = self._match(frame, target, sent.method)
            if route is not None or (target.certain and _says_nothing(target.path)):
                label = f"{sent.method or route.methods[0]} {route.path}" if route is not None else ""
                return self._finding(frame, node, "address", label, sent.is_sync and frame.is_async)
        return None

    def _finding(self, frame: Frame, node: m.Call, kind: str, route: str, waits: bool) -> OwnRequest:
        path, text = frame.module.path, render(node.function)
        step = Step(path, node.span, frame.name, text)
        chain = (*self._code.chain_to(frame), step)
        return OwnRequest(
            path, node.span, text, frame.name, kind, route, waits, chain, self._code.routes_of(frame)
        )

    def _sent(self, frame: Frame, node: m.Call, atom: Atom) -> _Sent | None:
        if isinstance(atom, ExternalAtom):
            module, _, name = atom.path.rpartition(".")
            if atom.path in OPENERS:
                return _Sent(True, "", _argument(frame, node, 0, "url"))
            if module not in SYNC_MODULES | ASYNC_MODULES:
                return None
            is_sync, base = module in SYNC_MODULES, Text("")
        elif isinstance(atom, MemberAtom) and atom.owner.type in SYNC_CLIENTS | ASYNC_CLIENTS:
            name = atom.chain
            is_sync, base = atom.owner.type in SYNC_CLIENTS, self._base_url(atom.owner)
        else:
            return None
        if name in VERBS:
            url, method = _argument(frame, node, 0, "url"), name.upper()
        elif name in METHOD_FIRST:
            url, method = _argument(frame, node, 1, "url"), _argument(frame, node, 0, "method").text.upper()
        else:
            return None
        if base.text and not re.match(r"\w+://", url.text):
            url = Text(base.text.rstrip("/") + "/" + url.text.lstrip("/"), base.holes + url.holes)
        return _Sent(is_sync, "" if HOLE in method else method, url)

    def _base_url(self, client: InstanceAtom) -> Text:
        """The `base_url` that the client was made with."""
        if client.place is None:
            return Text("")
        if self._makers is None:
            self._makers = self._find_makers()
        maker = self._makers.get(client.place)
        if maker is None:
            return Text("")
        given = [a.value for a in maker[1].arguments if a.keyword == "base_url"]
        return text_of(maker[0], given[0]) if given else Text("")

    def _find_makers(self) -> dict[Place, tuple[Frame, m.Call]]:
        found: dict[Place, tuple[Frame, m.Call]] = {}
        for frame, body in bodies(self._program.interpreter):
            spans = {
                creation.span: creation.atom.place
                for creation in frame.creations
                if isinstance(creation.atom, InstanceAtom)
                and creation.atom.type in SYNC_CLIENTS | ASYNC_CLIENTS
            }
            if spans:
                for node in walk(body):
                    place = spans.get(node.span) if isinstance(node, m.Call) else None
                    if place is not None:
                        found[place] = (frame, node)
        return found

    def _match(self, frame: Frame, target: Target, method: str) -> Route | None:
        """The route that a request asks for, in the application that the frame serves."""
        apps = self._apps if len(self._apps) == 1 else {
            route.app for route in self._program.table.routes if set(route.frames) & set(self._code.entries_of(frame))
        }  # fmt: skip
        for route in self._routes:
            if (
                route.app in apps
                and (not method or method in route.methods)
                and _leads_to(target, route.path)
            ):
                return route
        return None


def _may_send(node: m.Expression) -> bool:
    return isinstance(node, m.Name) or (isinstance(node, m.Attribute) and node.attribute in _NAMES)


def _argument(frame: Frame, node: m.Call, position: int, keyword: str) -> Text:
    for argument in node.arguments:
        if argument.keyword == keyword:
            return text_of(frame, argument.value)
    plain = [argument for argument in node.arguments if argument.keyword is None]
    if position < len(plain) and not any(argument.star for argument in plain):
        return text_of(frame, plain[position].value)
    return Text(HOLE, ("",))


def _in_process(frame: Frame, node: m.Call) -> str | None:
    """The name of the class that is given the app object."""
    for atom in frame.value_of(node.function):
        kind = IN_PROCESS.get(atom.path) if isinstance(atom, ExternalAtom) else None
        if kind is None:
            continue
        for position, argument in enumerate(node.arguments):
            is_first = position == 0 and argument.keyword is None
            if argument.keyword != "app" and not (is_first and kind in ("TestClient", "ASGITransport")):
                continue
            if is_instance_of_app(frame.value_of(argument.value)):
                return kind
    return None


def _says_nothing(path: str) -> bool:
    return not path.replace(HOLE, "").strip("/")


def _leads_to(target: Target, template: str) -> bool:
    """Whether the path of a URL is one of the route's, with at least one literal segment to tell."""
    given, wanted = target.path.strip("/").split("/"), template.strip("/").split("/")
    same = 0
    for position, segment in enumerate(wanted):
        if segment.startswith("{") and segment.endswith(":path}"):
            return same > 0 and position < len(given)
        if position >= len(given):
            return False
        if segment.startswith("{"):
            if not given[position]:
                return False
        elif given[position] == segment:
            same += 1
        elif position == len(wanted) - 1 and given[position] == segment + HOLE:
            # A query string may follow.
            same += 1
        else:
            return False
    if len(given) != len(wanted):
        return False
    return (same > 0 and wanted != [""]) or (target.certain and given == wanted)
