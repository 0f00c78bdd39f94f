"""FAP204: thread-lock-held-across-await."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.races import ThreadLockAcrossAwait
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP204",
    name="thread-lock-held-across-await",
    summary="A `threading` lock held across an `await` deadlocks the event loop.",
    since="0.1.0",
)


@rule.on(ThreadLockAcrossAwait)
def check(held: ThreadLockAcrossAwait) -> Iterator[Diagnostic]:
    advice = "use an `asyncio.Lock` with `async with`, or release the lock before the `await`"
    yield rule.diagnostic(
        f"the `threading` lock `{held.lock}` is held while line {held.suspension.line} awaits: the next request that takes it "
        f"blocks the event loop, so that it is never released; {advice}",
        held.path,
        held.span,
        help=advice,
        chain=held.chain,
        routes=held.routes,
    )
