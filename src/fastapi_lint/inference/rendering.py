"""Expressions as short text for messages."""

from __future__ import annotations

from fastapi_lint.facts import model as m


def render(node: m.Expression) -> str:
    """A call, name or attribute as a reader would say it: `db.query(...).first`."""
    parts: list[str] = []
    while True:
        if isinstance(node, m.Attribute):
            parts.append(f".{node.attribute}")
            node = node.value
        elif isinstance(node, m.Call):
            parts.append("(...)" if node.arguments else "()")
            node = node.function
        elif isinstance(node, m.Subscript):
            parts.append("[...]")
            node = node.value
        elif isinstance(node, m.Await):
            node = node.value
        else:
            parts.append(node.id if isinstance(node, m.Name) else "(...)")
            break
        if len(parts) > 12:
            parts.append("...")
            break
    return "".join(reversed(parts))


def last_name(node: m.Expression) -> str:
    """What `render` gives after the last dot."""
    while isinstance(node, m.Await):
        node = node.value
    if isinstance(node, m.Attribute):
        return node.attribute
    return node.id if isinstance(node, m.Name) else render(node).rpartition(".")[2]


def render_loop(iterable: m.Expression) -> str:
    """The head of a loop: `for ... in db.query(...)`."""
    return f"for ... in {render(iterable)}"


def render_operation(node: m.BinaryOperation) -> str:
    """An operator that a project's class defines: `total + price`."""
    return f"{render(node.left)} {node.operator} {render(node.right)}"
