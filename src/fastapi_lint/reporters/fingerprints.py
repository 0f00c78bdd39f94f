"""What a finding is known by from one run to the next, when lines above it come and go."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import islice

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.reporters.summary import relative_path
from fastapi_lint.sources import Reader

_WINDOW = 100
_BASE = 37
_END_OF_FILE = 65535
_UNSIGNED = 1 << 64


def fingerprints(diagnostics: Sequence[Diagnostic], read: Reader, root: str) -> list[str]:
    """For each finding a text that no other finding of the run has.

    It is made of the rule, the file as seen from `root`, the function, the finding's line without blanks and what the
    chain ends in, with an ordinal where all of that is the same. Line numbers do not count, nor does what lies between.
    """
    known: Counter[str] = Counter()
    result = []
    for finding in diagnostics:
        lines = read(finding.path)
        line = lines[finding.span.line - 1] if 1 <= finding.span.line <= len(lines) else ""
        function = finding.chain[0].function if finding.chain else ""
        sink = finding.chain[-1].text if finding.chain else ""
        path = relative_path(finding.path, root).replace("\\", "/")
        parts = [finding.code, path, function, "".join(line.split()), sink]
        key = "\0".join(parts)
        known[key] += 1
        text = f"{key}\0{known[key]}"
        result.append(hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32])
    return result


def line_hashes(lines: Sequence[str], wanted: Collection[int]) -> dict[int, str]:
    """`primaryLocationLineHash`, as GitHub's own upload computes it, for the `wanted` lines (from 1) of a file.

    The hash of a line covers the hundred characters from its start on, blanks left out; behind the colon stands how
    often that text was met so far.
    """
    starts: list[int] = []
    text: list[int] = []
    for line in lines or [""]:
        starts.append(len(text))
        text += _units(line)
    if lines and lines[-1].endswith("\n"):
        starts.append(len(text))
    text.append(_END_OF_FILE)
    text += [0] * _WINDOW
    met: Counter[tuple[int, ...]] = Counter()
    found: dict[int, str] = {}
    for number, start in enumerate(islice(starts, max(wanted, default=0)), 1):
        window = tuple(text[start : start + _WINDOW])
        met[window] += 1
        if number in wanted:
            value = 0
            for unit in window:
                value = (value * _BASE + unit) % _UNSIGNED
            found[number] = f"{value:x}:{met[window]}"
    return found


def _units(line: str) -> list[int]:
    """The UTF-16 code units of a line without blanks and tabs."""
    kept = line.replace(" ", "").replace("\t", "")
    if kept.isascii():
        return list(kept.encode("ascii"))
    data = kept.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(data[position : position + 2], "little") for position in range(0, len(data), 2)]
