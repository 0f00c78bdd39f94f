"""The parts of a rule's page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

WHY, EXAMPLE, FIX_SAFETY = "Why is this bad?", "Example", "Fix safety"
MISSES, TURN_OFF, REFERENCES = "What it misses", "When to turn it off", "References"
HEADINGS = (WHY, EXAMPLE, FIX_SAFETY, MISSES, TURN_OFF, REFERENCES)
USE_INSTEAD = "Use instead:"

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Page(NamedTuple):
    """One page; `sections` maps headings to their text, in the order of the page."""

    title: str
    summary: str
    sections: dict[str, str]
    text: str

    @property
    def headings(self) -> list[str]:
        return list(self.sections)

    def blocks(self, language: str, *, instead: bool) -> list[str]:
        """The fenced blocks of the example, before or after "Use instead:"."""
        before, _, after = self.sections[EXAMPLE].partition(f"\n{USE_INSTEAD}\n")
        return [text for kind, text in _FENCED.findall(after if instead else before) if kind == language]

    @property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _FENCED.sub("", self.text)


def read_page(path: Path) -> Page:
    """Take a page apart. Headings inside fenced blocks are text."""
    text = path.read_text(encoding="utf-8")
    fences = [match.span() for match in _FENCED.finditer(text)]
    headings = [
        match
        for match in re.finditer(r"^#+ (.+)$", text, re.MULTILINE)
        if not any(start <= match.start() < end for start, end in fences)
    ]
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    bodies = [text[heading.end() : end].strip("\n") for heading, end in zip(headings, ends, strict=True)]
    sections = {
        heading[0].removeprefix("## "): body for heading, body in zip(headings[1:], bodies[1:], strict=True)
    }
    return Page(headings[0][0], bodies[0], sections, text)
