"""Arguments that make a catalogued call harmless: `acquire(blocking=False)`, `sleep(0)`, an unbounded queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.facts import model as m
from fastapi_lint.inference.values import UNKNOWN, Atom, ConstantAtom, InstanceAtom, ObjectAtom, Value
from fastapi_lint.knowledge.blocking import constructed_type
from fastapi_lint.knowledge.blocking.waiting import AT_ONCE, waiting_parameters

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments

_QUEUES = (
    "queue.Queue",
    "queue.LifoQueue",
    "queue.PriorityQueue",
    "multiprocessing.queues.Queue",
    "queue.SimpleQueue",
)
PROMPT = "prompt"
"""What the arguments of a lock say that is refused rather than waited for."""

_MEMORY_FILES = frozenset({"io.BytesIO", "io.StringIO"})
_OPENERS = frozenset({"open", "io.open", "pathlib.Path"})
_KERNEL_FOLDERS = ("/proc/", "/sys/")
_FILE_USERS = frozenset(
    {"zipfile.ZipFile", "tarfile.open", "gzip.GzipFile", "gzip.open", "json.load", "json.dump", "pickle.load",
     "pickle.dump", "torch.save", "wave.open", "soundfile.write"}
)  # fmt: skip
_AT_ONCE = (
    "fcntl.LOCK_NB",
    "fcntl.LOCK_UN",
    "portalocker.LOCK_NB",
    "portalocker.LOCK_UN",
    "portalocker.LockFlags.NON_BLOCKING",
    "portalocker.LockFlags.UNBLOCK",
)
SHORTEST_SLEEP = 0.001
"""Seconds up to which a sleep is a spin of the clock rather than a wait."""
_FEW_ROUNDS = 10_000
"""Rounds of a key derivation that take about 5 ms: those for passwords have hundreds of thousands."""


def function(path: str, arguments: Arguments, node: m.Call | None = None) -> bool:
    """Whether this call of a blocking library function, spelled `node`, returns at once."""
    if path == "time.sleep":
        return _is_at_most(arguments.get(0, "secs"), SHORTEST_SLEEP)
    if path == "hashlib.pbkdf2_hmac":
        return _is_at_most(arguments.get(3, "iterations"), _FEW_ROUNDS)
    if path in ("os.waitpid", "os.wait4", "os.wait3", "os.waitid"):
        return any(getattr(atom, "path", "") == "os.WNOHANG" for value in arguments.every() for atom in value)
    if path in ("fcntl.flock", "fcntl.lockf", "portalocker.lock"):
        flags = arguments.get(1, "flags" if path == "portalocker.lock" else "operation")
        return any(getattr(atom, "path", "") in _AT_ONCE for atom in flags)
    if path == "concurrent.futures.wait":
        return _is(arguments.get(1, "timeout"), 0)
    if path in _OPENERS and (_is_kernel_file(arguments.get(0, "file")) or _spells_kernel_file(node)):
        return True
    # In memory: no disk, and small unless the data is large.
    return path in _FILE_USERS and any(_is_no_file(atom) for value in arguments.every() for atom in value)


def method(owner: InstanceAtom, name: str, arguments: Arguments) -> bool:
    """Whether this call of a blocking method returns at once."""
    decided = _is_at_once(f"{owner.type}.{name}", arguments)
    if decided is not None:
        return decided
    if owner.detail == PROMPT:
        return True
    if owner.type in _QUEUES:
        return name == "put" and owner.detail != "bounded"  # most queues are never full
    return owner.detail == "memory"


def _is_at_once(path: str, arguments: Arguments) -> bool | None:
    """Whether the arguments say that the call does not wait; None when they leave that open."""
    said = None
    for position, parameter in enumerate(waiting_parameters(path)):
        if parameter in AT_ONCE and arguments.has(position, parameter):
            if _is(arguments.get(position, parameter), AT_ONCE[parameter]):
                return True
            said = False if path.endswith(".acquire") else said
    return said


def detail(path: str, arguments: Arguments, node: m.Call | None = None) -> str:
    """What the constructor's arguments say about later calls."""
    if path in _QUEUES:
        size = arguments.get(0, "maxsize")
        if arguments.has(0, "maxsize") and not _is(size, 0):
            return "bounded"
    if function(path, arguments, node):
        return "memory"
    if _is_at_once(constructed_type(path) or path, arguments):
        return PROMPT
    return ""


def _is_no_file(atom: Atom) -> bool:
    """Whether something stands in for a file: data in memory, an object of the project that is read from."""
    if isinstance(atom, ObjectAtom):
        return atom.cls.find("read") is not None or atom.cls.find("write") is not None
    return isinstance(atom, InstanceAtom) and atom.type in _MEMORY_FILES


def _is_at_most(value: Value, limit: float) -> bool:
    return value != UNKNOWN and all(
        isinstance(atom, ConstantAtom) and isinstance(atom.value, (int, float)) and atom.value <= limit
        for atom in value
    )


def _spells_kernel_file(node: m.Call | None) -> bool:
    """Whether the first argument is an f-string that begins with such a path: `f"/proc/{pid}/stat"`."""
    text = node.arguments[0].value if node is not None and node.arguments else None
    start = text.parts[0] if isinstance(text, m.FormattedString) and text.parts else None
    return isinstance(start, m.Constant) and str(start.value).startswith(_KERNEL_FOLDERS)


def _is_kernel_file(value: Value) -> bool:
    """Whether a path leads into `/proc` or `/sys`: the kernel writes such a file as it is read."""
    return value != UNKNOWN and all(
        isinstance(atom, ConstantAtom)
        and isinstance(atom.value, str)
        and atom.value.startswith(_KERNEL_FOLDERS)
        for atom in value
    )


def _is(value: Value, constant: object) -> bool:
    return value != UNKNOWN and all(
        isinstance(atom, ConstantAtom) and atom.value == constant and atom.value is not None for atom in value
    )
