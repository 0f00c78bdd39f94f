"""What an earlier run found, given again where everything that it looked at still says the same.

After most edits everything has to be judged again. Not so where the new text says what the old one said, perhaps on other
lines (a comment, an empty line, a docstring), where only tests were edited that nothing imports, or bodies of
functions that the analysis had no reason to look at. Then the findings are those of before, on the lines of now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fastapi_lint.diagnostics import Diagnostic, Span
from fastapi_lint.facts.cache import FactsCache
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.moves import moved_lines
from fastapi_lint.facts.reading import read_all
from fastapi_lint.facts.tuples import decode_tuple, encode_tuple
from fastapi_lint.store import Store, digest

_MOST_CHANGED = 50
"""More changed files than these are seldom changed in their comments alone."""

_NAMES_LINE = re.compile(r"\bline \d|\.pyi?:\d")
"""Words of a message that would have to be changed with the lines."""

Lines = Mapping[int, int]


class Looked(NamedTuple):
    """A file that was read: the hash of its content, and the functions whose bodies nobody asked for."""

    path: str
    content: str
    unseen: tuple[int, ...]


class Answer(NamedTuple):
    """What was found in a project, and all that was looked at for it; `unread` are its other files.

    `calls` counts the calls in functions that were looked at, `calls_resolved` those that could be followed.
    """

    looked: tuple[Looked, ...]
    unread: tuple[str, ...]
    found: tuple[Diagnostic, ...]
    calls: int
    calls_resolved: int


class FoundBefore:
    """The last answer to one question (`asked`: the program, the project, the rules and the options) in a store."""

    def __init__(self, store: Store, facts: FactsCache, asked: Iterable[bytes]) -> None:
        self._store = store
        self._facts = facts
        self._key = digest(b"found", *asked)

    def recall(self, known: Sequence[str]) -> Answer | None:
        """The answer for a project of these files, or None where it has to be looked for."""
        content = self._store.get([self._key]).get(self._key)
        try:
            answer = decode_tuple(Answer, content) if content is not None else None
            if answer is None or {one.path for one in answer.looked}.union(answer.unread) != set(known):
                return None
            return self._moved(answer)
        except ValueError:  # damaged or made up: a hash that is none, facts that are none
            return None

    def keep(
        self,
        modules: Iterable[ModuleFacts],
        unread: Iterable[str],
        found: Sequence[Diagnostic],
        calls: tuple[int, int],
    ) -> None:
        """Remember what was found. A project with a file that could not be read or stored is not remembered."""
        looked = []
        for module in modules:
            content = self._facts.content_of(module.path)
            if content is None:
                return
            unseen = tuple(function.number for function in module.functions if not function.was_asked)
            looked.append(Looked(module.path, content.hex(), unseen))
        self._write(Answer(tuple(looked), tuple(sorted(unread)), tuple(found), *calls))

    def _write(self, answer: Answer) -> None:
        self._store.put({self._key: encode_tuple(answer)})

    def _moved(self, answer: Answer) -> Answer | None:
        """The answer with its findings where they are now."""
        now = {one.path: self._facts.content_of(one.path) for one in answer.looked}
        if None in now.values():
            return None
        contents = {path: content.hex() for path, content in now.items() if content is not None}
        changed = [one for one in answer.looked if contents[one.path] != one.content]
        if not changed:
            return answer
        if len(changed) > _MOST_CHANGED:
            return None
        moves: dict[str, Lines] = {}
        news, _ = read_all([(one.path, None) for one in changed], 1, None, self._facts)
        olds = self._facts.older({one.path: bytes.fromhex(one.content) for one in changed})
        as_taken = all(self._facts.read.get(one.path, now[one.path]) == now[one.path] for one in changed)
        if not as_taken or not len(news) == len(olds) == len(changed):
            return None
        for one, old, new in zip(changed, olds, news, strict=True):
            lines = moved_lines(old, new, one.unseen)
            if lines is None:
                return None
            if any(line != place for line, place in lines.items()):
                moves[one.path] = lines
        try:
            found = [_moved(finding, moves) for finding in answer.found] if moves else answer.found
        except KeyError:  # a place that the facts do not speak of, or words that name one
            return None
        looked = tuple([one._replace(content=contents[one.path]) for one in answer.looked])
        now_true = answer._replace(looked=looked, found=tuple(found))
        self._write(now_true)
        return now_true


def _moved(finding: Diagnostic, moves: Mapping[str, Lines]) -> Diagnostic:
    """The finding on the lines of now. Raises KeyError where they are not known, or its words may name lines."""
    text = f"{finding.message} {finding.cause} {finding.help}"
    if _NAMES_LINE.search(text):
        raise KeyError(text)
    fix = finding.fix
    if fix is not None:
        fix = fix._replace(
            edits=tuple([edit._replace(span=_at(edit.path, edit.span, moves)) for edit in fix.edits])
        )
    return finding._replace(
        span=_at(finding.path, finding.span, moves),
        chain=tuple([step._replace(span=_at(step.path, step.span, moves)) for step in finding.chain]),
        fix=fix,
    )


def _at(path: str, span: Span, moves: Mapping[str, Lines]) -> Span:
    lines = moves.get(path)
    return span if lines is None else span._replace(line=lines[span.line], end_line=lines[span.end_line])
