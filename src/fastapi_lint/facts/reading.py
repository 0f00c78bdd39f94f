"""Many files to facts, over processes when there are enough of them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

from fastapi_lint.facts.extract import Unreadable, collector_paused, extract_file
from fastapi_lint.facts.model import ModuleFacts

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
    for done, one in enumerate(_read(sources, jobs), 1):
        if isinstance(one, Unreadable):
            unreadable.append(one)
        else:
            facts.append(one)
        if progress is not None:
            progress(done, len(sources))
    return facts, unreadable


def _read(sources: Sequence[Source], jobs: int) -> Iterable[ModuleFacts | Unreadable]:
    sizes = [_size(source) for source in sources]
    workers = min(jobs, sum(sizes) // WORTH_A_PROCESS + 1)
    if workers <= 1:
        for path, text in sources:
            yield extract_file(path, text)
        return
    chunks = _chunks(sources, sizes, workers * _CHUNKS_PER_JOB)
    with ProcessPoolExecutor(workers) as executor:
        for results in executor.map(_read_chunk, chunks):
            yield from results


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


def _read_chunk(chunk: list[Source]) -> list[ModuleFacts | Unreadable]:
    results: list[ModuleFacts | Unreadable] = []

    def run() -> None:
        with collector_paused():
            results.extend([extract_file(path, text) for path, text in chunk])

    threading.stack_size(512 * 1024 * 1024)
    sys.setrecursionlimit(400_000)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results
