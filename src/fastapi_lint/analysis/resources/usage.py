"""What becomes of one client in the code that made it: closed, kept, handed on, returned or dropped."""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi_lint.analysis.resources.bodies import Bodies, Body
from fastapi_lint.analysis.resources.scale import all_closing_methods, closing_methods
from fastapi_lint.facts import model as m
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import (
    ClassAtom,
    CoroutineAtom,
    ExternalAtom,
    FunctionAtom,
    InstanceAtom,
    ModuleAtom,
    ObjectAtom,
    Place,
    Value,
)
from fastapi_lint.knowledge import fastapi_api as api
from fastapi_lint.knowledge.log_methods import LOG_METHODS
from fastapi_lint.knowledge.resources import Resource

DEEPEST = 5
"""Calls that a client is followed through as an argument."""

NEVER, PARTLY, ALWAYS = 0, 1, 2

_ENTERS = frozenset({"enter_async_context", "enter_context", "push_async_exit", "push"})
_CLOSES = frozenset({"close", "aclose", "shutdown", "disconnect", "dispose"})
_CONNECTIONS = ("client", "session", "transport", "pool", "connect", "engine", "http")
"""What the attributes are called in which a client keeps its connections."""

_WRAPPERS = frozenset({"closing", "aclosing", "wait_for", "shield", "cast", "proxy"})
_ADDS = frozenset({"append", "add", "setdefault", "insert", "appendleft", "put_nowait", "update", "extend"})
_LOGGERS = LOG_METHODS | {"print"}
INERT = frozenset(
    {"run_in_executor", "submit", "isinstance", "hasattr", "getattr", "setattr", "id", "type", "repr", "str", "len", "bool",
     "issubclass", "callable", "hash", "sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session",
     "Session", "AsyncSession", "init_beanie", "RedisBackend", "init", "inspect", "instrument_engine", "instrument",
     "instrument_client"}
)  # fmt: skip
"""Callables that use or keep what they are given without ever closing it, by last name."""

_READS = (
    m.If, m.While, m.UnaryOperation, m.BooleanOperation, m.Comparison, m.FormattedString, m.Replacement, m.Subscript, m.Assert,
    m.Assign, m.AugmentedAssign, m.Conditional, m.Delete, m.Evaluate,
)  # fmt: skip


class Usage(NamedTuple):
    """What happens to a value. `closed` is NEVER, PARTLY (not when an error comes first) or ALWAYS.

    `kept`: what it is stored in, ("global", None), ("class", cls), ("object", cls), ("state", None) or ("items", None).
    `escapes`: code that is not known has it. `wrong`: methods called as if they closed it; `unawaited`: its closing
    coroutine is not awaited. `in_handler`: closed where an exception is handled. `captured`: a nested function uses it.
    """

    closed: int = NEVER
    escapes: bool = False
    returned: bool = False
    yielded: bool = False
    kept: frozenset[tuple[str, Any]] = frozenset()
    wrong: frozenset[str] = frozenset()
    unawaited: bool = False
    in_handler: bool = False
    captured: bool = False


NOTHING = Usage()
ESCAPES = Usage(escapes=True)


def merge(one: Usage, other: Usage) -> Usage:
    """Both happen."""
    in_handler = one.in_handler or other.in_handler
    closed = max(one.closed, other.closed)
    return Usage(
        ALWAYS if closed == PARTLY and in_handler else closed,
        one.escapes or other.escapes,
        one.returned or other.returned,
        one.yielded or other.yielded,
        one.kept | other.kept,
        one.wrong | other.wrong,
        one.unawaited or other.unawaited,
        in_handler,
        one.captured or other.captured,
    )


def places_in(value: Value) -> set[Place]:
    """The places of the library instances in a value, also awaited ones."""
    found: set[Place] = set()
    for atom in value:
        if isinstance(atom, InstanceAtom) and atom.place is not None:
            found.add(atom.place)
        elif isinstance(atom, CoroutineAtom):
            found |= places_in(atom.result)
    return found


class Tracker:
    """Follows the object made at `place`, of the kind `resource`, through functions."""

    def __init__(self, interpreter: Interpreter, bodies: Bodies, resource: Resource, place: Place) -> None:
        self.interpreter = interpreter
        self.bodies = bodies
        self.resource = resource
        self.place = place
        self.closers = closing_methods(resource)
        self._seen: set[tuple[int, str]] = set()

    def body_of(self, frame: Frame) -> Body:
        facts = frame.function.facts if frame.function is not None else None
        return self.bodies.of(facts.body if facts is not None else frame.module.facts.body)

    def of_node(self, frame: Frame, body: Body, node: Any, depth: int = 0) -> Usage:
        """What happens to the value of the expression `node`."""
        parent = body.parent(node)
        if isinstance(parent, (m.Await, m.Starred)) or (
            isinstance(parent, m.Conditional) and parent.test is not node
        ):
            return self.of_node(frame, body, parent, depth)
        if isinstance(parent, m.BooleanOperation):
            return self.of_node(frame, body, parent, depth)
        if isinstance(parent, m.Walrus):
            stored = self._stored(frame, body, parent.target, depth)
            return merge(stored, self.of_node(frame, body, parent, depth))
        if isinstance(parent, m.WithItem):
            return Usage(ALWAYS)
        if isinstance(parent, m.Attribute):
            return self._attribute(frame, body, parent, depth)
        if isinstance(parent, m.Argument):
            return self._argument(frame, body, parent, body.parent(parent), depth)
        if isinstance(parent, m.Call):
            return NOTHING
        if isinstance(parent, m.Assign):
            usage = NOTHING
            for target in parent.targets if parent.value is node else ():
                usage = merge(usage, self._stored(frame, body, target, depth))
            return usage
        if isinstance(parent, m.Return):
            return Usage(returned=True)
        if isinstance(parent, m.Yield):
            return Usage(yielded=True)
        if isinstance(parent, (m.Display, m.DictDisplay)):
            inside = self.of_node(frame, body, parent, depth)
            return inside if inside.returned or inside.yielded or inside.kept else ESCAPES
        if parent is None or isinstance(parent, _READS):
            return NOTHING
        return ESCAPES

    def _stored(self, frame: Frame, body: Body, target: m.Expression, depth: int) -> Usage:
        """`target = value`."""
        if isinstance(target, m.Name):
            function = frame.function
            if function is None:
                return Usage(kept=frozenset({("global", None)}))
            if target.id in body.globals:
                return Usage(kept=frozenset({("global", None)}))
            if target.id not in function.facts.locals:
                return ESCAPES
            # Below the first call the frame at hand may be the one of another caller.
            return self.of_name(frame, body, target.id, depth, depth == 0)
        if isinstance(target, m.Attribute):
            kept: set[tuple[str, Any]] = set()
            owners = frame.value_of(target.value)
            for atom in owners:
                if isinstance(atom, ObjectAtom):
                    kept.add(("object", atom.cls))
                elif isinstance(atom, ClassAtom):
                    kept.add(("class", atom.cls))
                elif isinstance(atom, ModuleAtom):
                    kept.add(("global", None))
                elif isinstance(atom, InstanceAtom) and atom.type == api.STATE:
                    kept.add(("state" if atom.detail == "app" else "request", None))
            here = self._same_attribute(frame, body, target, depth)
            return merge(here, Usage(kept=frozenset(kept), escapes=not kept or ("request", None) in kept))
        if isinstance(target, m.Subscript):
            return self._into(frame, body, target.value)
        return ESCAPES

    def _same_attribute(self, frame: Frame, body: Body, target: m.Attribute, depth: int) -> Usage:
        """What the same function does with the attribute that it has just assigned."""
        usage = NOTHING
        key = (id(body), "." + target.attribute)
        if key in self._seen:  # `self.client = self.client or make()` reads what it assigns
            return usage
        self._seen.add(key)
        for node in body.attributes:
            if (
                node.attribute == target.attribute
                and node is not target
                and self.place in places_in(frame.value_of(node))
            ):
                seen = self.of_node(frame, body, node, depth)
                usage = merge(
                    usage,
                    Usage(
                        seen.closed, wrong=seen.wrong, unawaited=seen.unawaited, in_handler=seen.in_handler
                    ),
                )
        self._seen.discard(key)
        return usage

    def _into(self, frame: Frame, body: Body, owner: m.Expression) -> Usage:
        """Stored in a container: one of the module or of an object, or a local one."""
        if isinstance(owner, m.Name):
            function = frame.function
            if function is None or owner.id not in function.facts.locals:
                return Usage(kept=frozenset({("items", None)}))
            return ESCAPES
        if isinstance(owner, m.Attribute):
            kept: set[tuple[str, Any]] = set()
            for atom in frame.value_of(owner.value):
                if isinstance(atom, ObjectAtom):
                    kept.add(("object", atom.cls))
                elif isinstance(atom, (ClassAtom, ModuleAtom)):
                    kept.add(("items", None))
            if kept:
                return Usage(kept=frozenset(kept))
        return ESCAPES

    def of_name(self, frame: Frame, body: Body, name: str, depth: int, check: bool) -> Usage:
        """What happens to a local name. `check`: only where the name stands for the object in question."""
        key = (id(body), name)
        if key in self._seen or depth > DEEPEST:
            return NOTHING
        self._seen.add(key)
        usage = NOTHING
        for node in body.names.get(name, ()):
            parent = body.parent(node)
            if isinstance(parent, m.Assign) and any(target is node for target in parent.targets):
                continue
            if check and self.place not in places_in(frame.value_of(node)):
                continue
            usage = merge(usage, self.of_node(frame, body, node, depth))
        for index in body.functions:
            facts = frame.module.facts.functions[index]
            if name not in facts.locals and name in self.bodies.of(facts.body).names:
                usage = merge(usage, self._captured(frame, facts, name, depth))
        self._seen.discard(key)
        return usage

    def _captured(self, frame: Frame, facts: m.FunctionFacts, name: str, depth: int) -> Usage:
        """A nested function uses the name of the outer one."""
        inner = self.bodies.frame_of(self.interpreter, facts) or frame
        usage = self.of_name(inner, self.bodies.of(facts.body), name, depth + 1, False)
        return usage._replace(
            closed=ALWAYS if usage.closed else NEVER,
            escapes=usage.escapes or usage.returned or usage.yielded,
            returned=False,
            yielded=False,
            captured=True,
        )

    def _attribute(self, frame: Frame, body: Body, node: m.Attribute, depth: int) -> Usage:
        """`value.name`, possibly called, possibly the start of a longer chain."""
        parent = body.parent(node)
        is_own = not isinstance(parent, m.Attribute)
        holds_connection = any(word in node.attribute.lower() for word in _CONNECTIONS)
        while isinstance(parent, m.Attribute):
            node, parent = parent, body.parent(parent)
        called = isinstance(parent, m.Call) and parent.function is node
        name = node.attribute
        if name in self.closers:
            if not called:
                return Usage(ALWAYS)
            if self._is_forgotten(body, parent, name):
                return Usage(unawaited=True)
            return self._strength(body, parent)
        if called:
            if is_own and name in all_closing_methods():
                return Usage(wrong=frozenset({name}))
            if holds_connection and name in _CLOSES:
                return self._strength(body, parent)  # `client._client.aclose()`: what it is made of
            if self.place in places_in(frame.value_of(parent)):
                return self.of_node(frame, body, parent, depth)
            return NOTHING
        if isinstance(parent, m.Argument):
            return NOTHING  # who is given one of its methods cannot close it
        return NOTHING if isinstance(parent, _READS) and not _is_assigned(parent, node) else ESCAPES

    def _is_forgotten(self, body: Body, call: m.Call, name: str) -> bool:
        """Whether the closing coroutine is made and dropped."""
        resource = self.resource
        return (
            resource.close_is_async
            and resource.close == (name,)
            and isinstance(body.parent(call), m.Evaluate)
        )

    def _strength(self, body: Body, call: m.Call) -> Usage:
        for parent, child in body.ancestors(call):
            if isinstance(parent, m.Try) and any(child is statement for statement in parent.final):
                return Usage(ALWAYS)
            if isinstance(parent, m.Handler):
                return Usage(in_handler=True)
        return Usage(PARTLY)

    def _argument(self, frame: Frame, body: Body, argument: m.Argument, call: m.Call, depth: int) -> Usage:
        last = _last_name(call)
        if last in _ENTERS:
            return Usage(ALWAYS)
        if last in _WRAPPERS:
            return self.of_node(frame, body, call, depth)
        if last in INERT or last in _LOGGERS:
            return NOTHING
        if last in _ADDS and isinstance(call.function, m.Attribute):
            return self._into(frame, body, call.function.value)
        atoms = frame.value_of(call.function)
        usage = NOTHING
        for atom in atoms:
            if isinstance(atom, FunctionAtom):
                usage = merge(usage, self._passed(atom.function, atom.receiver, argument, call, depth))
            elif isinstance(atom, ClassAtom):
                found = atom.cls.find("__init__")
                members = [a for a in found[1] if isinstance(a, FunctionAtom)] if found is not None else []
                for member in members:
                    usage = merge(usage, self._passed(member.function, atom, argument, call, depth))
                usage = usage if members else ESCAPES
            elif isinstance(atom, ExternalAtom) and _never_closes(atom.path):
                continue
            else:
                usage = ESCAPES
        if usage.returned:
            usage = merge(usage._replace(returned=False), self.of_node(frame, body, call, depth + 1))
        return usage if atoms else ESCAPES

    def _passed(
        self, function: ProjectFunction, receiver: Any, argument: m.Argument, call: m.Call, depth: int
    ) -> Usage:
        """The object is passed to a function of the project."""
        parameters = function.facts.parameters
        name = argument.keyword
        if name is None:
            if argument.star:
                return ESCAPES
            positional = [a for a in call.arguments if a.keyword is None]
            index = next(i for i, a in enumerate(positional) if a is argument)
            skip = 1 if receiver is not None and function.kind != "staticmethod" else 0
            if index + skip >= len(parameters):
                return ESCAPES
            name = parameters[index + skip].name
        target = next((f for f in function.frames.values() if f.done), None)
        if target is None or all(p.name != name or p.kind in ("*", "**") for p in parameters):
            return ESCAPES
        usage = self.of_name(target, self.body_of(target), name, depth + 1, False)
        return usage._replace(
            escapes=usage.escapes or usage.yielded,
            yielded=False,
            kept=frozenset(
                [("passed", cls) if kind == "object" else (kind, cls) for kind, cls in usage.kept]
            ),
        )


def _last_name(call: m.Call) -> str:
    return render(call.function).rpartition(".")[2].removesuffix("()")


def _is_assigned(parent: Any, node: Any) -> bool:
    """`x = value.attribute`: what is derived from the object lives on."""
    return isinstance(parent, (m.Assign, m.AugmentedAssign)) and parent.value is node


def _never_closes(path: str) -> bool:
    return path.startswith(("asyncio.", "logging.", "sqlalchemy.", "builtins."))
