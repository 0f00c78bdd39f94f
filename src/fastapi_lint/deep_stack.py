"""Room for deep recursion: deeply nested code and long call chains are followed by recursion."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

STACK_SIZE = 512 * 1024 * 1024
"""Bytes of address space; memory is only used as far as the stack grows."""

RECURSION_LIMIT = 400_000

_THREAD_NAME = "fastapi-lint-deep"


def on_deep_stack(work: Callable[[], Result]) -> Result:
    """Run `work` on a thread whose stack allows deep recursion, and give its result or raise its error."""
    if threading.current_thread().name == _THREAD_NAME:
        return work()
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    old_size = threading.stack_size(STACK_SIZE)
    old_limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(old_limit, RECURSION_LIMIT))
    try:
        thread = threading.Thread(target=run, name=_THREAD_NAME, daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old_size)
        sys.setrecursionlimit(old_limit)
    if errors:
        raise errors[0]
    return results[0]
