"""`# noqa`, read the way flake8 reads it.

On the line that a finding is reported on, a bare `# noqa` or one with the finding's code silences it; a
line `# flake8: noqa` silences the file. On any other line of a finding's chain only an explicit code
does: `time.sleep(1)  # noqa: FAP101` in a helper accepts the call for everybody who reaches it.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Sequence

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.sources import Reader

_INLINE = re.compile(r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,\s]")


class Suppressions:
    """The comments of the files that carry findings; `read` gives a file's lines, with their ends."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._files: dict[str, FileSuppressions] = {}

    def of(self, path: str) -> FileSuppressions:
        """The comments of one file."""
        if path not in self._files:
            self._files[path] = FileSuppressions(self._read(path))
        return self._files[path]

    def silences_elsewhere(self, finding: Diagnostic, reported: Diagnostic) -> bool:
        """Whether a comment away from the reported line silences `finding`, which is shown as `reported`.

        The line where the finding stands in a whole run counts like the reported one, so that a run over
        a few files says nothing that a run over all does not.
        """
        if (finding.path, finding.span.line) != (reported.path, reported.span.line) and self.silences_line(
            finding
        ):
            return True
        return any(
            self.of(step.path).names(finding.code, step.span.line)
            for step in finding.chain
            if (step.path, step.span.line) != (reported.path, reported.span.line)
        )

    def silences_line(self, finding: Diagnostic) -> bool:
        """Whether a comment on the finding's own line, or one for its whole file, silences it."""
        comments = self.of(finding.path)
        return comments.whole_file or comments.covers(finding.code, finding.span.line)


class FileSuppressions:
    """The comments of one file."""

    def __init__(self, lines: Sequence[str]) -> None:
        mentioned = any("noqa" in line.lower() for line in lines)
        self.whole_file = mentioned and any(_FILE.match(line) for line in lines)
        self._text = _searched_text(lines) if mentioned else {}

    def covers(self, code: str, line: int) -> bool:
        """Whether a `# noqa`, bare or with this code or the start of it, counts for the line."""
        match = _INLINE.search(self._text.get(line, ""))
        if match is None:
            return False
        return match["codes"] is None or code.startswith(_codes(match["codes"]))

    def names(self, code: str, line: int) -> bool:
        """Whether a `# noqa` with this code or the start of it counts for the line."""
        match = _INLINE.search(self._text.get(line, ""))
        return match is not None and match["codes"] is not None and code.startswith(_codes(match["codes"]))


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for code in _SEPARATOR.split(text) if code)


def _searched_text(lines: Sequence[str]) -> dict[int, str]:
    """For each line the text in which its comment is looked for.

    As in flake8, the lines of a string or of a backslash continuation count as one; those of a bracket
    do not. A file that cannot be split into tokens has no such comments.
    """
    texts: dict[int, str] = {}
    first, last = len(lines) + 2, -1
    try:
        for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                text = "".join(lines[first - 1 : last])
                texts.update(dict.fromkeys(range(first, last + 1), text))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError):
        return {}
    return texts
