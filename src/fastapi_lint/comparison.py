"""Findings in a baseline's words: what each says of its surroundings, and which of them were there before."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.analysis.scopes import Scopes
from fastapi_lint.baseline import Entry, code_of, match, relative_to
from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.sources import Reader

if TYPE_CHECKING:
    from fastapi_lint.analysis.program import Program

_END_OF_NAME = re.compile(r"[(\[{]")


class Accepted(NamedTuple):
    """The findings of one project that are not reported, because they were there before.

    `in_baseline` and `in_revision` count them; `fixed` are entries of the baseline file `baseline` that
    nothing repeats, as far as the run can tell.
    """

    root: str
    baseline: str | None
    in_baseline: int
    in_revision: int
    fixed: tuple[Entry, ...]


class Described:
    """The findings of an analysed project, each with its entry. `read` gives the lines of its files."""

    def __init__(self, findings: Iterable[Diagnostic], program: Program, root: str, read: Reader) -> None:
        self._scopes = Scopes(program)
        self._root = root
        self._read = read
        self._lines: dict[str, frozenset[tuple[str, str]]] = {}
        # What is said twice at one place is one finding.
        self.findings = tuple({_identity(finding): finding for finding in findings}.values())
        self.entries = tuple(self._entry(finding) for finding in self.findings)

    def known_among(self, entries: Sequence[Entry]) -> Known:
        """The comparison with findings of another time."""
        matched = match(entries, self.entries, self._still_there)
        used = set(matched)
        return Known(
            hidden={
                _identity(finding)
                for finding, index in zip(self.findings, matched, strict=True)
                if index is not None
            },
            repeated=[entry for entry, index in zip(self.entries, matched, strict=True) if index is not None],
            new=[entry for entry, index in zip(self.entries, matched, strict=True) if index is None],
            gone=[entry for index, entry in enumerate(entries) if index not in used],
        )

    def _entry(self, finding: Diagnostic) -> Entry:
        line = finding.span.line
        lines = self._read(finding.path)
        text = lines[line - 1] if line <= len(lines) else ""
        return Entry(
            path=relative_to(finding.path, self._root),
            scope=self._scopes.at(finding.path, line),
            code=finding.code,
            line=code_of(text),
            symbol=finding.chain[-1].text if finding.chain else _name_at(finding, text),
        )

    def _still_there(self, entry: Entry) -> bool:
        if entry.path not in self._lines:
            path = os.path.join(self._root, *entry.path.split("/"))
            self._lines[entry.path] = frozenset(
                (self._scopes.at(path, number), code_of(line))
                for number, line in enumerate(self._read(path), 1)
            )
        return (entry.scope, entry.line) in self._lines[entry.path]


class Known:
    """What became of the entries of another time.

    `repeated` are the entries, as of now, of findings that were there, `new` those of findings that were
    not, and `gone` the old entries that nothing repeats.
    """

    def __init__(
        self,
        *,
        hidden: set[tuple[object, ...]],
        repeated: Sequence[Entry],
        new: Sequence[Entry],
        gone: Sequence[Entry],
    ) -> None:
        self._hidden = hidden
        self.repeated = tuple(repeated)
        self.new = tuple(new)
        self.gone = tuple(gone)

    def holds(self, finding: Diagnostic) -> bool:
        """Whether the finding was there before."""
        return _identity(finding) in self._hidden


class Before:
    """The findings of a project that were there before: by its baseline (path and entries), and by a revision."""

    def __init__(
        self, root: str, baseline: tuple[str, Sequence[Entry]] | None, older: Sequence[Entry] | None
    ) -> None:
        self._root = root
        self._baseline = baseline
        self._older = older
        self._in_baseline: Known | None = None
        self._in_revision: Known | None = None
        self._hidden: dict[tuple[object, ...], bool] = {}
        self.is_needed = baseline is not None or older is not None

    def compare(self, described: Described) -> None:
        """Look which of the project's findings were there; `hides` asks for the answer."""
        if self._baseline is not None:
            self._in_baseline = described.known_among(self._baseline[1])
        if self._older is not None:
            self._in_revision = described.known_among(self._older)

    def hides(self, finding: Diagnostic) -> bool:
        """Whether the finding is not to be reported, for it was there. The findings that this is asked of are counted."""
        in_baseline = self._in_baseline is not None and self._in_baseline.holds(finding)
        if not in_baseline and (self._in_revision is None or not self._in_revision.holds(finding)):
            return False
        self._hidden[_identity(finding)] = in_baseline
        return True

    def accepted(self, codes: frozenset[str], known: Sequence[str], checked: frozenset[str]) -> Accepted:
        """What came of it, when the rules `codes` ran over the files `known` and the files `checked` were reported on."""
        in_baseline = sum(self._hidden.values())
        gone = self._in_baseline.gone if self._in_baseline is not None else ()
        return Accepted(
            root=self._root,
            baseline=self._baseline[0] if self._baseline is not None else None,
            in_baseline=in_baseline,
            in_revision=len(self._hidden) - in_baseline,
            fixed=fixed_entries(gone, self._root, codes, known, checked),
        )


def fixed_entries(
    gone: Iterable[Entry], root: str, codes: frozenset[str], known: Sequence[str], checked: frozenset[str]
) -> tuple[Entry, ...]:
    """Those of the entries that nothing repeats which are fixed for sure.

    Their rules ran, and their files were looked at; or the files are gone, if the run was about all of the
    project. What a setting has left out since is not fixed.
    """
    files = {relative_to(path, root) for path in checked}
    is_whole = checked.issuperset(known)
    return tuple(
        entry
        for entry in gone
        if entry.code in codes
        and (entry.path in files or (is_whole and not os.path.exists(os.path.join(root, entry.path))))
    )


def _identity(finding: Diagnostic) -> tuple[object, ...]:
    return finding.code, finding.path, finding.span, finding.message


def _name_at(finding: Diagnostic, text: str) -> str:
    """What is called, decorated or assigned where the finding stands."""
    span = finding.span
    end = span.end_column - 1 if span.end_line == span.line else None
    stretch = text[span.column - 1 : end]
    return code_of(_END_OF_NAME.split(stretch)[0]) or code_of(stretch)
