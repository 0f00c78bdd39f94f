"""Why a line has a finding, or has none: text of a given width and JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fastapi_lint.analysis.entry_points import Context
from fastapi_lint.analysis.line_facts import (
    DEPENDENCY,
    BlockingAt,
    CalledAt,
    LineFacts,
    Standing,
    Way,
    WayStep,
)
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.reporters.summary import relative_path

_MOST_ROUTES = 5
_MOST_NAMED = 6
_MOST_PLACES = 4
_THREAD = str(Context.THREAD)
_LOOP = str(Context.LOOP)


class Told(NamedTuple):
    """A finding and, where it is not reported, the reason."""

    finding: Diagnostic
    reason: str


class LineAnswer(NamedTuple):
    """All that is to be said about a line.

    `here` are the findings on the line, `through` those elsewhere whose chains pass it, `before` those at a call by which
    the line's function is reached on the event loop. `source` is the line's text.
    """

    facts: LineFacts
    source: str
    here: tuple[Told, ...]
    through: tuple[Told, ...]
    before: tuple[Told, ...]


def render_line(answer: LineAnswer, *, base: str, width: int) -> str:
    """The answer for a terminal."""
    facts = answer.facts
    lines = [f"{relative_path(facts.path, base)}:{facts.line}{_inside(facts)}", ""]
    if answer.source.strip():
        lines += [_cut(f"{facts.line} | {answer.source.strip()}", width), ""]
    for told in answer.here:
        lines += _wrapped(_finding(told, base), width)
    for alike in _alike(answer.through):
        lines += _wrapped(_passing(alike, base), width)
    for reason in reasons(answer, base):
        lines += _wrapped(reason, width)
    if facts.ways:
        lines += ["", "Where it runs" if facts.is_header else f"Where `{facts.function}` runs"]
        for way in facts.ways:
            lines += _way(way, base, width)
    if facts.routes:
        named = ", ".join(facts.routes[:_MOST_ROUTES])
        more = len(facts.routes) - _MOST_ROUTES
        lines += ["", *_wrapped(f"reached by {named}{f' and {more} more' if more > 0 else ''}", width)]
    text = "\n".join(lines).rstrip() + "\n"
    return text.replace("\n\n\n", "\n\n")


def line_object(answer: LineAnswer, base: str) -> dict[str, Any]:
    """The answer for JSON."""
    facts = answer.facts
    return {
        "filename": facts.path,
        "line": facts.line,
        "source": answer.source.strip(),
        "function": facts.function or None,
        "standing": facts.standing.name.lower(),
        "findings": [_told_object(one) for one in answer.here],
        "passed_by": [_told_object(one) for one in answer.through],
        "reasons": list(reasons(answer, base)),
        "blocking": [
            {"text": one.text, "call": one.name, "kind": one.kind, "minor": one.is_minor}
            for one in facts.blocking
        ],
        "calls": [
            {
                "text": one.text,
                "function": one.target,
                "filename": one.path,
                "line": one.line,
                "how": one.how,
                "contexts": list(one.contexts),
            }
            for one in facts.calls
        ],
        "hands_over": list(facts.hands_over),
        "library_calls": list(facts.library),
        "unresolved": list(facts.unresolved),
        "ways": [
            {"context": way.context, "steps": [step._asdict() for step in way.steps]} for way in facts.ways
        ],
        "routes": list(facts.routes),
    }


def reasons(answer: LineAnswer, base: str) -> Iterator[str]:
    """A sentence for each thing on the line that is no finding by itself."""
    facts = answer.facts
    told = {one.finding.span for one in answer.here}
    passed = {
        step.span
        for one in (*answer.here, *answer.through)
        for step in one.finding.chain
        if step.path == facts.path
    }
    for blocking in facts.blocking:
        if blocking.span not in told | passed:
            yield _why_silent(blocking, answer, base)
    for called in facts.calls:
        yield _about_call(called, answer, base)
    if not any(called.is_handed_over for called in facts.calls):
        for name in facts.hands_over:
            yield f"handed over: `{name}` runs what it is given in a thread"
    if facts.library:
        names = ", ".join(f"`{name}`" for name in facts.library[:_MOST_NAMED])
        yield f"no finding: {names} {'is' if len(facts.library) == 1 else 'are'} not known to block"
    for text in facts.unresolved:
        yield f"unknown: what `{text}` calls could not be found out (the type of what it is called on, or the name), and unknown means silent"
    heard = (answer.here, answer.through, facts.blocking, facts.calls, facts.library, facts.hands_over)
    if not any(heard) and not facts.unresolved and not facts.is_header:
        yield "nothing to judge: no call on this line, and no finding"
    if facts.function and not facts.ways:
        yield f"nothing that serves requests is known to reach `{facts.function}`: no route, dependency or task calls it"


def _why_silent(blocking: BlockingAt, answer: LineAnswer, base: str) -> str:
    facts = answer.facts
    what = f"`{blocking.text}`"
    if blocking.name != blocking.text:
        what += f" ({blocking.name})"
    silent = f"no finding: {what} blocks"
    if blocking.is_minor:
        return f"no finding: {what} is too short to count, or part of another call that does (as reading is of opening a file)"
    if facts.standing is Standing.THREAD:
        return f"{silent} only a thread: {_thread_reason(facts, base)}"
    if facts.standing is Standing.STARTING:
        return f"{silent} the loop only while the application starts or stops; `--startup` reports that"
    if facts.standing is Standing.IMPORT:
        return f"{silent} once, when the module is imported, before the loop runs"
    if facts.standing is Standing.TEST:
        return f"{silent}, but tests are not reported"
    if facts.standing is Standing.SCRIPT:
        return f"{silent} a loop that serves no requests: a script's or a worker's own"
    if facts.standing is Standing.UNREACHED:
        return f"{silent}, but nothing that the analysis knows runs `{facts.function}`"
    if answer.before:
        one = answer.before[0]
        place = f"{relative_path(one.finding.path, base)}:{one.finding.span.line}"
        state = f", which is not reported: {one.reason}" if one.reason else ""
        return f"no finding of its own: {what} is reached through {place}, where {one.finding.code} names the worst call below{state}"
    return f"no finding: {what} runs on the loop, but is judged brief here or belongs to a case that no rule reports"


def _thread_reason(facts: LineFacts, base: str) -> str:
    way = next((way for way in facts.ways if way.context == _THREAD), None)
    if way is None:
        return "nothing reaches it from the event loop"
    switch = _switch(way)
    own = "" if switch.function == facts.function else f", and that runs `{facts.function}`"
    entry = switch.entry or (switch.how if switch.how == DEPENDENCY else "")
    if entry:
        return f"`{switch.function}` is {entry} and a plain `def`, so FastAPI runs it in its threadpool{own}"
    return f"`{switch.text}` hands `{switch.function}` over at {relative_path(switch.path, base)}:{switch.line}{own}"


def _switch(way: Way) -> WayStep:
    """The step by which the way comes into its last context."""
    switch = way.steps[-1]
    for step in reversed(way.steps):
        if step.context != way.context:
            break
        switch = step
    return switch


def _about_call(called: CalledAt, answer: LineAnswer, base: str) -> str:
    place = f"{relative_path(called.path, base)}:{called.line}"
    what = f"`{called.text}` runs `{called.target}` ({place})"
    if called.is_handed_over:
        return f"handed over: {what} in a thread, so nothing in it holds the event loop"
    if called.is_async:
        return f"async: {what}, {called.how}; what it does is judged there, line by line"
    where = " and ".join(called.contexts) or "nowhere that is known"
    concerned = any(
        step.path == answer.facts.path and step.span.line <= answer.facts.line <= step.span.end_line
        for one in (*answer.here, *answer.through)
        for step in one.finding.chain
    )
    if concerned:
        return f"call: {what} on: {where}"
    if _LOOP in called.contexts:
        return f"no finding: {what} on: {where}; nothing that it runs there is known to block"
    return f"call: {what} on: {where}"


def _finding(told: Told, base: str) -> str:
    finding = told.finding
    if told.reason:
        return f"not reported: {finding.code} {finding.message} -- {told.reason}"
    steps = [step for step in finding.chain if (step.path, step.span) != (finding.path, finding.span)]
    chain = "".join(f" → `{step.text}` ({relative_path(step.path, base)}:{step.span.line})" for step in steps)
    return f"finding: {finding.code} {finding.severity.value}: {finding.message}{f'; the way:{chain}' if chain else ''}"


def _alike(found: Sequence[Told]) -> list[list[Told]]:
    """The findings of one rule and one fate together, in order."""
    groups: dict[tuple[str, str], list[Told]] = {}
    for told in found:
        groups.setdefault((told.finding.code, told.reason), []).append(told)
    return list(groups.values())


def _passing(alike: Sequence[Told], base: str) -> str:
    first = alike[0]
    finding = first.finding
    places = [f"{relative_path(one.finding.path, base)}:{one.finding.span.line}" for one in alike]
    named = ", ".join(places[:_MOST_PLACES])
    more = len(places) - _MOST_PLACES
    where = f"{named} and {more} more" if more > 0 else named
    what = "a finding" if len(alike) == 1 else f"{len(alike)} findings"
    if first.reason:
        verb = "is" if len(alike) == 1 else "are"
        return f"on the way of {what} that {verb} not reported: {finding.code} at {where} -- {first.reason}"
    message = finding.message.removesuffix(finding.help).rstrip(" ;:,-") if finding.help else finding.message
    begin = "" if len(alike) == 1 else "the first says: "
    return f"on the way of {what}: {finding.code} is reported at {where}; {begin}{message}"


def _told_object(told: Told) -> dict[str, Any]:
    finding = told.finding
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "filename": finding.path,
        "location": {"row": finding.span.line, "column": finding.span.column},
        "silenced": told.reason or None,
    }


def _inside(facts: LineFacts) -> str:
    if not facts.function:
        return ", at the top of the module"
    kind = "async def" if facts.is_async else "def"
    return f", in `{kind} {facts.function}` (line {facts.header})"


def _way(way: Way, base: str, width: int) -> list[str]:
    lines: list[str] = []
    for position, step in enumerate(way.steps):
        place = f"{relative_path(step.path, base)}:{step.line}"
        if position == 0:
            head, following = f"  {way.steps[0].context}: ", "    "
            text = f"`{step.function}`, {step.entry}"
        else:
            head, following = "  " + "   " * (position - 1) + "└─ ", "  " + "   " * (position - 1) + "     "
            moved = f" [{step.context}]" if step.context != way.steps[position - 1].context else ""
            text = f"{step.how} `{step.function}`{moved}"
        full = f"{head}{text} ({place})"
        if len(full) <= width:
            lines.append(full)
        else:
            lines += textwrap.wrap(
                full,
                max(width, 40),
                subsequent_indent=following,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return lines


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, max(width, 40), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
