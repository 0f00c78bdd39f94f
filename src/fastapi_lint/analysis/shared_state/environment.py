"""Settings of the whole process that request code changes: environment variables, the working directory, and their like."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.reach import FOLLOWED
from fastapi_lint.analysis.resources.bodies import Bodies, Body
from fastapi_lint.analysis.shared_state.concurrency import closure, entry_frames
from fastapi_lint.analysis.shared_state.races import LoopWalks
from fastapi_lint.analysis.shared_state.sharing import Sharing
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import Edge, Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ConstantAtom, ExternalAtom, MemberAtom, Value

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program


class Setting(StrEnum):
    """What is changed."""

    VARIABLE = "an environment variable"
    DIRECTORY = "the working directory"
    LOCALE = "the locale"
    SEED = "the seed of the shared random generator"
    LOGGING = "the handlers of a logger"


class EnvironmentChange(NamedTuple):
    """At `span`, `text` changes `setting` for the whole process, in a function that serves requests."""

    path: str
    span: Span
    text: str
    setting: Setting
    function: str
    routes: tuple[str, ...]


_Change = tuple[m.Call | m.Subscript, str, Setting]

_CALLS = {
    "os.putenv": Setting.VARIABLE,
    "os.environ.update": Setting.VARIABLE,
    "os.environ.__setitem__": Setting.VARIABLE,
    "os.chdir": Setting.DIRECTORY,
    "os.fchdir": Setting.DIRECTORY,
    "contextlib.chdir": Setting.DIRECTORY,
    "locale.setlocale": Setting.LOCALE,
    "random.seed": Setting.SEED,
    "numpy.random.seed": Setting.SEED,
    "logging.Logger.addHandler": Setting.LOGGING,
    "logging.root.addHandler": Setting.LOGGING,
}
_NAMES = frozenset(path.rpartition(".")[2] for path in _CALLS)
_THREADS_HERE = frozenset({"to_thread", "run_in_threadpool", "run_sync"})
"""What hands work to a thread of this process, and never to another process."""

_CONFIGURATION = ("settings", "config", "conf", "env")
MOST_STEPS = 4


def answers(program: Program) -> Iterator[EnvironmentChange]:
    """Every such change for a request, by file and line."""
    bodies = program.answers(Bodies)[0]
    found: dict[tuple[str, Span], EnvironmentChange] = {}
    for frame in _serving(program):
        assert frame.function is not None
        body = bodies.of_function(frame.function.facts)
        for node, text, setting in (*_assigned(frame, body), *_called(frame, body)):
            if _is_done_once(frame, body, node):
                continue
            key = (frame.module.path, node.span)
            routes = program.reach.routes_of(frame)
            if key not in found or len(routes) > len(found[key].routes):
                found[key] = EnvironmentChange(*key, text, setting, frame.name, routes)
    yield from [found[key] for key in sorted(found)]


def _serving(program: Program) -> list[Frame]:
    """What requests run in this process, the loop's code and that of its threads."""
    sharing: Sharing = program.answers(LoopWalks)[0].walks.sharing
    seen = closure(entry_frames(program), FOLLOWED)
    while True:
        handed = {
            site.target
            for frame in seen
            for site in frame.calls
            if site.edge is Edge.THREAD and site.text.rpartition(".")[2] in _THREADS_HERE
        } - seen
        if not handed:
            break
        seen |= closure(handed, FOLLOWED)
    return [
        frame
        for frame in program.interpreter.frames
        if frame in seen
        and frame.function is not None
        and not frame.module.is_test
        and not sharing.runs_once(frame)
        and frame.function.facts.name not in ("__init__", "__new__")
        and not any("cache" in render(decorator) for decorator in frame.function.facts.decorators)
    ]


def _assigned(frame: Frame, body: Body) -> Iterator[_Change]:
    """`os.environ["NAME"] = value`, where the value is the request's."""
    for node in body.subscripts:
        parent = body.parent(node)
        if not isinstance(parent, (m.Assign, m.AugmentedAssign)) or not _is_environment(frame, node.value):
            continue
        targets = parent.targets if isinstance(parent, m.Assign) else (parent.target,)
        is_target = any(target is node for target in targets)
        if is_target and parent.value is not None and _varies(frame, parent.value, 0):
            yield node, f"{render(node.value)}[...]", Setting.VARIABLE


def _called(frame: Frame, body: Body) -> Iterator[_Change]:
    for call in body.calls:
        function = call.function
        name = getattr(function, "attribute", None) or getattr(function, "id", "")
        if name not in _NAMES and not isinstance(function, m.Name):
            continue
        callee = frame.value_of(function)
        setting = next((_CALLS[path] for path in _paths(callee) if path in _CALLS), None)
        if setting is None and name == "addHandler" and not callee:
            setting = Setting.LOGGING  # nothing but a logger has that method
        if setting is None:
            continue
        if setting is Setting.VARIABLE and not any(_varies(frame, a.value, 0) for a in call.arguments):
            continue
        if setting is Setting.LOCALE and len(call.arguments) < 2:
            continue  # asks, and changes nothing
        if setting is Setting.SEED and all(_is_none(a.value) for a in call.arguments):
            continue  # from the system's entropy, as at the start of the process
        if setting is Setting.LOGGING and _removes_handler(body):
            continue
        yield call, render(function), setting


def _paths(value: Value) -> Iterator[str]:
    for atom in value:
        if isinstance(atom, ExternalAtom):
            yield atom.path
        elif isinstance(atom, MemberAtom):
            yield f"{atom.owner.type}.{atom.chain}"


def _is_none(node: m.Expression) -> bool:
    return isinstance(node, m.Constant) and node.type == "NoneType"


def _is_environment(frame: Frame, node: m.Expression) -> bool:
    return any(path in ("os.environ", "os.environb") for path in _paths(frame.value_of(node)))


def _varies(frame: Frame, node: m.Expression, steps: int) -> bool:
    """Whether the value comes from the function's caller: not a constant, a setting, or another variable."""
    assert frame.function is not None
    if steps > MOST_STEPS:
        return False
    facts = frame.function.facts
    for part in walk(node):
        if not isinstance(part, m.Name) or part.id not in facts.locals or part.id in ("self", "cls"):
            continue
        if any(word in part.id.lower() for word in _CONFIGURATION):
            continue
        value = frame.value_of(part)
        if value and all(isinstance(atom, ConstantAtom) for atom in value):
            continue
        if any(parameter.name == part.id for parameter in facts.parameters):
            return True
        assigned = [
            one.value
            for one in nodes_of(facts)
            if isinstance(one, m.Assign) and m.Name(part.id) in one.targets and one.value is not None
        ]
        if any(_varies(frame, one, steps + 1) for one in assigned):
            return True
    return False


def _removes_handler(body: Body) -> bool:
    """Whether the same function takes the handler back."""
    return any(node.attribute == "removeHandler" for node in body.attributes)


def _is_done_once(frame: Frame, body: Body, node: m.Call | m.Subscript) -> bool:
    """Whether it stands under a test for something that is not there yet: `if not logger.handlers`."""
    for parent, child in body.ancestors(node):
        if not isinstance(parent, m.If):
            continue
        if any(child is one for one in parent.orelse) or _is_absence(parent.test):
            return True
    for statement in body.statements:
        # `if logger.handlers: return logger` at the top
        if isinstance(statement, m.If) and statement.span < node.span and _leaves(statement):
            names = {getattr(part, "attribute", getattr(part, "id", "")) for part in walk(statement.test)}
            if names & {"handlers", "hasHandlers", "_handlers"}:
                return True
            if any(getattr(part, "id", "") in body.globals for part in walk(statement.test)):
                return True
            # `if name in loggers: return loggers[name]`
            if isinstance(statement.body[-1], m.Return) and _is_presence(statement.test):
                return True
    return False


def _leaves(statement: m.If) -> bool:
    return bool(statement.body) and isinstance(statement.body[-1], (m.Return, m.Raise))


def _is_presence(test: m.Expression) -> bool:
    return isinstance(test, m.Comparison) and test.operators in (("in",), ("is not",))


def _is_absence(test: m.Expression) -> bool:
    if isinstance(test, m.UnaryOperation):
        return test.operator == "not"
    if isinstance(test, m.Comparison):
        is_none = test.comparators == (m.Constant("NoneType", None),) and test.operators in (("is",), ("==",))
        return is_none or test.operators in (("not in",), ("!=",))
    if isinstance(test, m.BooleanOperation):
        return _is_absence(test.left) or _is_absence(test.right)
    return False
