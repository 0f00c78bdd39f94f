"""The forms a row of the blocking-call catalogue takes, and the words its columns use.

A list of names is one string with spaces between them, so that a row stays on one or two lines. In a
path or chain, a segment may hold `*` and `[...]` as in `fnmatch` and alternatives (`create|list`), and `**`
stands for one or more segments. The first segment of a path may have alternatives but no `*`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from fastapi_lint.diagnostics import Confidence


class Kind(StrEnum):
    """What the thread does while it is held."""

    SLEEP = "sleep"
    NETWORK = "network"
    DATABASE = "database"
    FILE = "file"
    METADATA = "metadata"
    PROCESS = "process"
    WAIT = "wait"
    CPU = "cpu"
    LOOP = "loop"
    CONSOLE = "console"
    CPU_LOOP = "cpu loop"
    CONFIGURED = "configured"


SLEEP, NETWORK, DATABASE, FILE, METADATA = Kind.SLEEP, Kind.NETWORK, Kind.DATABASE, Kind.FILE, Kind.METADATA
PROCESS, WAIT, CPU, LOOP, CONSOLE = Kind.PROCESS, Kind.WAIT, Kind.CPU, Kind.LOOP, Kind.CONSOLE
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW

INSTALLED = "installed"  # the name was resolved in a real install of its package
DOCUMENTED = (
    "documented"  # not resolved in an install: from the documentation, or known and still to be checked
)

THREAD = "await run_in_threadpool(f, ...)"


class Function(NamedTuple):
    """A function that blocks.

    `replacement` is what to write instead (when empty: the twin, else a thread), `twin` the dotted name of the
    async counterpart, in which `{name}` stands for `path`. `holds_gil`: no other thread runs meanwhile, so that handing
    it to one helps nobody.
    """

    path: str
    kind: Kind
    confidence: Confidence
    checked: str
    replacement: str = ""
    twin: str = ""
    note: str = ""
    holds_gil: bool = False


class Type(NamedTuple):
    """A type whose methods block.

    `blocking` and `nonblocking` are method names or patterns of them ("*" in `blocking`: all public methods but
    `nonblocking`, which always wins); `chains` are attribute chains ("chat.completions.create"). `made_by` are callables whose result has the
    type, `spellings` other paths of the class itself, `attributes` object attributes that hold it
    ("fastapi.UploadFile.file"), `decorators` decorators that turn a function into one. `blocks_on` names events that block: construct, enter, exit, iterate,
    getattr; `construct` gives the constructor its own kind and confidence. `returns` is "method=type" pairs,
    where the method may be a pattern, a chain or `__call__`, `__getitem__`, `__getattr__`, `__enter__`, `__iter__`;
    "method=" alone says that the result is unknown. `bases` are types whose rows apply as well.
    """

    name: str
    kind: Kind
    confidence: Confidence
    checked: str
    blocking: str = ""
    chains: str = ""
    nonblocking: str = ""
    made_by: str = ""
    spellings: str = ""
    attributes: str = ""
    decorators: str = ""
    blocks_on: str = ""
    construct: tuple[Kind, Confidence] | None = None
    returns: str = ""
    bases: str = ""
    replacement: str = ""
    twin: str = ""
    note: str = ""


class Tier(NamedTuple):
    """More methods of a type that has a row, with another kind or confidence."""

    name: str
    kind: Kind
    confidence: Confidence
    checked: str
    blocking: str
    chains: str = ""
    replacement: str = ""
    note: str = ""


class Harmless(NamedTuple):
    """A call that looks as if it blocked and does not. `path` may show the arguments that make it so."""

    path: str
    note: str = ""
