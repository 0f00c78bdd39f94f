"""Where nodes stand, found by adding up the lengths of what comes before them.

A parsed tree holds every character of its text, so one walk in the order of the text finds each node's
place. LibCST's own `PositionProvider` costs two to five times the parse, its code generator a third of it;
this walk a tenth, since it builds no text and does the same few steps for each type of node (see `layout`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import libcst as cst

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts.layout import LAYOUT

RECORDED = frozenset(
    {
        "AnnAssign", "Assign", "Attribute", "AugAssign", "Await", "BinaryOperation", "Call", "ClassDef", "Comparison", "Del",
        "DictComp", "Expr", "For", "FormattedStringExpression", "FunctionDef", "GeneratorExp", "If", "Lambda", "ListComp",
        "Match", "NamedExpr", "Param", "Raise", "Return", "SetComp", "Subscript", "UnaryOperation", "While", "With", "WithItem",
        "Yield",
    }
)  # fmt: skip
"""The node types whose places facts need."""

_NEWLINES = re.compile(r"\r\n?|\n")


class _Walk:
    """What measuring needs to know besides the node; offsets are in characters."""

    __slots__ = ("end", "indent", "newline", "offsets", "text", "unit")

    def __init__(self, module: cst.Module, text: str) -> None:
        self.text = text
        self.indent = 0
        self.end = 0  # of the last line of statements
        self.unit = len(module.default_indent)
        self.newline = len(module.default_newline)
        self.offsets: dict[int, tuple[int, int]] = {}


Measure = Callable[[Any, int, _Walk], int]
"""From a node, the offset where it begins and the walk to the offset where it ends."""


class Positions:
    """The places of the nodes of `RECORDED` types in a module; valid while the module is alive."""

    def __init__(self, module: cst.Module, text: str) -> None:
        self._lines = [0, *[match.end() for match in _NEWLINES.finditer(text)]]
        walk = _Walk(module, text)
        self._offsets = walk.offsets
        at = 0
        for part in (module.header, module.body, module.footer):
            for node in part:
                at = _MEASURES[type(node)](node, at, walk)

    def of(self, node: cst.CSTNode) -> Span | None:
        """The node's span, without its parentheses; a compound statement ends with the last statement in it."""
        found = self._offsets.get(id(node))
        if found is None:
            return None
        start, end = found
        lines = self._lines
        line = bisect_right(lines, start)
        end_line = bisect_right(lines, end)
        return Span(line, start - lines[line - 1] + 1, end_line, end - lines[end_line - 1] + 1)


def _nothing(_: Any, at: int, __: _Walk) -> int:
    """None, or a token that the parser did not find."""
    return at


def _newline(node: cst.Newline, at: int, walk: _Walk) -> int:
    """A line's end. LibCST drops a few spaces (`{x!r }`), so that the place is looked up again where it is off."""
    text = walk.text
    if at < len(text) and text[at] not in "\r\n":
        found = _NEWLINES.search(text, at)
        return found.end() if found else len(text)
    return at + (walk.newline if node.value is None else len(node.value))


def _if(node: cst.If, at: int, walk: _Walk, keyword: int = len("if")) -> int:
    for line in node.leading_lines:
        at = _MEASURES[type(line)](line, at, walk)
    start = at = at + walk.indent
    at = _all((node.whitespace_before_test, node.test, node.whitespace_after_test), at + keyword, walk)
    at = _all((node.body,), at + 1, walk)
    if isinstance(node.orelse, cst.If):
        at = _if(node.orelse, at, walk, len("elif"))
    elif node.orelse is not None:
        at = _MEASURES[cst.Else](node.orelse, at, walk)
    walk.offsets[id(node)] = (start, walk.end)
    return at


def _block(node: cst.IndentedBlock, at: int, walk: _Walk) -> int:
    at = _MEASURES[type(node.header)](node.header, at, walk)
    return _indented(node.indent, (*node.body, *node.footer), at, walk)


def _match(node: cst.Match, at: int, walk: _Walk) -> int:
    start = at = _all(node.leading_lines, at, walk) + walk.indent
    at = _all(
        (node.whitespace_after_match, node.subject, node.whitespace_before_colon), at + len("match"), walk
    )
    at = _all((node.whitespace_after_colon,), at + 1, walk)
    at = _indented(node.indent, (*node.cases, *node.footer), at, walk)
    walk.offsets[id(node)] = (start, walk.end)
    return at


def _match_case(node: cst.MatchCase, at: int, walk: _Walk) -> int:
    at = _all(node.leading_lines, at, walk) + walk.indent + len("case")
    at = _all((node.whitespace_after_case, node.pattern, node.whitespace_before_if), at, walk)
    at += len("if") if node.guard is not None else 0
    at = _all((node.whitespace_after_if, node.guard, node.whitespace_before_colon), at, walk)
    return _all((node.body,), at + 1, walk)


def _match_as(node: cst.MatchAs, at: int, walk: _Walk) -> int:
    at = _all((*node.lpar, node.pattern, node.whitespace_before_as), at, walk)
    at += len("as") if node.pattern is not None else 0
    at = _all((node.whitespace_after_as, node.name), at, walk)
    at += len("_") if node.name is None else 0
    return _all(node.rpar, at, walk)


def _match_star(node: cst.MatchStar, at: int, walk: _Walk) -> int:
    at = _all((node.whitespace_before_name, node.name), at + len("*"), walk)
    at += len("_") if node.name is None else 0
    return _all((node.comma,), at, walk)


def _match_mapping(node: cst.MatchMapping, at: int, walk: _Walk) -> int:
    at = _all((*node.lpar, node.lbrace, *node.elements), at, walk)
    if node.rest is not None:
        at = _all((node.whitespace_before_rest, node.rest, node.trailing_comma), at + len("**"), walk)
    return _all((node.rbrace, *node.rpar), at, walk)


def _replacement(
    node: cst.FormattedStringExpression | cst.TemplatedStringExpression, at: int, walk: _Walk
) -> int:
    start = at
    at = _all((node.whitespace_before_expression, node.expression, node.equal), at + 1, walk)
    at = _all((node.whitespace_after_expression,), at, walk)
    if node.conversion is not None:
        at += 1 + len(node.conversion)
    if node.format_spec is not None:
        at = _all(node.format_spec, at + 1, walk)
    at += 1
    walk.offsets[id(node)] = (start, at)
    return at


def _all(nodes: Any, at: int, walk: _Walk) -> int:
    for node in nodes:
        at = _MEASURES[type(node)](node, at, walk)
    return at


def _indented(indent: str | None, nodes: Any, at: int, walk: _Walk) -> int:
    outer = walk.indent
    walk.indent += walk.unit if indent is None else len(indent)
    at = _all(nodes, at, walk)
    walk.indent = outer
    return at


_MEASURES: dict[type, Measure] = {
    type(None): _nothing,
    cst.MaybeSentinel: _nothing,
    cst.Newline: _newline,
    cst.If: _if,
    cst.IndentedBlock: _block,
    cst.Match: _match,
    cst.MatchCase: _match_case,
    cst.MatchAs: _match_as,
    cst.MatchStar: _match_star,
    cst.MatchMapping: _match_mapping,
    cst.FormattedStringExpression: _replacement,
}


def _source(name: str, layout: str) -> str:
    """A function that measures one type of node, as Python: looking its layout up at each node would cost three times as much."""
    lines = [f"def {name}(node, at, walk):"]
    fixed = 0  # the length of texts not added yet

    def add(line: str) -> None:
        lines.append("    " + line)

    def flush() -> None:
        nonlocal fixed
        if fixed:
            add(f"at += {fixed}")
        fixed = 0

    for item in layout.split():
        if item.startswith("'"):
            fixed += len(item) - 2
            continue
        flush()
        field = item.rstrip("~=*?")
        if item == "(":
            add("if node.lpar: at = all_of(node.lpar, at, walk)")
        if item in "(<":
            add("start = at")
        elif item == "|":
            add("walk.end = at")
        elif item in ")>]":
            if name in RECORDED:
                add(f"walk.offsets[id(node)] = (start, {'walk.end' if item == ']' else 'at'})")
            if item == ")":
                add("if node.rpar: at = all_of(node.rpar, at, walk)")
        elif item == "indent":
            add("at += walk.indent")
        elif "+" in item:
            field, _, more = item.partition("+")
            add(f"if node.{field}: at += {'walk.indent' if more == 'indent' else more}")
        elif item.endswith("~"):
            add(f"try: at += len(node.{field}.value)")
            add(f"except AttributeError: at = lines(node.{field}, at, walk)")
        elif item.endswith("="):
            add(f"if type(node.{field}) is str: at += len(node.{field})")
        elif item.endswith("*?"):
            add(f"if type(node.{field}) is star: at += 1")
            add(f"else: at = all_of(node.{field}, at, walk)")
        elif item.endswith("*"):
            add(f"for child in node.{field}: at = measures[type(child)](child, at, walk)")
        else:
            add(f"child = node.{field}")
            add("if child is not None: at = measures[type(child)](child, at, walk)")
    flush()
    add("return at")
    return "\n".join(lines)


def _compile() -> None:
    names: dict[str, Any] = {"measures": _MEASURES, "all_of": _all, "star": cst.ImportStar}
    known = {name: layout for name, layout in LAYOUT.items() if hasattr(cst, name)}
    exec("\n".join(_source(name, layout) for name, layout in known.items()), names)
    names["lines"] = names["ParenthesizedWhitespace"]
    for name in known:
        _MEASURES[getattr(cst, name)] = names[name]
    if hasattr(cst, "TemplatedStringExpression"):
        _MEASURES[cst.TemplatedStringExpression] = _replacement


_compile()
