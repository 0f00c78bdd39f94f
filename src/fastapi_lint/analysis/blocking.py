"""What blocks the event loop: from the blocking calls backwards to the last frame on the loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.alternatives import Handed, Stored
from fastapi_lint.analysis.awaited_names import awaited_names
from fastapi_lint.analysis.awaited_pools import awaited_pools, leaves_pool
from fastapi_lint.analysis.cpu import cpu_loops
from fastapi_lint.analysis.filled_queues import prompt_gets
from fastapi_lint.analysis.left_out import LeftOut
from fastapi_lint.analysis.needs_loop import needs_loop
from fastapi_lint.analysis.nested_loops import NestedLoops
from fastapi_lint.analysis.once import OncePerProcess
from fastapi_lint.analysis.running_loops import without_loop
from fastapi_lint.analysis.shared_state.races import ThreadLockAcrossAwait
from fastapi_lint.analysis.thread_locks import brief_waits, enters_lock
from fastapi_lint.diagnostics import Span, Step
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.frames import BlockingCallSite, CallSite, Edge, Form, Frame
from fastapi_lint.knowledge.blocking import BlockingCall, Confidence, Kind

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_KINDS = (
    Kind.CONFIGURED, Kind.DATABASE, Kind.NETWORK, Kind.SLEEP, Kind.PROCESS, Kind.WAIT, Kind.CONSOLE, Kind.CPU,
    Kind.CPU_LOOP, Kind.LOOP, Kind.FILE, Kind.METADATA,
)  # fmt: skip
_CONFIDENCES = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)

_HANDLE_USERS = (
    "io.",
    "json.",
    "pickle.",
    "marshal.",
    "tomllib.",
    "plistlib.",
    "yaml.",
    "gzip.",
    "bz2.",
    "lzma.",
)
_HANDLES = ("io.", "zipfile.", "tarfile.", "gzip.", "bz2.", "lzma.", "tempfile.", "shelve.", "_io.")


NESTED = "nested"
"""The note of a loop that is long because of another one inside."""


class BlockingOnLoop(NamedTuple):
    """A call in a frame on the event loop that holds the loop's thread.

    `path`, `span` and `text`: the call in the loop's frame; `call`: what blocks at the end of the chain; `function`: the
    loop frame's qualified name. `chain` has one step a frame, the blocking call last. `suspends` is False where the
    loop frame has no `await` and asks for no loop: `async` is then needless. `is_endpoint`: FastAPI calls the frame itself.
    `is_async` is False for a plain function that FastAPI runs on the loop (a validator, a hook): it cannot `await`.
    """

    call: BlockingCall
    path: str
    span: Span
    text: str
    function: str
    chain: tuple[Step, ...]
    routes: tuple[str, ...]
    suspends: bool
    is_endpoint: bool
    is_async: bool


class _Way(NamedTuple):
    """Why a sync frame blocks: by a call of its own (`blocking`) or through one of its callees (`site`).

    `onwards`: what blocks in that callee, where it is not the callee's own way that this call comes to.
    """

    rank: int
    blocking: BlockingCallSite | None
    site: CallSite | None
    onwards: _Way | None = None


class _Choice:
    """Answers "what of its target does this call come to that blocks?"."""

    def __init__(self) -> None:
        self._stored = Stored()
        self._handed = Handed()
        self._left_out = LeftOut()

    def way(
        self,
        caller: Frame,
        site: CallSite,
        ways: Mapping[Frame, _Way],
        direct: Mapping[Frame, list[BlockingCallSite]],
    ) -> _Way | None:
        """The way from the target on: its own, or another one where the call leaves out what that is for."""
        stored = self._stored.all_of(caller, site)
        if stored and not stored <= {frame.function for frame in ways}:
            return None
        if caller.is_async and self._handed.elsewhere(caller, site):
            return None
        own = ways[site.target]
        if not self._skips(caller, site, own):
            return own
        others = [_Way(_rank(one.call), one, None) for one in direct.get(site.target, ())]
        others += [
            _Way(ways[one.target].rank, None, one)
            for one in site.target.calls
            if one.edge is Edge.CALL and one.target in ways
        ]
        left = [one for one in others if one.rank >= own.rank and not self._skips(caller, site, one)]
        return min(left, key=lambda one: one.rank, default=None)

    def _skips(self, caller: Frame, site: CallSite, way: _Way) -> bool:
        stands_at = way.blocking or way.site
        return stands_at is not None and self._left_out.skips(caller, site, stands_at.span)


def answers(program: Program) -> list[BlockingOnLoop]:
    """Every call on the loop that blocks, in the order of files and lines; one for each call."""
    endpoints = {
        entry.frame for entry in program.entries if entry.kind in ("route", "dependency", "exception handler")
    }
    once = OncePerProcess(program)
    choice = _Choice()
    direct = _direct(program, endpoints, once, choice)
    ways = _ways(program, direct, once, choice)
    best: dict[tuple[str, Span], tuple[int, int, BlockingOnLoop]] = {}
    for frame in program.interpreter.frames:
        reach = program.reach
        if not reach.is_loop_frame(frame) or not reach.is_reported(frame):
            continue
        suspends: bool | None = None
        for rank, span, text, chain, call in _sites(frame, ways, direct, once, choice):
            if call.kind is Kind.CONSOLE and not reach.routes_of(frame):
                continue  # asks a person: an interactive program, not a server
            key = (frame.module.path, span)
            old = best.get(key)
            if old is not None and (old[0], old[1]) <= (rank, len(chain)):
                continue
            if suspends is None:
                suspends = needs_loop(frame)
            best[key] = (
                rank,
                len(chain),
                BlockingOnLoop(
                    call=call,
                    path=frame.module.path,
                    span=span,
                    text=text,
                    function=frame.name,
                    chain=chain,
                    routes=reach.routes_of(frame),
                    suspends=suspends,
                    is_endpoint=frame in endpoints,
                    is_async=frame.is_async,
                ),
            )
    # A lock that is still held at an `await` is a worse thing than waiting for it, and told as that.
    held = {(one.path, one.span.line) for one in program.answers(ThreadLockAcrossAwait)}
    found = [
        one
        for _, _, one in best.values()
        if one.call.kind is not Kind.WAIT or (one.path, one.span.line) not in held
    ]
    return sorted(found, key=lambda one: (one.path, one.span))


def _rank(call: BlockingCall) -> int:
    """Lower is worse: first what surely blocks, then by kind."""
    return _CONFIDENCES.index(call.confidence) * len(_KINDS) + _KINDS.index(call.kind)


def _is_borne_once(call: BlockingCall) -> bool:
    """Whether a server bears this in the first request alone. Loading a model then is a different matter."""
    return call.kind is not Kind.CPU or call.confidence is not Confidence.HIGH


def _direct(
    program: Program, endpoints: set[Frame], once: OncePerProcess, choice: _Choice
) -> dict[Frame, list[BlockingCallSite]]:
    """The blocking calls of each frame that has some, without locks that are never held for long."""
    frames = program.interpreter.frames
    direct = {
        frame: [
            site
            for site in direct_sites(program, frame, frame in endpoints)
            if not _is_borne_once(site.call) or not once.covers(frame, site.span)
        ]
        for frame in frames
    }
    direct = {frame: sites for frame, sites in direct.items() if sites}
    if not any(enters_lock(site) for sites in direct.values() for site in sites):
        return direct
    others = {
        frame: [site for site in sites if site.call.kind is not Kind.METADATA and not enters_lock(site)]
        for frame, sites in direct.items()
    }
    slow = _ways(program, others, once, choice).keys()
    rare = OncePerProcess(program, by_key=True)
    brief = brief_waits(frames, direct, slow, program.reach.is_reported, rare.covers)
    return {
        frame: [site for site in sites if (frame, site.span) not in brief or not enters_lock(site)]
        for frame, sites in direct.items()
    }


def direct_sites(program: Program, frame: Frame, is_entry: bool) -> list[BlockingCallSite]:
    """The blocking calls in a frame's own body, without the second mention of one cause.

    Reading a file that the frame opened itself is part of opening it; calls of low confidence that are not metadata
    are data in memory (`json.dumps`).
    """
    sites = [
        site
        for site in frame.blocking
        if site.call.confidence is not Confidence.LOW or site.call.kind is Kind.METADATA
    ]
    handles = _opened_names(frame)
    if frame.function is not None and any(_takes_from_queue(site) for site in sites):
        prompt = prompt_gets(frame.function.facts.body)
        sites = [site for site in sites if site.span not in prompt or not _takes_from_queue(site)]
    if frame.function is not None and any(map(leaves_pool, sites)):
        awaited = awaited_pools(frame.function.facts)
        sites = [site for site in sites if site.span not in awaited or not leaves_pool(site)]
    if frame.function is not None and any(site.call.kind is Kind.LOOP for site in sites):
        alone = without_loop(frame.function.facts)
        sites = [site for site in sites if site.span not in alone or site.call.kind is not Kind.LOOP]
    if frame.is_async and any(site.text.isidentifier() for site in sites):
        assert frame.function is not None
        names = awaited_names(frame.function.facts)
        sites = [site for site in sites if site.form is not Form.CALL or site.text not in names]
    openings = [site.span for site in sites if site.call.kind is Kind.FILE and _opens(site)]
    sites = [
        site
        for site in sites
        if not _is_part_of_opening(site, handles) and not _holds_opening(site, openings)
    ]
    lines: set[tuple[int, str]] = set()
    kept = []
    for site in sites:
        key = (site.span.line, site.call.kind)
        if site.form is Form.ENTER and key in lines:
            continue
        lines.add(key)
        kept.append(site)
    for loop in cpu_loops(frame, is_entry):
        call = BlockingCall(loop.text, Kind.CPU_LOOP, Confidence.HIGH, "", "")
        kept.append(BlockingCallSite(loop.span, loop.text, call))
    (nested,) = program.answers(NestedLoops)
    known = {site.span for site in kept}
    for one in nested.by_frame.get(frame, ()):
        if one.span not in known:
            call = BlockingCall(one.text, Kind.CPU_LOOP, Confidence.MEDIUM, "", NESTED)
            kept.append(BlockingCallSite(one.span, one.text, call))
    return kept


def _is_part_of_opening(site: BlockingCallSite, handles: frozenset[str]) -> bool:
    """Whether the site reads, writes or closes a file that the same function opened: one cause, one finding."""
    name = site.call.name
    if site.call.kind is not Kind.FILE:
        return False
    if site.form is Form.ENTER:
        return name.startswith(_HANDLES)
    if name.startswith("io.") and site.form is Form.ITERATE:
        return bool(handles)
    return bool(site.names & handles) and name.startswith(_HANDLE_USERS)


def _takes_from_queue(site: BlockingCallSite) -> bool:
    return site.call.kind is Kind.WAIT and site.call.name.endswith("Queue.get")


def _opens(site: BlockingCallSite) -> bool:
    return site.form is Form.CALL and site.call.name.rpartition(".")[2] == "open"


def _holds_opening(site: BlockingCallSite, openings: list[Span]) -> bool:
    """Whether the site uses a file opened in the same expression: `open(path).read()`, `json.load(open(path))`."""
    if site.call.kind is not Kind.FILE or not site.call.name.startswith(_HANDLE_USERS):
        return False
    start, end = (site.span.line, site.span.column), (site.span.end_line, site.span.end_column)
    return any(
        one != site.span and start <= (one.line, one.column) and (one.end_line, one.end_column) <= end
        for one in openings
    )


def _opened_names(frame: Frame) -> frozenset[str]:
    """The names that hold files which the function opened itself."""
    if frame.function is None or not any(site.call.kind is Kind.FILE for site in frame.blocking):
        return frozenset()
    opened = {site.span for site in frame.blocking if site.call.kind is Kind.FILE and site.form is Form.CALL}
    names: set[str] = set()
    for node in nodes_of(frame.function.facts):
        if isinstance(node, m.WithItem):
            targets: tuple[m.Expression | None, ...] = (node.target,)
            made = node.context
        elif isinstance(node, m.Assign) and node.value is not None:
            targets, made = node.targets, node.value
        else:
            continue
        if isinstance(made, m.Call) and made.span in opened and _is_handle(frame, made):
            names.update(target.id for target in targets if isinstance(target, m.Name))
    return frozenset(names)


def _is_handle(frame: Frame, made: m.Call) -> bool:
    """Whether a call gives an open file or archive (not, say, the text that it read)."""
    return any(getattr(atom, "type", "").startswith(_HANDLES) for atom in frame.value_of(made))


def _ways(
    program: Program, direct: Mapping[Frame, list[BlockingCallSite]], once: OncePerProcess, choice: _Choice
) -> dict[Frame, _Way]:
    """For each sync frame that blocks when called: the worst and then shortest reason."""
    callers: dict[Frame, list[tuple[Frame, CallSite]]] = defaultdict(list)
    by_rank: dict[int, list[tuple[Frame, BlockingCallSite]]] = defaultdict(list)
    for frame in program.interpreter.frames:
        for site in frame.calls:
            if site.edge is Edge.CALL and not frame.is_async:
                callers[site.target].append((frame, site))
        if not frame.is_async:
            for blocking in sorted(direct.get(frame, ()), key=_is_implied):
                by_rank[_rank(blocking.call)].append((frame, blocking))
    ways: dict[Frame, _Way] = {}
    for rank in sorted(by_rank):
        front: list[Frame] = []
        for frame, blocking in by_rank[rank]:
            if frame not in ways:
                ways[frame] = _Way(rank, blocking, None)
                front.append(frame)
        is_borne_once = bool(front) and _is_borne_once(_follow(front[0], ways, []))
        while front:
            following: list[Frame] = []
            for frame in front:
                for caller, site in callers.get(frame, ()):
                    if caller in ways or (is_borne_once and once.calls_once(caller, site)):
                        continue
                    onwards = choice.way(caller, site, ways, direct)
                    if onwards is not None:
                        ways[caller] = _Way(rank, None, site, onwards)
                        following.append(caller)
            front = following
    return ways


def _is_implied(site: BlockingCallSite) -> bool:
    """Whether nobody spells the call: the query inside a `with` says more than its `__exit__`."""
    return site.call.name.endswith("__")


def _sites(
    frame: Frame,
    ways: dict[Frame, _Way],
    direct: Mapping[Frame, list[BlockingCallSite]],
    once: OncePerProcess,
    choice: _Choice,
) -> Iterator[tuple[int, Span, str, tuple[Step, ...], BlockingCall]]:
    """The calls in a loop frame that block: its own, and those of sync functions that do."""
    for blocking in direct.get(frame, ()):
        step = Step(frame.module.path, blocking.span, frame.name, blocking.text)
        yield _rank(blocking.call), blocking.span, blocking.text, (step,), blocking.call
    for site in frame.calls:
        if site.edge is Edge.CALL and site.target in ways:
            way = choice.way(frame, site, ways, direct)
            if way is None:
                continue
            steps = [Step(frame.module.path, site.span, frame.name, site.text)]
            call = _follow(site.target, ways, steps, way)
            if _is_borne_once(call) and once.calls_once(frame, site):
                continue
            yield way.rank, site.span, site.text, tuple(steps), call


def _follow(
    frame: Frame, ways: dict[Frame, _Way], steps: list[Step], way: _Way | None = None
) -> BlockingCall:
    """Append the steps from `frame` to the blocking call, and give that."""
    while True:
        way = way or ways[frame]
        if way.blocking is not None:
            steps.append(Step(frame.module.path, way.blocking.span, frame.name, way.blocking.text))
            return way.blocking.call
        assert way.site is not None
        steps.append(Step(frame.module.path, way.site.span, frame.name, way.site.text))
        frame, way = way.site.target, way.onwards
