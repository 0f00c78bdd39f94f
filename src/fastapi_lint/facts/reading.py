"""Many files to facts, over processes when there are enough of them to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from fastapi_lint.collector import collector_paused
from fastapi_lint.deep_stack import on_deep_stack
from fastapi_lint.facts.cache import FactsCache, encoded
from fastapi_lint.facts.encoding import decode
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.unreadable import Unreadable
from fastapi_lint.store import digest

WORTH_A_PROCESS = 400_000
"""Bytes of source below which starting another process costs more than it saves."""

_CHUNKS_PER_JOB = 8

Source = tuple[str, str | None]


class _Read(NamedTuple):
    """The facts of one file as another process sends them; those that have no encoding as they are."""

    content_hash: bytes | None
    facts: bytes | ModuleFacts | Unreadable


def read_all(
    sources: Sequence[Source],
    jobs: int,
    progress: Callable[[int, int], None] | None,
    cache: FactsCache | None = None,
) -> tuple[list[ModuleFacts], list[Unreadable]]:
    """The facts of every file, in the order given, and the files that cannot be used.

    Files whose facts are in the cache are not read; the facts of the others go into it.
    """
    found: dict[str, ModuleFacts | Unreadable] = {}
    if cache is not None:
        found = cache.recall([path for path, text in sources if text is None])
    missing = [source for source in sources if source[0] not in found]

    def take(path: str, content_hash: bytes | None, facts: ModuleFacts | Unreadable) -> None:
        found[path] = facts
        if progress is not None:
            progress(len(found), len(sources))

    sizes = [_size(source) for source in missing]
    workers = min(jobs, sum(sizes) // WORTH_A_PROCESS + 1)
    if workers <= 1:
        _read_here(missing, take, cache)
    else:
        _read_in_processes(missing, sizes, workers, take, cache)
    if cache is not None:
        cache.write()
    everything = [found[path] for path, _ in sources]
    return (
        [one for one in everything if isinstance(one, ModuleFacts)],
        [one for one in everything if isinstance(one, Unreadable)],
    )


Take = Callable[[str, "bytes | None", "ModuleFacts | Unreadable"], None]


def _read_here(sources: Sequence[Source], take: Take, cache: FactsCache | None) -> None:
    # LibCST takes long to import: a run that finds all facts in the cache does without it.
    if not sources:
        return
    from fastapi_lint.facts.extract import extract, extract_file
    from fastapi_lint.facts.unchecked import unchecked_nodes

    def read() -> None:
        with collector_paused(), unchecked_nodes():
            for path, text in sources:
                content = _content(path) if text is None else None
                if content is None:
                    facts, content_hash = extract_file(path, text), None
                else:
                    facts, content_hash = extract(path, content), digest(content)
                if cache is not None:
                    cache.note_read(path, content_hash, encoded(facts) if content_hash else None)
                take(path, content_hash, facts)

    on_deep_stack(read)


def _read_in_processes(
    sources: Sequence[Source], sizes: Sequence[int], workers: int, take: Take, cache: FactsCache | None
) -> None:
    chunks = _chunks(sources, sizes, workers * _CHUNKS_PER_JOB)
    with ProcessPoolExecutor(workers) as executor:
        for chunk, results in zip(chunks, executor.map(_read_chunk, chunks), strict=True):
            for (path, _), (content_hash, sent) in zip(chunk, results, strict=True):
                if cache is not None:
                    cache.note_read(path, content_hash, sent if isinstance(sent, bytes) else None)
                take(path, content_hash, decode(path, sent) if isinstance(sent, bytes) else sent)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


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


def _read_chunk(chunk: list[Source]) -> list[_Read]:
    """The facts of a chunk, encoded while the stack is deep enough for nested code."""
    results: list[_Read] = []

    def take(path: str, content_hash: bytes | None, facts: ModuleFacts | Unreadable) -> None:
        results.append(_Read(content_hash, encoded(facts) or facts))

    on_deep_stack(lambda: _read_here(chunk, take, None))
    return results
