"""The wording that the rules about a blocked event loop share."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Confidence, Diagnostic, Severity
from fastapi_lint.knowledge.blocking import Kind
from fastapi_lint.rules.rule import Rule

_DEEDS = ("build", "compute", "create", "download", "import", "load", "read", "start")


def report(rule: Rule, site: BlockingOnLoop, what: str) -> Iterator[Diagnostic]:
    """One finding: `what` names the kind of work, as in "waits for the network"."""
    sink = f"`{site.call.name}`"
    here = site.chain[-1].text
    spelled = f"`{here}` ({sink})" if here != site.call.name and here.isprintable() else sink
    if len(site.chain) == 1:
        sink = spelled
    through = ""
    if len(site.chain) > 1:
        through = (
            f"`{site.text}` ends in "
            if len(site.chain) == 2
            else f"`{site.text}` ends, {len(site.chain) - 1} calls down, in "
        )
    relative = ", which" if through else ""
    harm = f"{what} on the event loop: every other request waits meanwhile"
    message = f"{through}{sink}{relative} {harm}"
    advice = _advice(site)
    yield rule.diagnostic(
        f"{message}; {advice}",
        site.path,
        site.span,
        help=advice,
        chain=site.chain,
        routes=site.routes,
        severity=Severity.WARNING if site.call.confidence is not Confidence.HIGH else None,
        confidence=None if site.call.confidence is Confidence.HIGH else site.call.confidence,
        cause=f"{spelled} {harm}",
    )


def _advice(site: BlockingOnLoop) -> str:
    """What to do, the cheapest cure first."""
    if site.call.holds_gil:
        instead = site.call.replacement or "use a process pool"
        return f"a thread would not help, since this holds the interpreter's lock: {instead}"
    if not site.suspends and site.is_endpoint:
        return (
            f"`{site.function.rpartition('.')[2]}` awaits nothing: write `def` instead of `async def`, "
            "and FastAPI runs it in its threadpool"
        )
    if not site.is_async:
        name = site.function.rpartition(".")[2]
        return (
            f"`{name}` runs on the event loop and cannot `await`: do this in code that hands it to a thread"
        )
    work = site.text if _is_callee(site.text) else ""
    if len(site.chain) > 1 and not work:
        return (
            "do this step in a sync function and hand that over with `await run_in_threadpool(function, ...)`"
        )
    replacement = site.call.replacement
    if len(site.chain) > 1:
        handing_over = f"hand it over with `await run_in_threadpool({work}, ...)`"
        if site.call.kind in (Kind.NETWORK, Kind.DATABASE):
            return f"{handing_over}, or use an async client"
        return f"{handing_over}, or {replacement}" if _is_deed(replacement) else handing_over
    if _is_deed(replacement):
        return replacement
    if replacement.startswith("await run_in_threadpool") or not replacement:
        if not work:
            return (
                "move it to a sync function and hand that over with `await run_in_threadpool(function, ...)`"
            )
        return f"hand it over with `await run_in_threadpool({work}, ...)`"
    return (
        f"use `{replacement}`" if "/" not in replacement and "`" not in replacement else f"use {replacement}"
    )


def _is_deed(replacement: str) -> bool:
    """Whether the replacement says when to do the same thing (`load at start-up`), rather than what to use."""
    return replacement.partition(" ")[0] in _DEEDS


def _is_callee(text: str) -> bool:
    """Whether the text names what is called (`db.query(...).all`), as against a loop, a block or an operator."""
    return " " not in text and text.rpartition(".")[2].isidentifier()
