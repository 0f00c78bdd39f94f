"""Many files to facts, over processes when there are enough of them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from fastapi_lint.collector import collector_paused
from fastapi_lint.deep_stack import on_deep_stack
from fastapi_lint.facts.extract import extract_file
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.unchecked import unchecked_nodes
from fastapi_lint.facts.unreadable import Unreadable

WORTH_A_PROCESS = 400_000
"""Bytes of source below which starting another process costs more than it saves."""

_CHUNKS_PER_JOB = 8

Source = tuple[str, str | None]


def read_all(
    sources: Sequence[Source], jobs: int, progress: Callable[[int, int], None] | None
) -> tuple[list[ModuleFacts], list[Unreadable]]:
    """The facts of every file, in the order given, and the files that cannot be used."""
    facts: list[ModuleFacts] = []
    unreadable: list[Unreadable] = []

    def take(one: ModuleFacts | Unreadable) -> None:
        if isinstance(one, Unreadable):
            unreadable.append(one)
        else:
            facts.append(one)
        if progress is not None:
            progress(len(facts) + len(unreadable), len(sources))

    sizes = [_size(source) for source in sources]
    workers = min(jobs, sum(sizes) // WORTH_A_PROCESS + 1)
    if workers <= 1:
        _read_here(sources, take)
    else:
        chunks = _chunks(sources, sizes, workers * _CHUNKS_PER_JOB)
        with ProcessPoolExecutor(workers) as executor:
            for results in executor.map(_read_chunk, chunks):
                for packed in results:
                    take(pickle.loads(packed))
    return facts, unreadable


def _read_here(sources: Sequence[Source], take: Callable[[ModuleFacts | Unreadable], None]) -> None:
    def read() -> None:
        with collector_paused(), unchecked_nodes():
            for path, text in sources:
                take(extract_file(path, text))

    on_deep_stack(read)


def _size(source: Source) -> int:
    if source[1] is not None:
        return len(source[1])
    try:
        return os.path.getsize(source[0])
    except OSError:
        return 0


def _chunks(sources: Sequence[Source], sizes: Sequence[int], count: int) -> list[list[Source]]:
    """Neighbouring files in chunks of about the same number of bytes."""
    target = sum(sizes) // count + 1
    chunks: list[list[Source]] = [[]]
    filled = 0
    for source, size in zip(sources, sizes, strict=True):
        if filled >= target and chunks[-1]:
            chunks.append([])
            filled = 0
        chunks[-1].append(source)
        filled += size
    return chunks


def _read_chunk(chunk: list[Source]) -> list[bytes]:
    """The facts of a chunk, packed while the stack is deep enough for nested code."""
    results: list[bytes] = []
    on_deep_stack(lambda: _read_here(chunk, lambda one: results.append(pickle.dumps(one, 5))))
    return results
