"""Executors in a `with` block whose work is awaited inside of it: nothing is left to wait for at the end."""

from __future__ import annotations

from typing import Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import BlockingCallSite, Form

_EXITS = (
    "concurrent.futures.ThreadPoolExecutor.__exit__",
    "concurrent.futures.ProcessPoolExecutor.__exit__",
)


def leaves_pool(site: BlockingCallSite) -> bool:
    """Whether the site is `with ThreadPoolExecutor() as pool:`."""
    return site.form is Form.ENTER and site.call.name in _EXITS


def awaited_pools(facts: m.FunctionFacts) -> frozenset[Span]:
    """The `with` items of a function whose executor only does what the block awaits.

    `await loop.run_in_executor(pool, work)` has waited already when the block ends; `pool.submit(work)` has not.
    """
    return frozenset(
        item.span
        for node in nodes_of(facts)
        if isinstance(node, m.With) and not node.is_async
        for item in node.items
        if isinstance(item.target, m.Name) and _only_awaited(node.body, item.target.id)
    )


def _only_awaited(body: tuple[m.Statement, ...], pool: str) -> bool:
    nodes: list[Any] = list(walk(body))
    asked = any(
        isinstance(node, m.Attribute) and isinstance(node.value, m.Name) and node.value.id == pool
        for node in nodes
    )
    return not asked and any(isinstance(node, m.Await) for node in nodes)
