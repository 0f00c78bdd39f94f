"""What one run depends on: the files of its projects and the options, with what is stored for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

from fastapi_lint.discovery import Trail
from fastapi_lint.facts.cache import FactsCache
from fastapi_lint.facts.packing import DamagedFactsError
from fastapi_lint.facts.tuples import decode_tuple, encode_tuple
from fastapi_lint.found_before import FoundBefore
from fastapi_lint.run_cache import RunCache, program
from fastapi_lint.store import digest

P = ParamSpec("P")
Result = TypeVar("Result")
Answer = TypeVar("Answer", bound=tuple[object, ...])


class ProjectInputs(NamedTuple):
    """One project: how its files were found, and the files, those beside the code included."""

    trail: Trail
    paths: tuple[str, ...]


class RunInputs:
    """The inputs of one run, looked at when this is made. `options` are all that decide beside the files."""

    def __init__(self, cache: RunCache, projects: Iterable[ProjectInputs], options: Iterable[str]) -> None:
        self._cache = cache
        self._taken = [cache.take(one.trail, one.paths) for one in projects]
        states = [taken.state() for _, taken in self._taken]
        self._key = digest(b"run", program(), *(_text(option) for option in options), *states)
        digests: dict[str, bytes] = {}
        for _, taken in self._taken:
            digests.update((path, state.content) for path, state in taken.files.items() if state.content)
        self._digests: Mapping[str, bytes] = digests
        self.facts = cache.facts = FactsCache(cache.store, digests)

    def found_before(self, *asked: object) -> FoundBefore:
        """What earlier runs found that asked the same of the same program."""
        return FoundBefore(self._cache.store, self.facts, [program(), *(_text(str(one)) for one in asked)])

    def stored(self, cls: type[Answer]) -> Answer | None:
        """The answer that an earlier run with the same inputs kept."""
        content = self._cache.store.get([self._key]).get(self._key)
        try:
            answer = decode_tuple(cls, content) if content is not None else None
        except DamagedFactsError:
            return None
        if answer is not None:
            self._note()
            self._cache.store.touch()
        return answer

    def keep(self, answer: tuple[object, ...]) -> None:
        """Store the answer, unless a file changed while it was being found."""
        read = self.facts.read
        as_taken = all(self._digests.get(path) == found for path, found in read.items())
        if as_taken and all(taken.is_still_so() for _, taken in self._taken):
            self._cache.store.put({self._key: encode_tuple(answer)})
            self._note()

    def _note(self) -> None:
        self._cache.note([key for key, _ in self._taken])


def twice_if_misled(lint: Callable[P, Result]) -> Callable[P, Result]:
    """Run it again without its `cache` when it fails over facts from there: whoever wrote them may have made them up."""

    @wraps(lint)
    def run(*arguments: P.args, **named: P.kwargs) -> Result:
        try:
            return lint(*arguments, **named)
        except Exception:
            cache = named.get("cache")
            if not isinstance(cache, RunCache) or cache.facts is None or not cache.facts.recalled:
                raise
        named["cache"] = None
        return lint(*arguments, **named)

    return run


def _text(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
