"""Functions that a body awaits under the same name: what they are called with later is awaited somewhere, too."""

from __future__ import annotations

from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of
from fastapi_lint.inference.rendering import render


def awaited_names(facts: m.FunctionFacts) -> frozenset[str]:
    """What a function's body calls and awaits, as it is spelled: `embed` where it says `await embed(text)`.

    A name that stands for an async function in one line does so in the next: `gather(*[embed(text) for text in texts])`.
    """
    return frozenset(
        render(node.value.function)
        for node in nodes_of(facts)
        if isinstance(node, m.Await) and isinstance(node.value, m.Call)
    )
