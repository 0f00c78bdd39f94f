"""What evaluating a function leaves behind: its calls, its result, the values of its expressions."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference.values import UNKNOWN, Atom, Value, join
from fastapi_lint.knowledge.blocking import BlockingCall

if TYPE_CHECKING:
    from fastapi_lint.inference.functions import ProjectFunction
    from fastapi_lint.project.modules import Module


class Edge(Enum):
    """How a call site runs what it calls."""

    CALL = "runs at once, in the caller's thread"
    AWAIT = "an async function: runs on the event loop of its own right"
    TASK = "an async function, scheduled as a task of its own"
    THREAD = "handed over to a thread or process, and waited for"
    DETACHED = "handed over to run by itself in a thread: a background task, a thread's target"
    LOOP = "handed over to the event loop as a plain function (call_soon)"
    OWN_LOOP = "runs on a loop of its own (asyncio.run in a script or a worker thread)"
    DEPENDENCY = "FastAPI calls it before the caller"


class CallSite(NamedTuple):
    """In a frame, at `span`, `text` runs `target`."""

    edge: Edge
    span: Span
    text: str
    target: Frame


class Application(NamedTuple):
    """In a frame, at `span`, `text` calls a project function; `target` is its frame.

    Unlike a `CallSite` it is there for generators too, which a call does not run. `given` are the parameters that
    arguments were passed for, None when `*args` or `**kwargs` may bring more.
    """

    edge: Edge
    span: Span
    text: str
    target: Frame
    given: frozenset[str] | None


class Form(Enum):
    """How the source spells what blocks."""

    CALL = "a call"
    ENTER = "entering a `with` block"
    ITERATE = "a step of a loop"
    ITEM = "a subscript"


class BlockingCallSite(NamedTuple):
    """In a frame, at `span`, a call of the catalogue. `names`: the local names that receiver and arguments mention."""

    span: Span
    text: str
    call: BlockingCall
    names: frozenset[str] = frozenset()
    form: Form = Form.CALL


class MethodUse(NamedTuple):
    """In a frame, at `span`, `method` of an external instance is called (closing, acquiring ...)."""

    span: Span
    atom: Atom
    method: str
    awaited: bool


class Cell:
    """A variable that several functions share. Frames that read it are evaluated again when it grows."""

    __slots__ = ("readers", "value")

    def __init__(self) -> None:
        self.value: Value = UNKNOWN
        self.readers: dict[Frame, None] = {}
        """In the order of reading, which is then the order of evaluating again."""

    def read(self, frame: Frame | None) -> Value:
        if frame is not None:
            self.readers[frame] = None
        return self.value

    def add(self, value: Value) -> bool:
        """Join `value` in. True when that changed the cell."""
        if not value:
            return False
        joined = join(self.value, value)
        if joined == self.value:
            return False
        self.value = joined
        return True


class Creation(NamedTuple):
    """A long-lived external object (client, pool, lock, executor) made at `span` of a frame."""

    span: Span
    atom: Atom
    factory: str


class Frame:
    """One function under one combination of argument types, or the body of a module or class.

    `values` maps `id(expression)` to its value for expressions with a known one; the ids stay valid as the facts live.
    """

    __slots__ = (
        "applications",
        "arguments",
        "blocking",
        "bound",
        "calls",
        "creations",
        "dependencies",
        "done",
        "evaluations",
        "function",
        "in_progress",
        "module",
        "number",
        "result",
        "uses",
        "values",
        "yields",
    )

    def __init__(self, module: Module, function: ProjectFunction | None, arguments: dict[str, Value]) -> None:
        self.module = module
        self.function = function
        self.arguments = arguments
        self.number = 0
        self.result = Cell()
        self.yields = Cell()
        self.bound: dict[str, Value] = {}
        """Every value that each local name was bound to: what nested functions see."""
        self.calls: list[CallSite] = []
        self.applications: list[Application] = []
        self.blocking: list[BlockingCallSite] = []
        self.uses: list[MethodUse] = []
        self.creations: list[Creation] = []
        self.dependencies: list[CallSite] = []
        self.values: dict[int, Value] = {}
        self.in_progress = False
        self.done = False
        self.evaluations = 0

    def reset(self) -> None:
        """Forget what an earlier evaluation recorded, but for what others have read already."""
        self.calls.clear()
        self.applications.clear()
        self.blocking.clear()
        self.uses.clear()
        self.creations.clear()
        self.dependencies.clear()
        self.values.clear()

    def value_of(self, expression: m.Expression) -> Value:
        """What `expression`, a node of this frame's body, was evaluated to last."""
        return self.values.get(id(expression), UNKNOWN)

    @property
    def is_async(self) -> bool:
        return self.function is not None and self.function.facts.is_async

    @property
    def is_generator(self) -> bool:
        return self.function is not None and self.function.facts.is_generator

    @property
    def name(self) -> str:
        return self.function.facts.qualname if self.function is not None else "<module>"

    def __repr__(self) -> str:
        return f"Frame({self.module.name}:{self.name})"
