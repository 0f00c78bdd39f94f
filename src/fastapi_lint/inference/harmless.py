"""Arguments that make a catalogued call harmless: `acquire(blocking=False)`, `sleep(0)`, an unbounded queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.inference.values import UNKNOWN, ConstantAtom, InstanceAtom, Value

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments

_QUEUES = (
    "queue.Queue",
    "queue.LifoQueue",
    "queue.PriorityQueue",
    "multiprocessing.queues.Queue",
    "queue.SimpleQueue",
)
_MEMORY_FILES = frozenset({"io.BytesIO", "io.StringIO"})


def function(path: str, arguments: Arguments) -> bool:
    """Whether this call of a blocking library function returns at once."""
    if path == "time.sleep":
        return _is(arguments.get(0, "secs"), 0)
    if path in ("os.waitpid", "os.wait4", "os.wait3", "os.waitid"):
        return any(getattr(atom, "path", "") == "os.WNOHANG" for value in arguments.every() for atom in value)
    if path == "concurrent.futures.wait":
        return _is(arguments.get(1, "timeout"), 0)
    if path in ("zipfile.ZipFile", "tarfile.open", "gzip.GzipFile", "gzip.open"):
        # In memory: no disk, and small unless the data is large.
        values = arguments.every()
        return any(
            isinstance(atom, InstanceAtom) and atom.type in _MEMORY_FILES
            for value in values
            for atom in value
        )
    return False


def method(owner: InstanceAtom, name: str, arguments: Arguments) -> bool:
    """Whether this call of a blocking method returns at once."""
    if name == "acquire":
        return _is(arguments.get(0, "blocking"), False) or _is(arguments.get(1, "timeout"), 0)
    if name in ("get", "put") and owner.type in _QUEUES:
        position = 0 if name == "get" else 1
        if _is(arguments.get(position, "block"), False) or _is(arguments.get(position + 1, "timeout"), 0):
            return True
        return name == "put" and owner.detail == "unbounded"
    if name in ("wait", "join", "result") and _is(arguments.get(0, "timeout"), 0):
        return True
    if name == "shutdown":
        return _is(arguments.get(0, "wait"), False)
    if name == "get" and owner.type == "celery.result.AsyncResult":
        return _is(arguments.get(0, "timeout"), 0)
    return owner.detail == "memory"


def detail(path: str, arguments: Arguments) -> str:
    """What the constructor's arguments say about later calls."""
    if path in _QUEUES:
        size = arguments.get(0, "maxsize")
        if not arguments.has(0, "maxsize") or _is(size, 0):
            return "unbounded"
    if function(path, arguments):
        return "memory"
    return ""


def _is(value: Value, constant: object) -> bool:
    return value != UNKNOWN and all(
        isinstance(atom, ConstantAtom) and atom.value == constant and atom.value is not None for atom in value
    )
