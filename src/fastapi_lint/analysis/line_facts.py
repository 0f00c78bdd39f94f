"""What the analysis knows about one line: what it calls, what of that blocks, and where it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.blocking import direct_sites
from fastapi_lint.analysis.contexts import callee_context
from fastapi_lint.analysis.entry_points import Context
from fastapi_lint.analysis.explain import unresolved_calls
from fastapi_lint.analysis.origins import Link, Origins
from fastapi_lint.deep_stack import on_deep_stack
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference.frames import BlockingCallSite, CallSite, Edge, Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import ExternalAtom, InstanceAtom, MemberAtom
from fastapi_lint.knowledge import hand_overs

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.project.modules import Module


DEPENDENCY = "a dependency"


class Standing(StrEnum):
    """What a blocking call in a function amounts to, whether or not it is reported."""

    SERVING = "runs on the event loop while requests are served"
    STARTING = "runs on the event loop only while the application starts or stops"
    TEST = "runs on the event loop only in tests"
    SCRIPT = "runs on an event loop, but of a script or a worker that serves no requests"
    THREAD = "runs in a thread"
    UNREACHED = "nothing that the analysis knows runs it"
    IMPORT = "runs once, when the module is imported"


class WayStep(NamedTuple):
    """One function on a way: `entry` says what calls it, or else `text` at `path`:`line` of the step before does."""

    function: str
    context: str
    entry: str
    how: str
    path: str
    line: int
    text: str


class Way(NamedTuple):
    """How the function comes to run in `context`, from the entry on; the last step is the function itself."""

    context: str
    steps: tuple[WayStep, ...]


class BlockingAt(NamedTuple):
    """A call on the line that the tables call blocking.

    `is_minor` when it never counts: it is fast, or part of opening what the function opened. `is_catalogued` is False for
    a loop that computes.
    """

    text: str
    name: str
    kind: str
    span: Span
    is_minor: bool


class CalledAt(NamedTuple):
    """A call on the line to a function of the project; `how` says how it runs, `context` where."""

    text: str
    target: str
    path: str
    line: int
    how: str
    contexts: tuple[str, ...]
    is_async: bool
    is_handed_over: bool


class LineFacts(NamedTuple):
    """`function` is "" at the top of a module, and then `standing` is IMPORT.

    `library` are calls into libraries that are known and do not block, `hands_over` those that run their argument in a
    thread, `unresolved` calls about which nothing is known.
    `is_header` when the function begins on the line. `frames` are the function's evaluations.
    """

    path: str
    line: int
    function: str
    header: int
    is_async: bool
    is_header: bool
    standing: Standing
    ways: tuple[Way, ...]
    routes: tuple[str, ...]
    blocking: tuple[BlockingAt, ...]
    calls: tuple[CalledAt, ...]
    library: tuple[str, ...]
    hands_over: tuple[str, ...]
    unresolved: tuple[str, ...]
    frames: tuple[Frame, ...]


def line_facts(program: Program, path: str, line: int) -> LineFacts | None:
    """What is known about the line of the file, or None where the file is not part of the project."""
    module = program.interpreter.project.modules.get(path)
    if module is None:
        return None
    inner = _innermost(module.facts.functions, line)
    if inner is None:
        frames: tuple[Frame, ...] = (program.interpreter.names.module_frame(module),)
    else:
        frames = tuple(
            frame
            for frame in program.interpreter.frames
            if frame.module is module
            and frame.function is not None
            and frame.function.facts.number == inner.number
        )
        frames = frames or _evaluated(program, module, inner)
    origins = Origins(program)
    library = _library(frames, line)
    routes = {
        route: None for frame in frames if inner is not None for route in program.reach.routes_of(frame)
    }
    return LineFacts(
        path=path,
        line=line,
        function=inner.qualname if inner is not None else "",
        header=inner.span.line if inner is not None else 1,
        is_async=inner is not None and inner.is_async,
        is_header=inner is not None and _first_line(inner) <= line <= inner.span.line,
        standing=Standing.IMPORT if inner is None else _standing(program, origins, frames),
        ways=_ways(origins, frames) if inner is not None else (),
        routes=tuple(routes),
        blocking=_blocking(program, frames, line),
        calls=_calls(origins, frames, line),
        library=tuple(path for path in library if not _hands_over(path)),
        hands_over=tuple(path for path in library if _hands_over(path)),
        unresolved=_unresolved(frames, line),
        frames=frames,
    )


def _evaluated(program: Program, module: Module, facts: m.FunctionFacts) -> tuple[Frame, ...]:
    """The evaluation of a function that nothing runs, made now: its findings are known, so this changes none."""
    interpreter = program.interpreter
    function = interpreter.top_function(module, facts)
    if function is None:
        return ()
    frame = interpreter.frame(function, None, {})
    on_deep_stack(lambda: interpreter.evaluate(frame))
    return (frame,)


def _innermost(functions: Sequence[m.FunctionFacts], line: int) -> m.FunctionFacts | None:
    around = [one for one in functions if _first_line(one) <= line <= one.end_line]
    # A lambda's lines are those of the function around it as well; what it does is told with that.
    named = [one for one in around if one.name != "<lambda>"]
    return max(named, key=lambda one: (one.span.line, -one.end_line)) if named else None


def _first_line(function: m.FunctionFacts) -> int:
    """The line of the header, or of the first decorator above it."""
    spans = [getattr(decorator, "span", None) for decorator in function.decorators]
    return min([function.span.line, *[span.line for span in spans if isinstance(span, Span)]])


def _standing(program: Program, origins: Origins, frames: Sequence[Frame]) -> Standing:
    found = set()
    for frame in frames:
        contexts = origins.contexts(frame)
        if Context.LOOP in contexts:
            found.add(_on_loop(program, origins.way(frame, Context.LOOP)))
        if Context.THREAD in contexts:
            found.add(Standing.THREAD)
        if not contexts:
            found.add(_without_way(program, frame))
    return next((one for one in Standing if one in found), Standing.UNREACHED)


def _on_loop(program: Program, way: Sequence[Link]) -> Standing:
    """What the last frame on the loop itself, the one a finding stands in, is part of."""
    reach = program.reach
    host = next((link.frame for link in reversed(way) if reach.is_loop_frame(link.frame)), way[0].frame)
    if host.module.is_test:
        return Standing.TEST
    if host in reach.serving and host not in reach.starting:
        return Standing.SERVING
    return Standing.STARTING if _is_starting(way) else Standing.SCRIPT


def _is_starting(way: Sequence[Link]) -> bool:
    return way[0].entry in ("a startup handler", "a shutdown handler", "the lifespan")


def _without_way(program: Program, frame: Frame) -> Standing:
    if frame.module.is_test:
        return Standing.TEST
    if frame in program.reach.starting:
        return Standing.STARTING
    return Standing.SCRIPT if frame.is_async else Standing.UNREACHED


def _ways(origins: Origins, frames: Sequence[Frame]) -> tuple[Way, ...]:
    """The shortest way for each context."""
    ways = []
    for context in Context:
        possible = [origins.way(frame, context) for frame in frames if context in origins.contexts(frame)]
        if possible:
            ways.append(Way(str(context), tuple(_steps(min(possible, key=len)))))
    return tuple(ways)


def _steps(links: Sequence[Link]) -> Iterator[WayStep]:
    before: Frame | None = None
    for link in links:
        facts = link.frame.function.facts if link.frame.function is not None else None
        if link.site is None or before is None:
            line = facts.span.line if facts is not None else 1
            yield WayStep(
                link.frame.name, str(link.context), link.entry, "", link.frame.module.path, line, ""
            )
        else:
            how = how_it_runs(link.site)
            place = before.module.path, link.site.span.line
            yield WayStep(link.frame.name, str(link.context), "", how, *place, link.site.text)
        before = link.frame


def how_it_runs(site: CallSite) -> str:
    """In words, how a call site runs what it calls."""
    return {
        Edge.CALL: "called",
        Edge.AWAIT: "awaited",
        Edge.TASK: "started as a task",
        Edge.THREAD: "handed to a thread",
        Edge.DETACHED: "handed to a thread",
        Edge.LOOP: "handed to the event loop",
        Edge.OWN_LOOP: "run on a loop of its own",
        Edge.DEPENDENCY: DEPENDENCY,
    }[site.edge]


def _blocking(program: Program, frames: Sequence[Frame], line: int) -> tuple[BlockingAt, ...]:
    endpoints = {
        entry.frame for entry in program.entries if entry.kind in ("route", "dependency", "exception handler")
    }
    found: dict[tuple[Span, str], BlockingAt] = {}
    for frame in frames:
        counted = direct_sites(program, frame, frame in endpoints)
        places = {(site.span, site.call.name) for site in counted}
        for site in (*counted, *frame.blocking):
            if _is_at(site.span, line):
                is_minor = (site.span, site.call.name) not in places
                found.setdefault((site.span, site.call.name), _blocking_at(site, is_minor))
    return tuple(sorted(found.values(), key=lambda one: (one.is_minor, one.span)))


def _blocking_at(site: BlockingCallSite, is_minor: bool) -> BlockingAt:
    return BlockingAt(site.text, site.call.name, str(site.call.kind), site.span, is_minor)


def _calls(origins: Origins, frames: Sequence[Frame], line: int) -> tuple[CalledAt, ...]:
    found: dict[object, CalledAt] = {}
    for frame in frames:
        here = origins.contexts(frame)
        for site in frame.calls:
            if not _is_at(site.span, line):
                continue
            facts = site.target.function.facts if site.target.function is not None else None
            contexts = {str(callee_context(site.edge, site.target, context)) for context in here}
            key = (site.span, site.target.module.path, site.target.name, site.edge)
            before = found.get(key)
            contexts |= set(before.contexts) if before is not None else set()
            found[key] = CalledAt(
                text=site.text,
                target=site.target.name,
                path=site.target.module.path,
                line=facts.span.line if facts is not None else 1,
                how=how_it_runs(site),
                contexts=tuple(sorted(contexts)),
                is_async=site.target.is_async,
                is_handed_over=site.edge in (Edge.THREAD, Edge.DETACHED),
            )
    return tuple(sorted(found.values()))


def _library(frames: Sequence[Frame], line: int) -> tuple[str, ...]:
    """The library functions that the line calls and that are not known to block, by dotted path."""
    found: dict[str, None] = {}
    for frame in frames:
        blocking = {site.span for site in frame.blocking}
        for node in _call_nodes(frame, line):
            for atom in frame.value_of(node.function):
                if node.span in blocking:
                    continue
                if isinstance(atom, ExternalAtom):
                    found[atom.path] = None
                elif isinstance(atom, MemberAtom):
                    found[f"{atom.owner.type}.{atom.chain}"] = None
                elif isinstance(atom, InstanceAtom):
                    found[atom.type] = None
    return tuple(sorted(found))


def _hands_over(path: str) -> bool:
    owner, _, name = path.rpartition(".")
    owners = hand_overs.METHOD_OWNERS.get(name)
    is_method = name in hand_overs.METHODS and (owners is None or owner in owners)
    return path in hand_overs.FUNCTIONS or is_method


def _unresolved(frames: Sequence[Frame], line: int) -> tuple[str, ...]:
    """The calls on the line about which no evaluation of the function knows anything."""
    known = {
        node.span for frame in frames for node in _call_nodes(frame, line) if frame.value_of(node.function)
    }
    texts: dict[str, None] = {}
    for frame in frames:
        if frame.function is None:
            unknown = [
                (node.span, render(node.function))
                for node in _call_nodes(frame, line)
                if not frame.value_of(node.function)
            ]
        else:
            unknown = list(unresolved_calls(frame))
        for span, text in unknown:
            if _is_at(span, line) and span not in known:
                texts[text] = None
    return tuple(texts)


def _call_nodes(frame: Frame, line: int) -> Iterator[m.Call]:
    body = frame.function.facts.body if frame.function is not None else frame.module.facts.body
    for node in walk(body):
        if isinstance(node, m.Call) and _is_at(node.span, line):
            yield node


def _is_at(span: Span, line: int) -> bool:
    return span.line <= line <= span.end_line
