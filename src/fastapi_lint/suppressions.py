"""Comments that accept findings: flake8's `# noqa`, read the way flake8 reads it, and our own.

On the line that a finding is reported on, a bare `# noqa` or one with the finding's code silences it; a
line `# flake8: noqa` silences the file. On any other line of a finding's chain only an explicit code
does: `time.sleep(1)  # noqa: FAP101` in a helper accepts the call for everybody who reaches it.

`# fastapi-lint: ignore[FAP101] reason` means the same, and no other tool takes it for its own. On a line
by itself, `# fastapi-lint: ignore-file[FAP101] reason` speaks of every line of its file.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from fastapi_lint.diagnostics import Diagnostic, Span
from fastapi_lint.sources import Reader

INLINE = re.compile(r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_OWN = re.compile(r"#\s*fastapi-lint:\s*(?P<kind>ignore-file|ignore)(?![\w-])(?:\[(?P<codes>[^\]]*)\])?")
_CODE = re.compile(r"[^,\s]+")
_OUR_CODE = re.compile(r"FAP\d{1,3}", re.IGNORECASE)
_NOQA, _OWN_PREFIX = "noqa", "fastapi-lint:"
_START_OF_OURS = re.compile(r"F(A(P\d*)?)?", re.IGNORECASE)


class Mention(NamedTuple):
    """A code that a comment names; it covers every rule whose code is this one or starts with it.

    `is_own`: it stands in a comment that flake8 knows nothing of.
    """

    path: str
    code: str
    span: Span
    is_own: bool

    def covers(self, code: str) -> bool:
        """Whether it speaks of the rule with this code."""
        return code.startswith(self.code)


class UnusedMention(NamedTuple):
    """A code in a comment that silences nothing; `is_known` when some rule has a code that it covers."""

    mention: Mention
    is_known: bool


class _Accepted(NamedTuple):
    """What the comments that count for a line accept: everything (by flake8's comment, by ours), or codes."""

    all_by_noqa: bool = False
    all_by_own: bool = False
    mentions: tuple[Mention, ...] = ()


_NOTHING = _Accepted()


class Suppressions:
    """The comments of the files that carry findings; `read` gives a file's lines, with their ends."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._files: dict[str, FileSuppressions] = {}
        self._used: set[Mention] = set()

    def of(self, path: str) -> FileSuppressions:
        """The comments of one file."""
        if path not in self._files:
            self._files[path] = FileSuppressions(self._read(path), path)
        return self._files[path]

    def silences(self, finding: Diagnostic) -> bool:
        """Whether any comment silences the finding in a run over the whole project."""
        return self.silences_line(finding) or self.silences_elsewhere(finding, finding)

    def silences_elsewhere(self, finding: Diagnostic, reported: Diagnostic) -> bool:
        """Whether a comment away from the reported line silences `finding`, which is shown as `reported`.

        The line where the finding stands in a whole run counts like the reported one, so that a run over
        a few files says nothing that a run over all does not.
        """
        here = _place(reported)
        if _place(finding) != here and self.silences_line(finding):
            return True
        return any(
            self.of(step.path).names(finding.code, step.span.line)
            for step in finding.chain
            if (step.path, step.span.line) != here
        )

    def silences_line(self, finding: Diagnostic, *, only_own: bool = False) -> bool:
        """Whether a comment on the finding's own line, or one for its whole file, silences it.

        With `only_own` those that flake8 reads itself do not count.
        """
        comments = self.of(finding.path)
        return comments.covers(finding.code, finding.span.line, only_own=only_own)

    def use(self, finding: Diagnostic) -> None:
        """Remember which codes in comments silence this finding."""
        for path, line in {_place(finding), *((step.path, step.span.line) for step in finding.chain)}:
            self._used.update(self.of(path).naming(finding.code, line))

    def unused(
        self, paths: Iterable[str], *, selected: frozenset[str], known: frozenset[str]
    ) -> Iterator[UnusedMention]:
        """The codes in the files' comments that silence none of the findings given to `use`.

        Of the `known` codes only those that are `selected`: nobody knows what a rule that did not run
        would find. Other tools' codes are not looked at.
        """
        for path in paths:
            for mention in self.of(path).mentions():
                meant = {code for code in known if mention.covers(code)}
                if mention not in self._used and meant <= selected:
                    yield UnusedMention(mention, is_known=bool(meant))


class FileSuppressions:
    """The comments of one file."""

    def __init__(self, lines: Sequence[str], path: str = "") -> None:
        self._path = path
        self._by_line: dict[int, _Accepted] = {}
        text = "".join(lines)
        lowered = text.lower()
        has_noqa = _NOQA in lowered
        self._for_file = _Accepted(all_by_noqa=has_noqa and any(_FILE.match(line) for line in lines))
        self._comments: dict[int, tuple[int, str]] = {}
        self._lines = lines
        if _OWN_PREFIX in lowered or (has_noqa and any(map(_may_concern_us, INLINE.finditer(text)))):
            self._read()

    @property
    def whole_file(self) -> bool:
        """Whether a comment without codes is about the whole file."""
        return self._for_file.all_by_noqa or self._for_file.all_by_own

    def covers(self, code: str, line: int, *, only_own: bool = False) -> bool:
        """Whether a comment counts for the line: bare, or with this code or the start of it."""
        for accepted in (self._for_file, self._by_line.get(line, _NOTHING)):
            if accepted.all_by_own or (accepted.all_by_noqa and not only_own):
                return True
            if any(mention.covers(code) and mention.is_own >= only_own for mention in accepted.mentions):
                return True
        return False

    def names(self, code: str, line: int) -> bool:
        """Whether a comment with this code or the start of it counts for the line."""
        return any(True for _ in self.naming(code, line))

    def naming(self, code: str, line: int) -> Iterator[Mention]:
        """The codes in comments that count for the line and cover this one."""
        for accepted in (self._for_file, self._by_line.get(line, _NOTHING)):
            yield from (mention for mention in accepted.mentions if mention.covers(code))

    def mentions(self) -> list[Mention]:
        """Every code of ours in a comment, in order.

        A string with `# noqa: FAP101` in it counts for flake8, but nobody wrote that to accept anything.
        """
        accepted = {self._for_file, *self._by_line.values()}
        return sorted(
            (
                mention
                for one in accepted
                for mention in one.mentions
                if (mention.is_own or _OUR_CODE.fullmatch(mention.code)) and self._is_in_comment(mention.span)
            ),
            key=lambda mention: mention.span,
        )

    def extent(self, line: int) -> tuple[int, int]:
        """The first and the last of the lines that count as one with this line."""
        around = ((first, last) for first, last in self._ranges if first <= line <= last)
        return next(around, (line, line))

    def _read(self) -> None:
        for first, last in self._ranges:
            accepted = self._accepted(self._lines, first, last)
            if accepted != _NOTHING:
                self._by_line.update(dict.fromkeys(range(first, last + 1), accepted))

    @cached_property
    def _ranges(self) -> list[tuple[int, int]]:
        """First and last lines of what counts as one: a string, or lines that end in a backslash, but no bracket.

        The comments that are met go into `_comments`, by line: column from 1, and text. As in flake8, a file
        that cannot be split into tokens has neither.
        """
        ranges = []
        nothing = len(self._lines) + 2, -1
        first, last = nothing
        try:
            for token in tokenize.generate_tokens(io.StringIO("".join(self._lines)).readline):
                if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                    continue
                if token.type == tokenize.COMMENT:
                    self._comments[token.start[0]] = (token.start[1] + 1, token.string)
                first, last = min(first, token.start[0]), max(last, token.end[0])
                if token.type in (tokenize.NL, tokenize.NEWLINE):
                    ranges.append((first, last))
                    first, last = nothing
        except (tokenize.TokenError, SyntaxError):
            self._comments = {}
            return []
        return ranges

    def _accepted(self, lines: Sequence[str], first: int, last: int) -> _Accepted:
        mentions: list[Mention] = []
        all_by_noqa = all_by_own = False
        noqa = INLINE.search("".join(lines[first - 1 : last]))
        if noqa is not None:
            all_by_noqa = noqa["codes"] is None
            mentions += self._split(noqa, _offsets(lines, first, last), is_own=False)
        for line in range(first, last + 1):
            column, text = self._comments.get(line, (0, ""))
            for own in _OWN.finditer(text):
                found = self._split(own, [(0, line, column)], is_own=True)
                if own["kind"] == "ignore":
                    all_by_own = all_by_own or own["codes"] is None
                    mentions += found
                elif not lines[line - 1][: column - 1].strip():  # only on a line by itself
                    self._for_file = self._for_file._replace(
                        all_by_own=self._for_file.all_by_own or own["codes"] is None,
                        mentions=(*self._for_file.mentions, *found),
                    )
        return _Accepted(all_by_noqa, all_by_own, tuple(mentions))

    def _split(
        self, match: re.Match[str], offsets: Sequence[tuple[int, int, int]], *, is_own: bool
    ) -> Iterator[Mention]:
        """The codes of one comment; `offsets` say where, by offset, each line and column of the text starts."""
        for code in _CODE.finditer(match["codes"] or ""):
            position = match.start("codes") + code.start()
            start, line, column = next(one for one in reversed(offsets) if one[0] <= position)
            column += position - start
            span = Span(line, column, line, column + len(code[0]))
            yield Mention(self._path, code[0], span, is_own)

    def _is_in_comment(self, span: Span) -> bool:
        comment = self._comments.get(span.line)
        return comment is not None and comment[0] < span.column


def _may_concern_us(noqa: re.Match[str]) -> bool:
    """Whether flake8's comment may silence one of our rules; telling what it stands beside costs much more.

    A comment that goes on in the next line may end there, and have fewer codes or none.
    """
    codes = noqa["codes"]
    return (
        codes is None
        or len(codes.strip().splitlines()) > 1
        or any(_START_OF_OURS.fullmatch(code) for code in _CODE.findall(codes))
    )


def _offsets(lines: Sequence[str], first: int, last: int) -> list[tuple[int, int, int]]:
    offsets = []
    start = 0
    for line in range(first, last + 1):
        offsets.append((start, line, 1))
        start += len(lines[line - 1]) if line <= len(lines) else 0
    return offsets


def _place(finding: Diagnostic) -> tuple[str, int]:
    return finding.path, finding.span.line
