"""Writers and readers of the model's nodes, made from the annotations of their fields.

A node is written as numbers, its fields in order: a string as its place in a table, a node as its kind
(where the annotation leaves a choice) and its fields, a tuple as its length and items. A reader takes
nothing but what the annotation allows, whatever the numbers say.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts.model import Constant

Number = Callable[[], int]
NextSpan = Callable[[], Span]
Append = Callable[[int], None]
Extend = Callable[[tuple[int, ...]], None]


class Strings(dict[str, int]):
    """Each string's place in a table; asking for a new one adds it."""

    def __missing__(self, text: str) -> int:
        place = self[text] = len(self)
        return place


class Codec(NamedTuple):
    """`write(value, append a number, append a span, strings)`; `read(next number, next span, strings)`.

    What a codec for fields reads is a dictionary of them.
    """

    write: Callable[[Any, Append, Extend, Strings], None]
    read: Callable[[Number, NextSpan, list[str]], Any]


# A choice between node classes is written as a number: its place in this list, by name.
_NOTHING = 0


class CodecGenerator:
    """Python source of writers and readers, and the names that it uses."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "new": tuple.__new__,
            "write_kind": {},
        }
        self._kinds: dict[type, int] = {types.NoneType: _NOTHING}
        self._made: set[type] = set()
        self._choices: dict[frozenset[type], str] = {}

    def node(self, cls: type) -> str:
        """The name under which the node class is known in the source."""
        name = cls.__name__
        if cls in self._made:
            return name
        self._made.add(cls)
        self.names[name] = cls
        if cls is Constant:
            self.names["write_Constant"], self.names["read_Constant"] = _write_constant, _read_constant
            return name
        hints = get_type_hints(cls)
        fields = list(cls._fields)  # type: ignore[attr-defined]
        writes = [line for field in fields for line in self.write(hints[field], f"v_{field}")]
        unpacked = ", ".join(f"v_{field}" for field in fields) + ","
        self._function(f"write_{name}(v, out, span, strings)", [f"{unpacked} = v", *writes])
        reads = ", ".join(self.read(hints[field]) for field in fields)
        self._function(f"read_{name}(number, span, strings)", [f"return new({name}, ({reads},))"])
        return name

    def fields(self, name: str, hints: dict[str, Any]) -> None:
        """Functions for an object that is no tuple, or not all of whose fields count."""
        writes = [line for field, hint in hints.items() for line in self.write(hint, f"v.{field}")]
        self._function(f"write_{name}(v, out, span, strings)", writes)
        reads = ", ".join(f"{field!r}: {self.read(hint)}" for field, hint in hints.items())
        self._function(f"read_{name}(number, span, strings)", [f"return {{{reads}}}"])

    def value(self, name: str, hint: Any) -> None:
        """Functions for a value with this annotation."""
        self._function(f"write_{name}(v, out, span, strings)", self.write(hint, "v"))
        self._function(f"read_{name}(number, span, strings)", [f"return {self.read(hint)}"])

    def write(self, hint: Any, value: str) -> list[str]:
        """Statements that write `value`."""
        if hint is str:
            return [f"out(strings[{value}])"]
        if hint is int:
            return [f"out({value})"]
        if hint is bool:
            return [f"out(1 if {value} else 0)"]
        if hint is Span:
            return [f"span({value})"]
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return [f"out(strings[{value}.value])"]
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is tuple:
            item = arguments[0]
            return [f"out(len({value}))", f"for item in {value}:", *_indented(self.write(item, "item"))]
        if origin is frozenset:
            return [
                f"out(len({value}))",
                f"for item in sorted({value}):",
                *_indented(self.write(arguments[0], "item")),
            ]
        if origin in (Union, types.UnionType):
            one = _optional(hint)
            if one in (str, int):
                some = f"strings[{value}]" if one is str else value
                return [f"out(0 if {value} is None else {some} + 1)"]
            self._choice(hint)
            return [f"write_kind[{value}.__class__]({value}, out, span, strings)"]
        return [f"write_{self.node(hint)}({value}, out, span, strings)"]

    def read(self, hint: Any) -> str:
        """An expression that reads a value with this annotation."""
        if hint is str:
            return "strings[number()]"
        if hint is int:
            return "number()"
        if hint is bool:
            return "number() == 1"
        if hint is Span:
            return "span()"
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            self.names[hint.__name__] = hint
            return f"{hint.__name__}(strings[number()])"
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is tuple:
            return f"tuple([{self.read(arguments[0])} for _ in range(number())])"
        if origin is frozenset:
            return f"frozenset([{self.read(arguments[0])} for _ in range(number())])"
        if origin in (Union, types.UnionType):
            one = _optional(hint)
            if one is str:
                return "(strings[some - 1] if (some := number()) else None)"
            if one is int:
                return "(some - 1 if (some := number()) else None)"
            return f"{self._choice(hint)}[number()](number, span, strings)"
        return f"read_{self.node(hint)}(number, span, strings)"

    def _choice(self, hint: Any) -> str:
        """The name of the list of readers for a choice between node classes."""
        classes = frozenset(get_args(hint))
        if classes not in self._choices:
            self._choices[classes] = f"choice_{len(self._choices)}"
            for cls in sorted(classes - {types.NoneType}, key=lambda one: one.__name__):
                self._kinds.setdefault(cls, len(self._kinds))
                self.node(cls)
        return self._choices[classes]

    def _function(self, head: str, body: list[str]) -> None:
        self.lines += [f"def {head}:", *_indented(body)]

    def make(self, *asked: str) -> tuple[Codec, ...]:
        """Run the source; the codecs of these names that were asked for with `fields` and `value`."""
        for cls, kind in self._kinds.items():
            head = f"write_kind_{kind}(v, out, span, strings)"
            name = "" if cls is types.NoneType else f"write_{cls.__name__}(v, out, span, strings)"
            self._function(head, [f"out({kind})", *([name] if name else [])])
        names = self.names
        exec("\n".join(self.lines), names)
        for cls, kind in self._kinds.items():
            names["write_kind"][cls] = names[f"write_kind_{kind}"]
        for classes, name in self._choices.items():
            names[name] = [
                _read_nothing
                if cls is types.NoneType and cls in classes
                else names[f"read_{cls.__name__}"]
                if cls in classes
                else _read_wrong
                for cls in self._kinds
            ]
        return tuple(Codec(names[f"write_{name}"], names[f"read_{name}"]) for name in asked)


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def _optional(hint: Any) -> Any:
    """What an annotation allows beside None, if that is a single type."""
    others = [one for one in get_args(hint) if one is not types.NoneType]
    return others[0] if len(others) == 1 else None


def _read_nothing(number: Number, span: NextSpan, strings: list[str]) -> None:
    return None


def _read_wrong(number: Number, span: NextSpan, strings: list[str]) -> None:
    raise ValueError("a node of a kind that may not stand here")


# --- constants: the only field whose annotation names several plain types -------------------

# The extractor gives out one object for each of these.
_SHARED = {value: Constant(type(value).__name__, value) for value in (True, False, None)}
_NONE, _TRUE, _FALSE, _INTEGER, _FLOAT, _STRING = range(6)
_SINGLETONS: tuple[bool | None, ...] = (None, True, False)


def _write_constant(v: Constant, out: Append, span: Extend, strings: Strings) -> None:
    out(strings[v.type])
    value = v.value
    if value.__class__ is str:
        out(_STRING)
        out(strings[value])
    elif value is None or value is True or value is False:
        out(_SINGLETONS.index(value))
    elif isinstance(value, float):
        out(_FLOAT)
        out(strings[value.hex()])
    else:
        out(_INTEGER)
        out(strings[hex(value)])  # type: ignore[arg-type]


def _read_constant(number: Number, span: NextSpan, strings: list[str]) -> Constant:
    name = strings[number()]
    kind = number()
    if kind == _STRING:
        return Constant(name, strings[number()])
    if kind == _INTEGER:
        return Constant(name, int(strings[number()], 16))
    if kind == _FLOAT:
        return Constant(name, float.fromhex(strings[number()]))
    value = _SINGLETONS[kind]
    shared = _SHARED[value]
    return shared if name == shared.type else Constant(name, value)
