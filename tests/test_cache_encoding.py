"""Facts come back from their encoding as they were, and nothing but facts comes back."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from fastapi_lint.deep_stack import on_deep_stack
from fastapi_lint.facts.encoding import decode, encode
from fastapi_lint.facts.extract import extract
from fastapi_lint.facts.model import Constant, FunctionFacts, ModuleFacts
from fastapi_lint.facts.packing import DamagedFactsError
from fastapi_lint.facts.unreadable import Unreadable
from fastapi_lint.store import digest

FIXTURES = Path(__file__).parent / "fixtures"
_LITERALS = """\
a = [1, -1, 0x%s, 1e999, 0.1, 1j, True, False, None, ..., b"bytes", "text", "\\ud83d\\ude00", "\\0\\x01\\x02", "é\\U0001F600"]
""" % ("f" * 5000)
_SHAPES = '''\
from . import other
from .impl import *
import a.b.c as d

@decorator(1, *args, **kwargs)
async def everything(a, /, b: "Annotated[int, Depends(f)]" = 1, *c, d=lambda x: x + 1, **e) -> list[int]:
    """Text."""
    global g
    async with lock as (x, y), other:
        async for i in items(): pass
    try:
        z: int = await call(a, *b, key=c, **d)
    except (A, B) as error:
        raise C from error
    except Exception: ...
    else: del x, y
    finally: g += 1
    match a:
        case {"x": [1, *rest]} | Point(x=0) if rest: return f"{a!r} {b:>{c}}"
        case _: yield (n := 1)
    while not a and b or c: continue
    else: assert a, b
    return [x for x in y if x if not x] if a[1:2, ::3] else {**a, "b": {c}, "d": (yield from x)}, a < b is not c

class K(Base, metaclass=M):
    class Inner:
        def method(self): return {k: v async for k, v in z}
'''


def _plain(value: Any) -> Any:
    """A value in which objects that differ in any way differ."""
    if isinstance(value, FunctionFacts):
        fields = [name for name in FunctionFacts.__slots__ if name != "_body"]
        return (
            "FunctionFacts",
            *((name, _plain(getattr(value, name))) for name in fields),
            _plain(value.body),
        )
    if isinstance(value, tuple):
        return (type(value).__name__, *map(_plain, value))
    if isinstance(value, frozenset):
        return sorted(value)
    return type(value).__name__, value.hex() if isinstance(value, float) else value


def _module(source: str | bytes) -> ModuleFacts:
    facts = extract("module.py", source)
    assert isinstance(facts, ModuleFacts)
    return facts


@pytest.mark.parametrize(
    "source",
    ["", _LITERALS, _SHAPES, "x = 1\n" * 70_000, "\n" * 70_000 + "def f(): return 1\n"],
    ids=["empty", "literals", "shapes", "many lines", "far down"],
)
def test_facts_survive(source: str) -> None:
    facts = _module(source)
    again = decode("module.py", encode(facts))
    assert _plain(again) == _plain(facts)
    assert isinstance(again, ModuleFacts)
    assert encode(again) == encode(facts)


def test_the_facts_of_every_fixture_survive() -> None:
    files = sorted(FIXTURES.rglob("*.py"))
    assert len(files) > 100
    for path in files:
        facts = extract(str(path), path.read_bytes())
        assert _plain(decode(str(path), encode(facts))) == _plain(facts), path


def test_deep_nesting_survives() -> None:
    source = "def f():\n    return " + "a." * 900 + "b\n"
    content = on_deep_stack(lambda: encode(_module(source)))
    again = decode("module.py", content)  # here the stack is shallow
    assert isinstance(again, ModuleFacts)
    assert len(again.functions[0].body) == 1
    assert on_deep_stack(lambda: encode(again)) == content


def test_an_unreadable_file_survives() -> None:
    facts = extract("module.py", "def f(:\n")
    assert isinstance(facts, Unreadable)
    assert decode("module.py", encode(facts)) == facts


def test_the_path_is_not_encoded() -> None:
    content = encode(extract("here/module.py", _SHAPES))
    assert content == encode(extract("elsewhere.py", _SHAPES))
    assert decode("third.py", content).path == "third.py"


def test_nodes_are_objects_of_their_own() -> None:
    """The analysis keeps values by the identity of expressions."""
    facts = decode("module.py", encode(_module("def f():\n    return g(x, x, x)\n")))
    assert isinstance(facts, ModuleFacts)
    call = facts.functions[0].body[0].value  # type: ignore[union-attr]
    assert len({id(argument.value) for argument in call.arguments}) == 3  # type: ignore[union-attr]


def test_a_body_is_decoded_when_it_is_asked_for() -> None:
    facts = decode("module.py", encode(_module("def f():\n    return 1\n")))
    assert isinstance(facts, ModuleFacts)
    function = facts.functions[0]
    assert callable(function._body)
    first = function.body
    assert first is function.body
    assert first[0].value == Constant("int", 1)  # type: ignore[union-attr]


def _read_everything(content: bytes) -> bool:
    """Whether the bytes are facts; anything else than that error comes through."""
    try:
        facts = decode("module.py", content)
        if isinstance(facts, ModuleFacts):
            for function in facts.functions:
                _plain(function.body)
            _plain(facts)
    except DamagedFactsError:
        return False
    return True


def test_cut_off_bytes_are_no_facts() -> None:
    content = encode(_module(_SHAPES))
    assert _read_everything(content)
    for length in range(0, len(content), 7):
        assert not _read_everything(content[:length]), length
    assert not _read_everything(content + b"\0")


def test_changed_bytes_raise_nothing_else() -> None:
    """Some changes give other facts, which the checksum around them would have told; none gives another error."""
    content = encode(_module(_SHAPES))
    random_numbers = random.Random(5)
    refused = 0
    for _ in range(1500):
        changed = bytearray(content)
        for _ in range(random_numbers.choice((1, 1, 3, 20))):
            changed[random_numbers.randrange(len(changed))] = random_numbers.randrange(256)
        refused += not _read_everything(bytes(changed))
    assert refused > 500


def test_random_bytes_are_no_facts() -> None:
    random_numbers = random.Random(6)
    for size in (0, 1, 10, 100, 1000):
        assert not _read_everything(random_numbers.randbytes(size))


def test_digests_tell_parts_apart() -> None:
    assert len({digest(b"ab", b"c"), digest(b"a", b"bc"), digest(b"abc"), digest(b"abc", b"")}) == 4
