"""Calls that look into shared containers or change them, and calls of locks."""

from __future__ import annotations

from typing import NamedTuple

from fastapi_lint.analysis.shared_state.effects import Effects, Passed
from fastapi_lint.analysis.shared_state.locations import ANY, Location
from fastapi_lint.analysis.shared_state.marks import NO_MARKS, Marks, union
from fastapi_lint.analysis.shared_state.objects import is_container, is_synchronised
from fastapi_lint.facts import model as m
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ExternalAtom

_LOOKING = frozenset({"len", "list", "dict", "set", "tuple", "sorted", "sum", "min", "max", "any", "all", "frozenset",
                      "enumerate", "iter", "next", "reversed", "zip", "map", "filter", "bool"})  # fmt: skip
_BY_NAME = frozenset({"getattr", "hasattr", "setattr", "delattr"})
_ADDING = frozenset({"append", "add", "appendleft", "insert"})
_REMOVING = frozenset({"remove", "popitem", "popleft"})
_VIEWS = frozenset({"items", "values", "keys", "copy", "count", "index"})


class Result(NamedTuple):
    """What an expression evaluated to.

    `location` is the shared place it stands for; `is_read`: naming it reads that place (a local alias does not).
    `pending` are calls of async functions that run when the result is awaited. `is_fresh`: nobody else has such a value.
    """

    marks: Marks = NO_MARKS
    location: Location | None = None
    is_read: bool = False
    pending: tuple[Passed, ...] = ()
    is_fresh: bool = False


NOTHING = Result()


class ContainerCalls(Effects):
    """What a call does that is not a call of a project function."""

    def key(self, node: m.Expression, result: Result) -> str:
        return self.key_of(node, result.is_fresh)

    def builtin(self, node: m.Call, arguments: list[Result]) -> Result | None:
        assert isinstance(node.function, m.Name)
        name = node.function.id
        if name not in _LOOKING and name not in _BY_NAME:
            return None
        callee = self.frame.value_of(node.function)
        if callee and not any(isinstance(atom, ExternalAtom) for atom in callee):
            return None
        if name in _BY_NAME and len(node.arguments) >= 2:
            key = node.arguments[1].value
            attribute = key.value if isinstance(key, m.Constant) and isinstance(key.value, str) else None
            owner = node.arguments[0].value
            base = arguments[0].location
            location = self.places.named_attribute(owner, attribute or "*", base)
            if location is None:
                return NOTHING
            if name == "setattr" and len(arguments) > 2:
                self.write_value(
                    location, node.span, render(node), node.arguments[2].value, arguments[2].marks
                )
                return NOTHING
            return Result(
                frozenset([self.mark(location, node.span, render(node))]),
                location if name == "getattr" else None,
            )
        if name in _LOOKING and arguments:
            looks = [
                self.mark(one.location.item(ANY), node.span, render(argument.value))
                for one, argument in zip(arguments, node.arguments, strict=True)
                if one.location is not None
                and (is_container(self.frame.value_of(argument.value)) or name == "len")
            ]
            return Result(frozenset(looks))
        return None

    def method(
        self, node: m.Call, function: m.Attribute, receiver: Result, arguments: list[Result]
    ) -> Result | None:
        """A method of a container in a shared place, or of a lock."""
        name = function.attribute
        if name in ("acquire", "release"):
            self._lock_method(function, receiver, name, node)
            return None
        location = receiver.location
        if location is None:
            return None
        owner = self.frame.value_of(function.value)
        first = node.arguments[0].value if node.arguments else None
        key = self.key(first, arguments[0]) if first is not None else ANY
        text = render(node)
        if is_synchronised(owner):
            return None
        known = is_container(owner)
        if name in ("get", "__getitem__") and first is not None and (known or not owner):
            return Result(frozenset([self.mark(location.item(key), node.span, text)]), location.item(key))
        if not known:
            return None
        values = union(*[one.marks for one in arguments])
        value = self.frame.value_of(first) if first is not None else ()
        if name in _ADDING:
            last = node.arguments[-1].value if node.arguments else None
            key = self.key(last, arguments[-1]) if last is not None else ANY
            value = self.frame.value_of(last) if last is not None else ()
            self.write(
                location.item(key), "add", node.span, text, values, value, render(last) if last else ""
            )
        elif name == "extend":
            self.write(location.item(ANY), "add", node.span, text, values, value, "")
        elif name == "update":
            self.write(location.item(ANY), "update", node.span, text, values, value, "")
        elif name == "setdefault":
            self.state.act_on(location.item(key))
            return Result(frozenset([self.mark(location.item(key), node.span, text)]), location.item(key))
        elif name in _REMOVING or (name == "pop" and len(arguments) < 2):
            removed = location.item(key)
            self.write(removed, "remove", node.span, text, NO_MARKS, (), "")
            return Result(frozenset([self.mark(removed, node.span, text)]))
        elif name in ("pop", "discard"):
            self.removed(location.item(key))
            self.state.act_on(location.item(key))
            return Result(frozenset([self.mark(location.item(key), node.span, text)]))
        elif name == "clear":
            self.write(location.item(ANY), "clear", node.span, text, NO_MARKS, (), "")
        elif name in _VIEWS:
            return Result(frozenset([self.mark(location.item(ANY), node.span, text)]))
        else:
            return None
        return NOTHING

    def _lock_method(self, function: m.Attribute, receiver: Result, name: str, node: m.Call) -> None:
        lock = self.lock(function.value, receiver.location)
        if lock is None:
            return
        if name == "release":
            self.state.release([lock])
        elif lock.is_thread and not does_not_wait(node):
            self.take(lock, node.span)
        elif not lock.is_thread:
            self.waiting_for[node.span] = lock


def does_not_wait(node: m.Call) -> bool:
    """`acquire(False)`, `acquire(blocking=False)`, `acquire(timeout=0)`."""
    for index, argument in enumerate(node.arguments):
        if (
            argument.keyword in (None, "blocking")
            and index == 0
            and argument.value == m.Constant("bool", False)
        ):
            return True
        if argument.keyword in ("blocking", "timeout") and argument.value in (
            m.Constant("bool", False),
            m.Constant("int", 0),
        ):
            return True
    return False
