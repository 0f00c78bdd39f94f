"""What walking a function leaves behind: hazards in it, and what a caller must know about it."""

from __future__ import annotations

from typing import NamedTuple

from fastapi_lint.analysis.shared_state.locations import Location
from fastapi_lint.analysis.shared_state.marks import Lock, Mark
from fastapi_lint.diagnostics import Span
from fastapi_lint.inference.frames import Frame
from fastapi_lint.inference.values import Value


class Write(NamedTuple):
    """A write to `location` at `span`.

    `kind` is "assign", "constant", "none", "update" (augmented), "add", "remove" or "clear". `parameters`: the written
    value depends on these parameters. `suspended`: a suspension may precede it. `is_tested`: a test of the place decides
    about it; `is_checked`: that, or the new value comes from a look at the place. `shown` is the place as the code names
    it. `depth`: calls below the function at hand. `frame` is where it stands, `value` what is written and `source` the
    name of what gave it, as far as they are known.
    """

    location: Location
    kind: str
    span: Span
    text: str
    frame: Frame
    value: Value
    source: str
    parameters: frozenset[str]
    suspended: bool
    is_tested: bool
    is_checked: bool
    depth: int
    shown: Location


class Hazard(NamedTuple):
    """In `frame` the write at `span` depends on a read that is stale by then.

    `how` is "value" (the new value was computed from it) or "check" (it decided that the write happens).
    `write` is where the write stands: in `frame`, or in a function called at `span`.
    """

    frame: Frame
    span: Span
    text: str
    how: str
    mark: Mark
    write: Write
    suspension: Span


class Returned(NamedTuple):
    """The result depends on a read of `location`; `suspended`: the function may suspend after that read."""

    location: Location
    role: str
    suspended: bool


class HeldThreadLock(NamedTuple):
    """A `threading` lock taken at `span` is held while the frame suspends at `suspension`."""

    frame: Frame
    span: Span
    lock: Lock
    suspension: Span


class Walked(NamedTuple):
    """The outcome of walking one frame. `sites`: the locks held at each call, by its span.

    `removals` are entries that it takes out of containers. `gives_fresh`: its result is like no other.
    """

    hazards: tuple[Hazard, ...] = ()
    writes: tuple[Write, ...] = ()
    returned: tuple[Returned, ...] = ()
    returned_place: Location | None = None
    yielded_under: frozenset[Lock] = frozenset()
    sites: dict[Span, frozenset[Lock]] = {}  # noqa: RUF012 - an immutable default
    thread_locks: tuple[HeldThreadLock, ...] = ()
    removals: tuple[Location, ...] = ()
    gives_fresh: bool = False


NOTHING = Walked()
