"""Path templates of routes: `/users/{user_id:int}/files/{name:path}`."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_PARAMETER = re.compile(r"\{([a-zA-Z_]\w*)(?::(\w+))?\}")
_LITERALS = {
    "str": re.compile(r"[^/]+"),
    "int": re.compile(r"[0-9]+"),
    "float": re.compile(r"[0-9]+(\.[0-9]+)?"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"),
}
_NARROWER = {"str": {"str", "int", "float", "uuid"}, "float": {"float", "int"}}
"""Converters whose texts another one takes too."""


class Segment(NamedTuple):
    """What stands between two slashes: a literal (`converter` "") or one parameter."""

    text: str
    converter: str


def parameters(path: str) -> tuple[str, ...]:
    """The names of a template's parameters, in order."""
    return tuple([match[1] for match in _PARAMETER.finditer(path)])


@cache
def segments(path: str) -> tuple[Segment, ...] | None:
    """The segments of a template; None when one mixes text and parameters, or a part is not known."""
    found = []
    for part in path.split("/"):
        match = _PARAMETER.fullmatch(part)
        if match is not None:
            found.append(Segment(match[1], match[2] or "str"))
        elif "{" in part:
            return None
        else:
            found.append(Segment(part, ""))
    return tuple(found)


def shape(path: str) -> str:
    """The template without the names of its parameters: equal for routes that answer the same requests."""
    return _PARAMETER.sub(lambda match: f"{{:{match[2] or 'str'}}}", path)


def covers(first: str, second: str) -> bool:
    """Whether every path of the template `second` is one of `first` too."""
    wide, narrow = segments(first), segments(second)
    if wide is None or narrow is None:
        return False
    for position, segment in enumerate(wide):
        if segment.converter == "path":
            # It takes the rest, slashes included; a template that goes on after it is not compared.
            return position == len(wide) - 1 and position < len(narrow)
        if position >= len(narrow):
            return False
        other = narrow[position]
        if segment.converter == "":
            if other != segment:
                return False
        elif other.converter == "":
            literal = _LITERALS.get(segment.converter)
            if literal is None or literal.fullmatch(other.text) is None:
                return False
        elif other.converter not in _NARROWER.get(segment.converter, {segment.converter}):
            return False
    return len(wide) == len(narrow)
