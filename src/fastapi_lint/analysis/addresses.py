"""URLs as far as the code spells them out, and which of them are the application's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ConstantAtom, ExternalAtom, MemberAtom, Value
from fastapi_lint.knowledge.fastapi_api import REQUEST, WEBSOCKET

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

HOLE = "\0"
"""Stands in a text for a part that is not known."""

OWN = "\1"
"""Stands for the address under which the application is being asked (`request.base_url`)."""

OWN_ROUTE = "\2"
"""Stands for a whole URL of the application (`request.url_for("name")`)."""

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]"})
DEFAULT_PORT = "8000"

_URL = re.compile(
    r"(?:https?|wss?|\0)://(?P<host>\[[^\]]*\]|[^/:?#]+)(?::(?P<port>[^/?#]+))?(?P<path>[^?#]*)"
)
_OWN_ATTRIBUTES = ("base_url", "url")
_OWN_HOSTS = ("url.netloc", "base_url.netloc", "url.hostname", "base_url.hostname")
_SERVERS = ("uvicorn",)
_SAME_TEXT = ("rstrip", "strip", "removesuffix")
MOST_STEPS = 8


class Text(NamedTuple):
    """A text with placeholders; `holes` are the expressions that its `HOLE`s stand for, in order."""

    text: str
    holes: tuple[str, ...] = ()

    def __add__(self, other: object) -> Text:
        assert isinstance(other, Text)
        return Text(self.text + other.text, self.holes + other.holes)


class OwnAddress(NamedTuple):
    """Where the project's server listens: the ports that are known, and the expressions for host and port."""

    ports: frozenset[str]
    pairs: frozenset[tuple[str, str]]


class Target(NamedTuple):
    """Where a URL leads: `path` with placeholders; `certain` when the host is the application's own beyond doubt."""

    path: str
    certain: bool


def text_of(frame: Frame, node: m.Expression, steps: int = 0) -> Text:
    """What the expression comes to, as text."""
    value = frame.value_of(node)
    if isinstance(node, m.Constant):
        return Text(str(node.value))
    if len(value) == 1 and isinstance(value[0], ConstantAtom):
        return Text(str(value[0].value))
    own = _own(value)
    if own is not None:
        return Text(own)
    if steps > MOST_STEPS:
        return Text(HOLE, (render(node),))
    if isinstance(node, m.FormattedString):
        joined = Text("")
        for part in node.parts:
            joined += text_of(frame, part, steps + 1)
        return joined
    if isinstance(node, m.BinaryOperation) and node.operator == "+":
        return text_of(frame, node.left, steps + 1) + text_of(frame, node.right, steps + 1)
    if isinstance(node, m.Call):
        return _of_call(frame, node, steps + 1)
    if isinstance(node, m.Name):
        assigned = _sole_assignment(frame, node.id)
        if assigned is not None:
            return text_of(frame, assigned, steps + 1)
    return Text(HOLE, (render(node),))


def _own(value: Value) -> str | None:
    for atom in value:
        if isinstance(atom, MemberAtom) and atom.owner.type in (REQUEST, WEBSOCKET):
            if atom.chain in _OWN_ATTRIBUTES:
                return OWN
            if atom.chain in _OWN_HOSTS:
                return OWN
    return None


def _of_call(frame: Frame, node: m.Call, steps: int) -> Text:
    for atom in frame.value_of(node.function):
        if (
            isinstance(atom, MemberAtom)
            and atom.owner.type in (REQUEST, WEBSOCKET)
            and atom.chain == "url_for"
        ):
            return Text(OWN_ROUTE)
        if isinstance(atom, ExternalAtom) and node.arguments:
            first = node.arguments[0].value
            if atom.path in ("str", "httpx.URL", "yarl.URL", "urllib.request.Request"):
                return text_of(frame, first, steps)
            if atom.path == "urllib.parse.urljoin" and len(node.arguments) == 2:
                base, path = text_of(frame, first, steps), text_of(frame, node.arguments[1].value, steps)
                return Text(base.text.rstrip("/") + "/" + path.text.lstrip("/"), base.holes + path.holes)
    if isinstance(node.function, m.Attribute) and node.function.attribute in _SAME_TEXT:
        inner = text_of(frame, node.function.value, steps)
        return Text(inner.text.rstrip("/"), inner.holes)
    return Text(HOLE, (render(node),))


def _sole_assignment(frame: Frame, name: str) -> m.Expression | None:
    """The one expression that the frame's own body assigns to a local name."""
    if frame.function is None or name not in frame.function.facts.locals:
        return None
    if any(parameter.name == name for parameter in frame.function.facts.parameters):
        return None
    found = [
        node.value
        for node in nodes_of(frame.function.facts)
        if isinstance(node, m.Assign) and node.targets == (m.Name(name),) and node.value is not None
    ]
    return found[0] if len(found) == 1 else None


def target_of(url: Text, own: OwnAddress) -> Target | None:
    """The part of the own application that a URL names; None for any other address."""
    text = url.text
    if text.startswith(OWN_ROUTE):
        return Target(HOLE, True)
    if text.startswith(OWN):
        return Target("/" + re.split(r"[?#]", text[1:])[0].lstrip("/"), True)
    match = _URL.match(text)
    if match is None:
        return None
    host, port, path = match["host"], match["port"] or "", match["path"] or "/"
    if host == OWN:
        return Target(path, True)
    before = text[: match.start("host")].count(HOLE)
    if host == HOLE and port == HOLE and len(url.holes) > before + 1:
        return Target(path, True) if (url.holes[before], url.holes[before + 1]) in own.pairs else None
    if host not in LOCAL_HOSTS:
        return None
    return Target(path, False) if port in (own.ports or {DEFAULT_PORT}) else None


def own_address(program: Program) -> OwnAddress:
    """What the project passes to `uvicorn.run` and `uvicorn.Config`."""
    ports: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for frame, call in _server_calls(program):
        given = {argument.keyword: argument.value for argument in call.arguments if argument.keyword}
        if "port" in given:
            port = text_of(frame, given["port"])
            if not port.holes:
                ports.add(port.text)
        elif not any(argument.star for argument in call.arguments):
            ports.add(DEFAULT_PORT)
        if "host" in given and "port" in given:
            pairs.update(
                (host, port)
                for host in _spellings(frame, given["host"])
                for port in _spellings(frame, given["port"])
            )
    return OwnAddress(frozenset(ports), frozenset(pairs))


def _server_calls(program: Program) -> Iterator[tuple[Frame, m.Call]]:
    interpreter = program.interpreter
    importing = {
        module.path
        for module in interpreter.project.modules.values()
        if any(isinstance(one, m.Import) and one.module.startswith(_SERVERS) for one in module.facts.body)
    }
    for frame, body in bodies(interpreter):
        if frame.module.is_test or not (frame.module.path in importing or _binds_server(frame)):
            continue
        for node in walk(body):
            if isinstance(node, m.Call) and any(
                isinstance(atom, ExternalAtom) and atom.path in ("uvicorn.run", "uvicorn.Config")
                for atom in frame.value_of(node.function)
            ):
                yield frame, node


def _binds_server(frame: Frame) -> bool:
    """Whether the function imports a server itself."""
    return any(
        isinstance(atom, ExternalAtom) and atom.path.startswith(_SERVERS)
        for value in frame.bound.values()
        for atom in value
    )


def bodies(interpreter: Interpreter) -> Iterator[tuple[Frame, tuple[m.Statement, ...]]]:
    """Every frame with its statements: modules, classes and functions."""
    yield from interpreter.body_frames()
    for frame in interpreter.frames:
        if frame.function is not None:
            yield frame, frame.function.facts.body


def _spellings(frame: Frame, node: m.Expression) -> list[str]:
    """How else an address is written: an attribute as such, a command's option by the attribute that is its default."""
    if isinstance(node, m.Attribute):
        return [render(node)]
    if not isinstance(node, m.Name) or frame.function is None:
        return []
    facts = frame.function.facts
    found = [p.default for p in facts.parameters if p.name == node.id and p.default is not None]
    for decorator in facts.decorators:
        if isinstance(decorator, m.Call) and any(
            isinstance(a.value, m.Constant) and a.value.value == f"--{node.id.replace('_', '-')}"
            for a in decorator.arguments
        ):
            found.append(decorator)
    return [render(inner) for one in found for inner in walk(one) if isinstance(inner, m.Attribute)]
