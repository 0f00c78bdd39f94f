"""The wording that the rules about a blocked event loop share."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.blocking import BlockingOnLoop
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.knowledge.blocking import Confidence
from fastapi_lint.rules.rule import Rule


def report(rule: Rule, site: BlockingOnLoop, what: str) -> Iterator[Diagnostic]:
    """One finding: `what` names the kind of work, as in "waits for the network"."""
    sink = f"`{site.call.name}`"
    if (
        len(site.chain) == 1
        and site.text != site.call.name
        and site.text.isprintable()
        and site.text != "with"
    ):
        sink = f"`{site.text}` (`{site.call.name}`)"
    through = ""
    if len(site.chain) > 1:
        through = (
            f"`{site.text}` ends in "
            if len(site.chain) == 2
            else f"`{site.text}` ends, {len(site.chain) - 1} calls down, in "
        )
    message = f"{through}{sink} {what} on the event loop: every other request waits meanwhile"
    advice = _advice(site)
    yield rule.diagnostic(
        f"{message}; {advice}",
        site.path,
        site.span,
        help=advice,
        chain=site.chain,
        routes=site.routes,
        severity=Severity.WARNING if site.call.confidence is not Confidence.HIGH else None,
    )


def _advice(site: BlockingOnLoop) -> str:
    """What to do, the cheapest cure first."""
    if not site.suspends and site.is_endpoint:
        return (
            f"`{site.function.rpartition('.')[2]}` awaits nothing: write `def` instead of `async def`, "
            "and FastAPI runs it in its threadpool"
        )
    name = site.text.rpartition(".")[2] if site.text else ""
    if len(site.chain) > 1:
        work = site.text if name.isidentifier() else "the call"
        return f"hand it over with `await run_in_threadpool({work}, ...)`, or use an async client"
    replacement = site.call.replacement
    if replacement.startswith("await run_in_threadpool") or not replacement:
        work = site.text if name.isidentifier() else "f"
        return f"hand it over with `await run_in_threadpool({work}, ...)`"
    return (
        f"use `{replacement}`" if "/" not in replacement and "`" not in replacement else f"use {replacement}"
    )
