"""Facts to bytes and back: for the cache, and for the way from one process to another.

One module becomes its strings (each once), two sequences of small numbers and the spans. The bodies of
functions stand apart, so that one is only decoded when somebody asks for it.

What is decoded may have been written by anybody. Every place holds what the model's annotations say or
decoding raises `DamagedFactsError`; nothing in the bytes names code.
"""

from __future__ import annotations

from functools import partial
from typing import get_type_hints

from fastapi_lint.facts.model import ClassFacts, FunctionFacts, ModuleFacts, Statement
from fastapi_lint.facts.node_codec import CodecGenerator, Strings
from fastapi_lint.facts.packing import (
    DamagedFactsError,
    Numbers,
    Unpacked,
    decoded,
    next_number,
    next_span,
    pack,
    unpack,
)
from fastapi_lint.facts.unreadable import Unreadable

_MODULE, _UNREADABLE = b"m", b"u"


def _hints(described: object, *without: str) -> dict[str, object]:
    hints = get_type_hints(described)
    return {name: hint for name, hint in hints.items() if name not in without}


_generator = CodecGenerator()
_generator.value("statements", tuple[Statement, ...])
_generator.fields("function", _hints(FunctionFacts.__init__, "return", "body"))
_generator.fields("module", _hints(ModuleFacts, "path", "functions"))
_generator.fields("unreadable", _hints(Unreadable, "path"))
_STATEMENTS, _FUNCTION, _MODULE_FIELDS, _UNREADABLE_FIELDS = _generator.make(
    "statements", "function", "module", "unreadable"
)


def encode(facts: ModuleFacts | Unreadable) -> bytes:
    """The facts as bytes, less the path: files of equal content have equal facts."""
    strings = Strings()
    outer, bodies = Numbers(), Numbers()
    if isinstance(facts, Unreadable):
        _UNREADABLE_FIELDS.write(facts, outer.tokens.append, outer.spans.extend, strings)
        return pack(_UNREADABLE, strings, outer)
    outer.tokens.append(len(facts.functions))
    for function in facts.functions:
        tokens, spans = len(bodies.tokens), len(bodies.spans)
        _STATEMENTS.write(function.body, bodies.tokens.append, bodies.spans.extend, strings)
        _FUNCTION.write(function, outer.tokens.append, outer.spans.extend, strings)
        outer.tokens += (len(bodies.tokens) - tokens, len(bodies.spans) - spans)
    _MODULE_FIELDS.write(facts, outer.tokens.append, outer.spans.extend, strings)
    return pack(_MODULE, strings, outer, bodies)


def decode(path: str, content: bytes) -> ModuleFacts | Unreadable:
    """The facts that `encode` gave, for the file at `path`. Raises `DamagedFactsError`."""
    return decoded(partial(_decode, path, content))


def _decode(path: str, content: bytes) -> ModuleFacts | Unreadable:
    parts = unpack(content)
    number, span, strings = next_number(parts.outer[0]), next_span(parts.outer[1]), parts.strings
    if parts.kind == _UNREADABLE:
        return Unreadable(path, **_UNREADABLE_FIELDS.read(number, span, strings))
    if parts.kind != _MODULE:
        raise DamagedFactsError("not facts of a module")
    functions: list[FunctionFacts] = []
    at = at_span = 0
    for _ in range(number()):
        fields = _FUNCTION.read(number, span, strings)
        end, end_span = at + number(), at_span + number()
        functions.append(FunctionFacts(**fields, body=partial(_body, parts, at, end, at_span, end_span)))
        at, at_span = end, end_span
    facts = ModuleFacts(path, functions=tuple(functions), **_MODULE_FIELDS.read(number, span, strings))
    _check_numbers(facts)
    return facts


def _body(parts: Unpacked, first: int, last: int, first_span: int, last_span: int) -> tuple[Statement, ...]:
    """The statements of the function whose numbers and spans stand at these places."""
    tokens, spans = parts.inner

    def read() -> tuple[Statement, ...]:
        number, span = next_number(tokens[first:last]), next_span(spans[first_span:last_span])
        statements: tuple[Statement, ...] = _STATEMENTS.read(number, span, parts.strings)
        return statements

    return decoded(read)


def _check_numbers(facts: ModuleFacts) -> None:
    """Definitions are where their numbers say, and stand in others of the module."""
    functions, classes = len(facts.functions), len(facts.classes)
    definitions: list[tuple[int, FunctionFacts | ClassFacts]] = [
        *enumerate(facts.functions),
        *enumerate(facts.classes),
    ]
    for place, definition in definitions:
        around, cls = definition.parent_function, definition.parent_class
        if (
            definition.number != place
            or (around is not None and around >= functions)
            or (cls is not None and cls >= classes)
        ):
            raise DamagedFactsError("a definition outside the module")
