"""The rules over an analysed project: one after the other, or half of them in a second process.

The analysis is there by then and no rule changes it, so that a forked process sees what this one sees and finds what this
one would find. Only findings come back.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.facts.packing import DamagedFactsError
from fastapi_lint.facts.tuples import decode_tuple, encode_tuple
from fastapi_lint.rules import all_rules
from fastapi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

WORTH_A_PROCESS = 2_000
"""Evaluated functions below which the rules take less time than it saves to share them."""

MOST_COPIED = 15_000
"""Evaluated functions above which a second process would need too much memory: what it looks at becomes a copy."""


class _Share(NamedTuple):
    """What a second process found, and for each module the functions whose bodies it looked at."""

    found: tuple[Diagnostic, ...]
    asked: tuple[tuple[int, ...], ...]


def findings(program: Program, codes: frozenset[str], jobs: int) -> list[Diagnostic]:
    """What the rules with these codes find in the whole project, sorted; in up to `jobs` processes."""
    rules = [rule for rule in all_rules() if rule.code in codes]
    size = len(program.interpreter.frames)
    if jobs > 1 and sys.platform == "linux" and WORTH_A_PROCESS <= size <= MOST_COPIED:
        found = _in_two_processes(program, rules)
    else:
        found = _found(program, rules)
    found.sort(key=lambda finding: (finding.sort_key, finding.chain, finding.routes))
    return found


def _found(program: Program, rules: Sequence[Rule]) -> list[Diagnostic]:
    return [
        finding
        for rule in rules
        for question, check in rule.checks
        for answer in program.answers(question)
        for finding in check(answer)
    ]


def _in_two_processes(program: Program, rules: Sequence[Rule]) -> list[Diagnostic]:
    own, others = _shares(rules)
    program.prepare()  # what both would work out
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            with open(writing, "wb") as pipe:
                pipe.write(encode_tuple(_Share(tuple(_found(program, others)), _asked(program))))
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with open(reading, "rb") as pipe:
        found = _found(program, own)
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    try:
        share = decode_tuple(_Share, content) if status == 0 else None
    except DamagedFactsError:
        share = None
    if share is None:  # killed, or out of memory
        return found + _found(program, others)
    for facts, asked in zip(program.facts, share.asked, strict=True):
        for number in asked:
            _ = facts.functions[number].body  # looked at, as far as this process can tell
    return found + list(share.found)


def _shares(rules: Sequence[Rule]) -> tuple[list[Rule], list[Rule]]:
    """The rules that ask what most of them ask, and the others."""
    asked = Counter(question for rule in rules for question, _ in rule.checks)
    most = max(asked, key=lambda question: asked[question], default=None)
    own = [rule for rule in rules if any(question is most for question, _ in rule.checks)]
    return own, [rule for rule in rules if rule not in own]


def _asked(program: Program) -> tuple[tuple[int, ...], ...]:
    return tuple([tuple([one.number for one in facts.functions if one.was_asked]) for facts in program.facts])
