"""Plain data: values of which nothing will ever be asked.

They need not be kept in attributes, where each new one would have everybody who reads the attribute evaluated again, and an
evaluation with one differs in nothing from an evaluation with another.
"""

from __future__ import annotations

from functools import lru_cache

from fastapi_lint.facts import model as m
from fastapi_lint.inference.values import Atom, ConstantAtom, DecoratorAtom, MemberAtom, Value
from fastapi_lint.knowledge import hand_overs
from fastapi_lint.knowledge.async_types import ASYNC_TYPES
from fastapi_lint.knowledge.blocking import is_known_type

_WEB = ("fastapi.", "starlette.", "asyncio.", "anyio.", "contextvars.", "concurrent.")


def is_plain(atom: Atom) -> bool:
    """An attribute of an object of a library that the tables do not know, or of a coroutine or container."""
    if isinstance(atom, MemberAtom):
        return atom.owner.place is None and _is_plain_member(atom.owner.type, atom.chain)
    return isinstance(atom, DecoratorAtom) and atom.kind == "member"


@lru_cache(maxsize=4096)
def _is_plain_member(type: str, chain: str) -> bool:
    name = chain.rpartition(".")[2]
    return not (
        is_known_type(type)
        or type in ASYNC_TYPES
        or type.startswith(_WEB)
        or name in hand_overs.METHODS
        or name in hand_overs.LOOP_CALLBACKS
        or name == "run_until_complete"
    )


_SCALARS = frozenset(
    {"str", "int", "float", "bool", "bytes", "complex", "date", "datetime", "timedelta", "Decimal", "UUID"}
)

_FORMS = frozenset({"Optional", "Union", "Final", "ClassVar"})


def constants(value: Value) -> Value:
    """What of the value can be plain data: its literals."""
    for atom in value:
        if type(atom) is not ConstantAtom:
            return tuple([atom for atom in value if type(atom) is ConstantAtom])
    return value


def declares_plain(annotation: m.Expression | None) -> bool:
    """Whether an annotation allows texts, numbers and the like alone: nobody declares a client as `str`."""
    if isinstance(annotation, m.Name):
        return annotation.id in _SCALARS
    if isinstance(annotation, m.Constant):
        return annotation.type == "NoneType"
    if isinstance(annotation, m.BinaryOperation):
        return declares_plain(annotation.left) and declares_plain(annotation.right)
    if isinstance(annotation, m.Subscript):
        form = annotation.value
        name = form.id if isinstance(form, m.Name) else getattr(form, "attribute", "")
        if name == "Literal":
            return True
        inner = annotation.index
        parts = inner.items if isinstance(inner, m.Display) else (inner,)
        return name in _FORMS and all(map(declares_plain, parts))
    return False
