"""Named tuples other than facts to bytes and back, with the same codecs and the same mistrust."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

from fastapi_lint.facts.node_codec import Codec, CodecGenerator, Strings
from fastapi_lint.facts.packing import Numbers, decoded, next_number, next_span, pack, unpack

Value = TypeVar("Value", bound=tuple[object, ...])

_KIND = b"t"


def encode_tuple(value: tuple[object, ...]) -> bytes:
    """A named tuple of named tuples, strings, numbers from 0, truth values, enumerations of strings, and tuples of them."""
    strings, numbers = Strings(), Numbers()
    _codec(type(value)).write(value, numbers.tokens.append, numbers.spans.extend, strings)
    return pack(_KIND, strings, numbers)


def decode_tuple(cls: type[Value], content: bytes) -> Value:
    """What `encode_tuple` gave for a value of this class. Raises `packing.DamagedFactsError`."""

    def read() -> Value:
        parts = unpack(content)
        if parts.kind != _KIND:
            raise ValueError("something else")
        number, span = next_number(parts.outer[0]), next_span(parts.outer[1])
        value: Value = _codec(cls).read(number, span, parts.strings)
        return value

    return decoded(read)


@cache
def _codec(cls: type) -> Codec:
    generator = CodecGenerator()
    generator.value("value", cls)
    (codec,) = generator.make("value")
    return codec
