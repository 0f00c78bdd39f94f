"""How much mending the first causes would do."""

from __future__ import annotations

from collections import defaultdict

from fastapi_lint.reporters.audit.model import Audit


def blocked_routes(audit: Audit) -> int:
    """The number of routes that at least one blocking call reaches."""
    return len({route for sink in audit.sinks for route in sink.routes})


def freed_routes(audit: Audit, count: int) -> int:
    """The number of routes that nothing would block any more if the first `count` sinks were mended."""
    sinks: dict[int, set[int]] = defaultdict(set)
    for number, sink in enumerate(audit.sinks):
        for route in sink.routes:
            sinks[route].add(number)
    mended = set(range(count))
    return sum(numbers <= mended for numbers in sinks.values())
