"""FAP305: duplicate-route."""

from __future__ import annotations

import os
from collections.abc import Iterator

from fastapi_lint.analysis.route_conflicts import RouteConflict
from fastapi_lint.diagnostics import Diagnostic, Severity, Step
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP305",
    name="duplicate-route",
    summary="The same method and path are registered twice in one application, and the second never answers.",
    since="0.1.0",
)


@rule.on(RouteConflict)
def check(conflict: RouteConflict) -> Iterator[Diagnostic]:
    if not conflict.is_duplicate:
        return
    where = f"{os.path.basename(conflict.earlier_path)}:{conflict.earlier_span.line}"
    # The same function again answers just as the first one would: only the second registration is in vain.
    is_same = conflict.handler == conflict.earlier_handler
    advice = "remove one of the two" if is_same else "remove one of the two, or give it another path"
    yield rule.diagnostic(
        f"`{conflict.label}` is registered already, by `{conflict.earlier_handler}` ({where}): this second route never "
        f"answers; {advice}",
        conflict.path,
        conflict.span,
        help=advice,
        chain=(
            Step(conflict.earlier_path, conflict.earlier_span, conflict.earlier_handler, conflict.earlier),
        ),
        severity=Severity.WARNING if is_same else None,
    )
