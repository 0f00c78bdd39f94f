"""What encoded facts look like as bytes: a header, all strings, numbers, spans; numbers and spans in two parts each.

What is unpacked may have been written by anybody: it is what it should be, or `DamagedFactsError`.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from fastapi_lint.deep_stack import on_deep_stack
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts.node_codec import Strings

Result = TypeVar("Result")

_HEADER = struct.Struct("=cccccIIIII")
_NARROW, _WIDE = "H", "I"
_BYTE_ORDER = sys.byteorder[0].encode()
_WIDTH = bytes((array(_WIDE).itemsize,))

_new_span = partial(tuple.__new__, Span)


class DamagedFactsError(ValueError):
    """Bytes that hold no facts."""


class Numbers:
    """Numbers to write, and the spans, which are told apart by their order alone."""

    __slots__ = ("spans", "tokens")

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.spans: list[int] = []


class Unpacked(NamedTuple):
    """What was packed: `outer` and `inner` are pairs of numbers and of spans, four numbers each."""

    kind: bytes
    strings: list[str]
    outer: tuple[array[int], array[int]]
    inner: tuple[array[int], array[int]]


def pack(kind: bytes, strings: Strings, outer: Numbers, inner: Numbers | None = None) -> bytes:
    """All of it in a row. `kind` is one byte. Raises `OverflowError` for numbers that no facts have."""
    inner = inner or Numbers()
    separator, text = _join(strings)
    encoded = (separator + text).encode("utf-8", "surrogatepass")
    codes, parts = [], []
    for numbers in ((outer.tokens, inner.tokens), (outer.spans, inner.spans)):
        code = _NARROW if max(chain.from_iterable(numbers), default=0) < 0x10000 else _WIDE
        codes.append(code.encode())
        parts += [array(code, some) for some in numbers]
    header = _HEADER.pack(kind, _BYTE_ORDER, _WIDTH, *codes, len(encoded), *map(len, parts))
    return b"".join((header, encoded, *(part.tobytes() for part in parts)))


def unpack(content: bytes) -> Unpacked:
    """The parts of what `pack` gave. Raises `ValueError`, `IndexError` or `struct.error` for anything else."""
    kind, order, width, token_code, span_code, size, *lengths = _HEADER.unpack_from(content)
    if order != _BYTE_ORDER or width != _WIDTH:
        raise DamagedFactsError("written by another machine")
    at = _HEADER.size + size
    text = content[_HEADER.size : at].decode("utf-8", "surrogatepass")
    strings = list(map(sys.intern, text[1:].split(text[0])))
    parts: list[array[int]] = []
    for code, length in zip((token_code, token_code, span_code, span_code), lengths, strict=True):
        part: array[int] = array(_NARROW if code == _NARROW.encode() else _WIDE)
        end = at + length * part.itemsize
        part.frombytes(content[at:end])
        if len(part) != length:
            raise DamagedFactsError("too short")
        parts.append(part)
        at = end
    if at != len(content):
        raise DamagedFactsError("too long")
    return Unpacked(kind, strings, (parts[0], parts[2]), (parts[1], parts[3]))


def decoded(work: Callable[[], Result]) -> Result:
    """The result of `work`, which reads what may be damaged: then, and only then, `DamagedFactsError`."""
    try:
        try:
            return work()
        except RecursionError:
            return on_deep_stack(work)
    except (ValueError, IndexError, StopIteration, OverflowError, RecursionError, struct.error) as error:
        raise DamagedFactsError(str(error)) from error


def next_span(numbers: array[int]) -> Callable[[], Span]:
    """A function that gives one span after the other."""
    one: Any = iter(numbers)
    spans: Iterator[Span] = map(_new_span, zip(one, one, one, one, strict=True))
    return spans.__next__


def next_number(numbers: array[int]) -> Callable[[], int]:
    """A function that gives one number after the other."""
    return iter(numbers).__next__


def _join(strings: Iterable[str]) -> tuple[str, str]:
    """The character between the strings, the first that none of them has, and all strings in one."""
    together = "".join(strings)
    separator = next(c for c in map(chr, range(0x110000)) if c not in together)
    return separator, separator.join(strings)
