"""The tree of what a route or a function runs, as text of a given width and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fastapi_lint.analysis.entry_points import Context
from fastapi_lint.analysis.explain import Node, Role
from fastapi_lint.diagnostics import Span
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.reporters.summary import relative_path

_WORDS = {
    Role.ROUTE: "",
    Role.MIDDLEWARE: "middleware ",
    Role.DEPENDENCY: "depends on ",
    Role.ENDPOINT: "endpoint ",
    Role.MODEL: "validates or serializes with ",
    Role.FUNCTION: "",
    Role.CALL: "calls ",
    Role.AWAIT: "awaits ",
    Role.HAND_OVER: "hands over ",
    Role.TASK: "starts the task ",
    Role.BLOCKS: "",
    Role.REST: "… ",
}
_LOOP = str(Context.LOOP)
_BRIEF = str(Kind.METADATA)
_MOST_UNRESOLVED = 3


class Report(NamedTuple):
    """What is reported for a blocking call: the rule's code, and a reason where it is not reported after all."""

    code: str
    reason: str


Reports = Mapping[tuple[str, Span], Sequence[Report]]
"""By the place of the blocking call at the end of a finding's chain."""


def render_tree(root: Node, reports: Reports, *, base: str, width: int) -> str:
    """The tree with a line or two for each node; no line is wider than `width` where that can be helped."""
    lines = list(_lines(root, reports, base, width, "", ""))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def tree_object(node: Node, reports: Reports) -> dict[str, Any]:
    """The tree for JSON."""
    found: dict[str, Any] = {"role": str(node.role), "title": node.title, "context": node.context or None}
    if node.span is not None:
        found["filename"] = node.path
        found["location"] = {"row": node.span.line, "column": node.span.column}
    if node.role is Role.BLOCKS:
        found["kind"] = node.kind
        found["call"] = node.note or node.title
        found["blocks_event_loop"] = node.context == _LOOP
        found["findings"] = [{"code": one.code, "silenced": one.reason or None} for one in _of(node, reports)]
    elif node.note:
        found["note"] = node.note
    if node.unresolved:
        found["unresolved"] = list(node.unresolved)
    if node.children:
        found["children"] = [tree_object(child, reports) for child in node.children]
    return found


def _lines(node: Node, reports: Reports, base: str, width: int, first: str, following: str) -> Iterator[str]:
    below = "│  " if node.children else ""
    yield from _entry(node, reports, base, width, first, following + below)
    for position, child in enumerate(node.children):
        is_last = position == len(node.children) - 1
        yield from _lines(
            child,
            reports,
            base,
            width,
            following + ("└─ " if is_last else "├─ "),
            following + ("   " if is_last else "│  "),
        )


def _entry(node: Node, reports: Reports, base: str, width: int, first: str, following: str) -> Iterator[str]:
    head = f"{_WORDS[node.role]}{node.title}"
    details = []
    if node.context and node.role is not Role.BLOCKS:
        details.append(f"[{node.context}]")
    if node.note:
        details.append(f"({node.note})")
    if node.role is Role.BLOCKS:
        details.append(_verdict(node, reports))
    if node.span is not None:
        details.append(f"{relative_path(node.path, base)}:{node.span.line}")
    if node.unresolved:
        details.append(_unresolved(node.unresolved))
    line = first + _cut(head, width - len(first))
    for detail in details:
        if len(line) + 2 + len(detail) <= width:
            line += f"  {detail}"
        else:
            yield line
            line = f"{following}  "
            line += _cut(detail, width - len(line))
    yield line


def _verdict(node: Node, reports: Reports) -> str:
    if node.context != _LOOP:
        return f"holds only its thread ({node.kind})"
    found = _of(node, reports)
    reported = [one.code for one in found if not one.reason]
    if reported:
        told = ", ".join(reported)
    elif found:
        told = f"not reported: {found[0].reason}"
    elif node.kind == _BRIEF:
        return f"blocks the loop, as a rule briefly ({node.kind})"
    else:
        told = "not reported by itself"
    return f"BLOCKS THE LOOP ({node.kind}): {told}"


def _of(node: Node, reports: Reports) -> list[Report]:
    """The reports at the node's place, each once, those that count first."""
    if node.span is None:
        return []
    found = dict.fromkeys(reports.get((node.path, node.span), ()))
    shown = {one.code for one in found if not one.reason}
    return sorted(one for one in found if not one.reason or one.code not in shown)


def _unresolved(texts: Sequence[str]) -> str:
    named = ", ".join(f"`{text}`" for text in texts[:_MOST_UNRESOLVED])
    more = len(texts) - _MOST_UNRESOLVED
    return f"unknown calls: {named}{f' and {more} more' if more > 0 else ''}"


def _cut(text: str, width: int) -> str:
    width = max(width, 24)
    return text if len(text) <= width else text[: width - 1] + "…"
