"""What is shared between requests, as places with an identity."""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi_lint.facts import model as m

ANY = "[*]"
"""The path element of a container's content as a whole."""

ANY_ATTRIBUTE = ".*"
"""The path element of an attribute whose name is not known."""

UNKNOWN_KEY = "[?]"
"""The path element of an entry whose key cannot be named."""


class Root(NamedTuple):
    """Where a location starts.

    `kind` is "app" (an attribute of `app.state`), "global", "class" (a class attribute), "object" (the instance of a
    class that is instantiated once), "closure" (a variable of the function that builds the application) or
    "parameter" (of the function at hand: shared if the caller passes something shared). `owner` tells roots of one kind apart.
    """

    kind: str
    owner: Any
    name: str


class Location(NamedTuple):
    """A variable or a part of it: `path` has ".attribute" and "[key]" elements."""

    root: Root
    path: tuple[str, ...] = ()

    def attribute(self, name: str) -> Location:
        return self._extended(f".{name}")

    def item(self, key: str) -> Location:
        return self._extended(key)

    def _extended(self, element: str) -> Location:
        if len(self.path) >= 6:
            return self
        return Location(self.root, (*self.path, element))

    @property
    def is_shared(self) -> bool:
        return self.root.kind != "parameter"

    @property
    def is_app_state(self) -> bool:
        return self.root.kind == "app"

    @property
    def name(self) -> str:
        """As a reader would write it."""
        root = self.root
        first = {"app": f"app.state.{root.name}"}.get(root.kind, root.name)
        if root.kind == "object":
            first = root.owner.name
        if root.kind == "class":
            first = f"{root.owner.name}.{root.name}"
        hidden = (ANY, ANY_ATTRIBUTE, UNKNOWN_KEY)
        return first + "".join(
            "[...]" if "(" in element else element for element in self.path if element not in hidden
        )

    @property
    def last_name(self) -> str:
        """The last name in it, for what the name says about the content."""
        for element in reversed(self.path):
            if element.startswith("."):
                return element[1:]
        return self.root.name


def _same(read: str, write: str) -> bool:
    if read == write:
        return True
    return (ANY in (read, write) or ANY_ATTRIBUTE in (read, write)) and read[0] == write[0]


def covers(read: Location, write: Location) -> bool:
    """Whether a write to `write` replaces what `read` has read: the same place, or something around it."""
    if read.root != write.root or len(read.path) < len(write.path):
        return False
    return all(_same(a, b) for a, b in zip(read.path, write.path, strict=False))


def decides(read: Location, write: Location) -> bool:
    """Whether a test of `read` asks about what `write` replaces: the place itself or its content, not a part of the object."""
    return covers(read, write) and all(element[0] == "[" for element in read.path[len(write.path) :])


def same_entry(read: Location, write: Location) -> bool:
    """As `covers`, but a look at a whole container does not count as a look at one of its entries."""
    if not covers(read, write):
        return False
    return all(a == b or b in (ANY, ANY_ATTRIBUTE) for a, b in zip(read.path, write.path, strict=False))


def key_text(node: m.Expression) -> str:
    """The path element of the entry under the key `node`."""
    text = _text(node, 0)
    return UNKNOWN_KEY if text is None else f"[{text}]"


def _text(node: m.Expression, depth: int) -> str | None:
    if depth > 5:
        return None
    if isinstance(node, m.Name):
        return node.id
    if isinstance(node, m.Constant):
        return repr(node.value)
    if isinstance(node, m.Attribute):
        base = _text(node.value, depth + 1)
        return None if base is None else f"{base}.{node.attribute}"
    parts: list[m.Expression] = []
    if isinstance(node, m.FormattedString):
        parts, opening = list(node.parts), "f"
    elif isinstance(node, m.Display):
        parts, opening = list(node.items), node.kind
    elif isinstance(node, m.Subscript):
        parts, opening = [node.value, node.index], "item"
    elif isinstance(node, m.Call) and not any(argument.star for argument in node.arguments):
        parts, opening = [node.function, *[argument.value for argument in node.arguments]], "call"
    elif isinstance(node, m.BinaryOperation):
        parts, opening = [node.left, node.right], node.operator
    else:
        return None
    texts = [_text(part, depth + 1) for part in parts]
    return f"{opening}({', '.join(str(text) for text in texts)})" if None not in texts else None


def names_in_key(element: str) -> frozenset[str]:
    """The names that a "[key]" element mentions."""
    word = ""
    found = set()
    for character in element + " ":
        if character.isidentifier() or (word and character.isalnum()):
            word += character
        else:
            found.add(word)
            word = ""
    return frozenset(found - {""})


def renamed(element: str, names: dict[str, str]) -> str:
    """A "[key]" element of a callee in the words of its caller; `names` maps parameters to argument texts."""
    if not element.startswith("[") or element in (ANY, UNKNOWN_KEY):
        return element
    inner = element[1:-1]
    if inner in names:
        return names[inner]
    return element if inner[:1] in "'\"" or inner.isdigit() else UNKNOWN_KEY
