"""FAP304: shadowed-route."""

from __future__ import annotations

import os
from collections.abc import Iterator

from fastapi_lint.analysis.route_conflicts import RouteConflict
from fastapi_lint.diagnostics import Diagnostic, Step
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP304",
    name="shadowed-route",
    summary="A route never answers, because an earlier one with path parameters matches all of its requests.",
    since="0.1.0",
)


@rule.on(RouteConflict)
def check(conflict: RouteConflict) -> Iterator[Diagnostic]:
    if conflict.is_duplicate:
        return
    where = f"{os.path.basename(conflict.earlier_path)}:{conflict.earlier_span.line}"
    advice = f"register `{conflict.handler}` before `{conflict.earlier_handler}`"
    yield rule.diagnostic(
        f"`{conflict.label}` never answers: `{conflict.earlier}` ({where}) is registered before it and matches every one of "
        f"its requests; {advice}",
        conflict.path,
        conflict.span,
        help=advice,
        chain=(
            Step(conflict.earlier_path, conflict.earlier_span, conflict.earlier_handler, conflict.earlier),
        ),
    )
