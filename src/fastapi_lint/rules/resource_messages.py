"""The wording that the rules about unclosed clients share."""

from __future__ import annotations

from fastapi_lint.analysis.resources.findings import UnclosedResource
from fastapi_lint.knowledge.resources import Resource


def closing_call(resource: Resource, name: str = "client") -> str:
    """How an object of that kind is closed: `await client.aclose()`; "" when only `with` closes it."""
    calls = [f"{name}.{method}()" for method in resource.close]
    if not calls:
        return ""
    if resource.close_is_async:
        calls[-1] = f"await {calls[-1]}"
    return " and ".join(f"`{call}`" for call in calls)


def block(resource: Resource) -> str:
    """The `with` statement that closes it, "" if it has none."""
    return "async with" if resource.context_manager == "both" else resource.context_manager


def variable(site: UnclosedResource) -> str:
    """What the code calls the object; where it has no name, one that fits objects of that kind."""
    if site.name:
        return site.name
    last = site.resource.type.rpartition(".")[2].lower()
    words = (
        "pool",
        "session",
        "engine",
        "executor",
        "scheduler",
        "connection",
        "channel",
        "producer",
        "consumer",
        "driver",
    )
    for word in words:
        if last.endswith(word):
            return word
    return "client"


def remarks(site: UnclosedResource) -> str:
    """What the code tries instead, if it does."""
    kind = site.resource.type.rpartition(".")[2]
    if site.unawaited:
        return f" (`{site.resource.close[-1]}()` is called, but never awaited)"
    if site.wrong and site.resource.close:
        return f" (`{site.wrong}()` does not close a `{kind}`; `{site.resource.close[-1]}()` does)"
    if site.closer:
        return f" (`{site.closer}` would, but no shutdown path calls it)"
    return ""
