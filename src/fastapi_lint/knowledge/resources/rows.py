"""The form of a row of the resource catalogue."""

from __future__ import annotations

from typing import NamedTuple

INSTALLED = "installed"  # the names were resolved in a real install of the package
DOCUMENTED = (
    "documented"  # not resolved in an install: from the documentation, or known and still to be checked
)


class Resource(NamedTuple):
    """Something that is opened and must be closed.

    `factories` are the callables that make it; `awaited`: their result must be awaited. `start` and `close` are
    method names in the order they are called (`close_is_async`: the last one must be awaited),
    `close_alternatives` methods that close it as well. `context_manager` is "with", "async with", "both" or "".
    `exit_stack` is how to register it on an `AsyncExitStack`. `evidence` is INSTALLED or DOCUMENTED.
    """

    type: str
    factories: tuple[str, ...]
    kind: str
    severity: str
    awaited: bool = False
    start: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    close_is_async: bool = False
    close_alternatives: tuple[str, ...] = ()
    context_manager: str = ""
    exit_stack: str = ""
    note: str = ""
    evidence: str = DOCUMENTED
