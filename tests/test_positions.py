"""Where nodes stand, against what LibCST's own position provider says."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from fastapi_lint.facts.positions import RECORDED, Positions

ROOT = Path(__file__).parents[1]
SYNTAX = {
    "calls over lines": "x = f(  # why\n    a ,\n\n    # note\n    *b, k = c,\n) . d [ 1 : 2, ::3 ] [\n  0]\n",
    "parentheses": "x = ( ( a + b ) . c )\ny = (yield_)\nawaited = (  # c\n    a\n    .b()\n)\n",
    "continued lines": "x = a + \\\n    b.c(\\\n d)\nassert x, \\\n  y.z()\n",
    "strings": 'x = f"{a.b!r:>{w.x}} {c.d() = } {{}}" "more" f\'{e[0]}\'\ny = f(rb"", """\n\n""", g.h)\nz.a\n',
    "except with a space": "try:\n    a.b\nexcept E :\n    c.d\nexcept (F, G) as h :\n    i.j()\nelse :\n    k.l\nfinally :\n    m.n\n",
    "except star": "try:\n    a.b\nexcept* E.F as g:\n    c.d()\n",
    "match": "match a.b, c:\n    # one\n    case [x, *_] if x.y: d.e()\n    case {'k': v, **rest}: f.g\n"
    "    case C.D(1, k=2) as w: h.i\n    case -1 | None | 'a' 'b': j.k\n    case (a, ): l.m\n    case _: n.o()\n",
    "types": "type A[T: int, *U, **P] = b.c[T]\ndef f[T = int](a: b.c = d.e, /, *g: h.i, j: k.l, **m) -> n.o: ...\nclass D[T](e.F, k=g.H): x: i.j\n",
    "with": "with (\n    a.b() as c, d.e(),\n): f.g()\nasync def h():\n    async with i.j as k: await l.m()\n    async for n in o.p: q.r\n",
    "comprehensions": "x = [a.b for c in d.e if f.g if h.i for j in k.l]\ny = {a.b: c.d for e in f}\nz = {a.b for c in d}\nw = g(a.b for c in d.e)\n",
    "lambdas": "x = lambda a, *b, c=d.e, **f: g.h(a)\ny = lambda: a.b\nz = (a := b.c) if d.e else (yield)\n",
    "statements": "a.b; c.d ;e.f()\ndel g.h\nraise i.j from k.l\nx += m.n\ny: o.p = q.r\nglobal s, t\nfrom .u import (v as w,\n x)\n",
    "elif": "if a.b:\n  c.d\nelif e.f:\n\tg.h()\nelse: i.j\nwhile k.l: m.n\nelse: o.p\n",
    "decorators": "@a.b  # c\n# d\n@ e.f()\n\nasync  def g(): h.i\n@j\n# k\nclass L: m.n\n",
    "carriage returns": "a.b\r\nif c.d:\r\n    e.f(\r\n        g.h)\r\ni.j\r\n",
    "old line ends": "a.b\rif c.d:\r    e.f()\ri.j\r",
    "form feed": "\x0ca.b\n\x0c\ndef f():\n\x0c    c.d()\n",
    "no end of line": "def f():\n    a.b\n    # end",
}


def compare(code: str) -> int:
    """Assert that all spans are LibCST's; returns how many there are."""
    wrapper = MetadataWrapper(cst.parse_module(code), unsafe_skip_copy=True)
    positions = Positions(wrapper.module, code)
    compared = 0
    for node, expected in wrapper.resolve(PositionProvider).items():
        name = type(node).__name__
        if name not in RECORDED:
            continue
        span = positions.of(node)
        assert span is not None
        assert (span.line, span.column) == (expected.start.line, expected.start.column + 1), name
        assert (span.end_line, span.end_column) == (expected.end.line, expected.end.column + 1), name
        compared += 1
    return compared


@pytest.mark.parametrize("code", SYNTAX.values(), ids=SYNTAX.keys())
def test_spans_are_those_of_libcst(code: str) -> None:
    assert compare(code) >= 2


def test_spaces_that_libcst_drops_shift_nothing_beyond_their_line() -> None:
    code = "def f():\n    x(f'{a.b!s  }', c.d)\n    y(f'{a.b!s  }', c.d)\n    return z.a()\n"
    module = cst.parse_module(code)
    positions = Positions(module, code)
    function = module.body[0]
    assert isinstance(function, cst.FunctionDef)
    last = function.body.body[-1]
    assert isinstance(last, cst.SimpleStatementLine)
    span = positions.of(last.body[0])
    assert span is not None
    assert (span.line, span.column, span.end_column) == (4, 5, 17)


@pytest.mark.parametrize("folder", ["src/fastapi_lint/facts", "src/fastapi_lint/inference", "examples"])
def test_real_files(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert sum(compare(path.read_text(encoding="utf-8")) for path in files) > 100
