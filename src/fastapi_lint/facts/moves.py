"""Whether two readings of a file say the same, and where what the first one says stands in the second.

A comment, an empty line or a word in a docstring changes where things stand, but not what a file says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts.model import FunctionFacts, ModuleFacts

_SAID_BY_FUNCTIONS = tuple(
    name for name in FunctionFacts.__slots__ if name not in ("_body", "end_line", "nodes")
)


def moved_lines(old: ModuleFacts, new: ModuleFacts, unseen: Collection[int]) -> Mapping[int, int] | None:
    """For each line that the facts speak of the one where it is now; None where the two differ in more than lines.

    `unseen` are the numbers of functions whose bodies do not matter. Lines keep their order, what stood on one
    line still does, and columns are the same, so that nothing that compares places tells the two apart.
    """
    lines: dict[int, int] = {}
    pairs: list[tuple[object, object]] = [
        (old.body, new.body),
        (old.classes, new.classes),
        (old.imports, new.imports),
    ]
    if len(old.functions) != len(new.functions):
        return None
    for number, (before, now) in enumerate(zip(old.functions, new.functions, strict=True)):
        pairs += [(getattr(before, name), getattr(now, name)) for name in _SAID_BY_FUNCTIONS]
        if lines.setdefault(before.end_line, now.end_line) != now.end_line:
            return None
        if number not in unseen:
            pairs.append((before.body, now.body))
    while pairs:
        one, other = pairs.pop()
        if one.__class__ is not other.__class__:
            return None
        if isinstance(one, Span) and isinstance(other, Span):
            if (one.column, one.end_column) != (other.column, other.end_column):
                return None
            for line, place in ((one.line, other.line), (one.end_line, other.end_line)):
                if lines.setdefault(line, place) != place:
                    return None
        elif isinstance(one, tuple) and isinstance(other, tuple):
            if len(one) != len(other):
                return None
            pairs += zip(one, other, strict=True)
        elif one != other:
            return None
    places = [lines[line] for line in sorted(lines)]
    return lines if all(first < second for first, second in pairwise(places)) else None
