"""Colors and links of a terminal, or none at all; and text that cannot disturb it."""

from __future__ import annotations

ERROR, WARNING, INFO = "1;31", "1;33", "1;36"
BOLD, GUTTER, NOTE, PLACE = "1", "34", "1;36", "1"
# Characters that would move the cursor, change colors or turn the text around.
_UNSAFE = dict.fromkeys([*range(9), *range(10, 32), *range(127, 160)], "�")
_UNSAFE |= dict.fromkeys([0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)], "�")


def safe(text: str) -> str:
    """The text without characters that a terminal would obey."""
    return text.translate(_UNSAFE)


class Paint:
    """Wraps text in the escape sequences of a terminal; without `color` and `links` the text stays as it is."""

    def __init__(self, *, color: bool = False, links: bool = False) -> None:
        self.color = color
        self.links = links

    def __call__(self, text: str, style: str) -> str:
        """The text in a style, line by line: a pager forgets the style at the end of a line."""
        if not self.color:
            return text
        return "\n".join(f"\x1b[{style}m{line}\x1b[0m" if line else "" for line in text.split("\n"))

    def link(self, text: str, style: str, url: str) -> str:
        """The text in a style, as a link to `url` where the terminal has links (OSC 8)."""
        painted = self(text, style)
        return f"\x1b]8;;{url}\x1b\\{painted}\x1b]8;;\x1b\\" if self.links else painted


PLAIN = Paint()
