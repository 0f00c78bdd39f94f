"""FAP407: background-task-not-kept."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.dropped_tasks import DroppedTask
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP407",
    name="background-task-not-kept",
    summary="A task that nobody keeps a reference to may be collected before it finishes, and its exception is lost.",
    since="0.1.0",
    severity=Severity.WARNING,
)


@rule.on(DroppedTask)
def check(site: DroppedTask) -> Iterator[Diagnostic]:
    vain = f" (`{site.name}` is never used)" if site.name else ""
    advice = "keep it: `tasks.add(task)` and `task.add_done_callback(tasks.discard)` with a set that lasts"
    yield rule.diagnostic(
        f"nobody keeps the task that `{site.text}` makes of `{site.work}`{vain}: the event loop holds it weakly, so it may "
        f"be collected half-way, and its exception is lost; {advice}",
        site.path,
        site.span,
        help=advice,
        routes=site.routes,
    )
