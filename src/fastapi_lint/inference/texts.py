"""Texts that code puts together from constants: paths, prefixes, URLs."""

from __future__ import annotations

import re

from fastapi_lint.inference.values import UNKNOWN, ConstantAtom, ContainerAtom, Value

_METHODS = frozenset(
    {
        "strip",
        "lstrip",
        "rstrip",
        "removeprefix",
        "removesuffix",
        "lower",
        "upper",
        "replace",
        "title",
        "capitalize",
    }
)
_FIELD = re.compile(r"\{(\w*)\}")


def method(text: Value, name: str, positional: list[Value], keywords: dict[str, Value]) -> Value:
    """`text.name(...)` of a known text with known arguments; unknown otherwise."""
    constant = _text(text)
    if constant is None:
        return UNKNOWN
    if name == "format":
        return _format(constant, positional, keywords)
    arguments = [_text(value) for value in positional]
    if name not in _METHODS or keywords:
        return UNKNOWN
    known = [argument for argument in arguments if argument is not None]
    if len(known) != len(arguments):
        return UNKNOWN
    try:
        return (ConstantAtom(getattr(constant, name)(*known)),)
    except TypeError:
        return UNKNOWN


def percent(left: Value, right: Value) -> Value:
    """`left % right` of a known text."""
    template = _text(left)
    if template is None or len(right) != 1:
        return UNKNOWN
    values = right[0].items if isinstance(right[0], ContainerAtom) and right[0].kind == "tuple" else (right,)
    texts = [_shown(value) for value in values]
    if template.count("%") != template.count("%s") or template.count("%s") != len(texts) or None in texts:
        return UNKNOWN
    return (ConstantAtom(template % tuple(texts)),)


def _format(template: str, positional: list[Value], keywords: dict[str, Value]) -> Value:
    position = 0
    parts: list[str] = []
    end = 0
    for match in _FIELD.finditer(template):
        key = match[1]
        if key and not key.isdigit():
            value = keywords.get(key, UNKNOWN)
        else:
            index = int(key) if key else position
            position += 1
            value = positional[index] if index < len(positional) else UNKNOWN
        shown = _shown(value)
        if shown is None:
            return UNKNOWN
        parts += [template[end : match.start()], shown]
        end = match.end()
    rest = template[end:]
    if "{" in rest.replace("{{", "") or not parts:
        return UNKNOWN
    return (ConstantAtom("".join(parts) + rest),)


def _text(value: Value) -> str | None:
    if len(value) == 1 and isinstance(value[0], ConstantAtom) and isinstance(value[0].value, str):
        return value[0].value
    return None


def _shown(value: Value) -> str | None:
    if len(value) == 1 and isinstance(value[0], ConstantAtom) and isinstance(value[0].value, (str, int)):
        return str(value[0].value)
    return None
