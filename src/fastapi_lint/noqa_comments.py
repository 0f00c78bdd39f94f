"""Write `# noqa: FAP103 -- reason` where flake8 and this linter look for it."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.sources import replace_file, split_lines
from fastapi_lint.suppressions import INLINE, FileSuppressions

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_END = re.compile(r"[\r\n]*\Z")


class Written(NamedTuple):
    """How many comments were written or extended in how many `files`, and the findings that none can silence."""

    comments: int
    files: int
    left: tuple[Diagnostic, ...]


class _Source(NamedTuple):
    """A file's text with its encoding, as it was; `mark` are the bytes of its byte order mark."""

    text: str
    encoding: str
    mark: bytes


def write_comments(findings: Iterable[Diagnostic], reason: str) -> Written:
    """Accept the findings by comments in their files. Raises OSError for a file that cannot be written.

    What the program means stays as it is, and so do other comments, line ends and encodings. A file is
    written whole or not at all.
    """
    by_path: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for finding in findings:
        by_path[finding.path].append(finding)
    comments = files = 0
    left: list[Diagnostic] = []
    for path, members in by_path.items():
        with open(path, "rb") as file:
            content = file.read()
        changed, written, refused = commented(content, members, reason)
        left += refused
        if written:
            replace_file(path, changed)
            comments, files = comments + written, files + 1
    return Written(comments, files, tuple(left))


def commented(
    content: bytes, findings: Sequence[Diagnostic], reason: str
) -> tuple[bytes, int, list[Diagnostic]]:
    """The content with the comments for findings of this one file, their number, and the findings left out."""
    source = _read(content)
    if source is None:
        return content, 0, list(findings)
    by_line: defaultdict[int, list[Diagnostic]] = defaultdict(list)
    for finding in findings:
        by_line[finding.span.line].append(finding)
    text, written, left = source.text, 0, list[Diagnostic]()
    # All at once; or else, when one of them cannot be, each by itself.
    for group in ([by_line], [{line: members} for line, members in by_line.items()]):
        text, written, left = source.text, 0, []
        for lines in group:
            changed = _with_comments(text, lines, reason)
            if changed is not None and _is_encodable(changed[0], source.encoding):
                text, written = changed[0], written + changed[1]
            else:
                left += [finding for members in lines.values() for finding in members]
        if not left:
            break
    return source.mark + text.encode(source.encoding), written, left


def _with_comments(
    text: str, by_line: Mapping[int, Sequence[Diagnostic]], reason: str
) -> tuple[str, int] | None:
    """The text with comments for these lines, and how many; None if that changes more than comments or does not help."""
    lines = _LINE.findall(text)
    comments = FileSuppressions(split_lines(text))
    codes: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for line, members in by_line.items():
        codes[comments.extent(line)].update(finding.code for finding in members)
    for (first, number), wanted in codes.items():
        if number > len(lines):
            return None
        end = _END.search(lines[number - 1])
        ending = end[0] if end is not None else ""
        body = lines[number - 1].removesuffix(ending)
        before = "".join(lines[first - 1 : number - 1])  # flake8 sees the first comment of them all
        lines[number - 1] = (
            _accepting(body, sorted(wanted), reason, can_extend=not INLINE.search(before)) + ending
        )
    changed = "".join(lines)
    if not _means_the_same(text, changed):
        return None
    after = FileSuppressions(split_lines(changed))
    accepted = all(
        after.covers(finding.code, line) for line, members in by_line.items() for finding in members
    )
    return (changed, len(codes)) if accepted else None


def _accepting(body: str, codes: Sequence[str], reason: str, *, can_extend: bool) -> str:
    """A line with the codes in its comment, behind those that are there."""
    tail = f" -- {reason}" if reason else ""
    match = INLINE.search(body) if can_extend else None
    if match is None or match["codes"] is None:
        return f"{body.rstrip()}  # noqa: {', '.join(codes)}{tail}"
    present = match["codes"].rstrip(", \t")
    end = match.start("codes") + len(present)
    return f"{body[:end]}, {', '.join(codes)}{body[end:].rstrip()}{tail}"


def _read(content: bytes) -> _Source | None:
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        text = content.removeprefix(mark).decode(encoding)
        is_faithful = text.encode(encoding) == content.removeprefix(mark)
    except (SyntaxError, UnicodeError, LookupError):
        return None
    return _Source(text, encoding, mark) if is_faithful else None


def _is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeError:
        return False
    return True


def _means_the_same(before: str, after: str) -> bool:
    try:
        return ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
