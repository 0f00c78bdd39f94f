"""One analysed project, and the questions that rules may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from fastapi_lint.analysis import questions
from fastapi_lint.analysis.entry_points import EntryPoint, entry_points
from fastapi_lint.analysis.reach import Reach
from fastapi_lint.analysis.routes import RouteTable
from fastapi_lint.collector import collector_paused
from fastapi_lint.deep_stack import on_deep_stack
from fastapi_lint.facts.unreadable import Unreadable
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.project_run import evaluate_project
from fastapi_lint.project.modules import Project

if TYPE_CHECKING:
    from fastapi_lint.facts.cache import FactsCache

Answer = TypeVar("Answer")


class SourceFile(NamedTuple):
    """A file of the project; `text` stands for what is on disk when given."""

    path: str
    text: str | None = None


class Options(NamedTuple):
    """What the configuration tells the analysis: names that block, names that hand over, report start-up code too."""

    blocking: tuple[str, ...] = ()
    offload: tuple[str, ...] = ()
    startup: bool = False


class Program:
    """An analysed project. `answers(Question)` computes each kind of answer once, when it is first asked for."""

    def __init__(
        self, interpreter: Interpreter, unreadable: tuple[Unreadable, ...], options: Options
    ) -> None:
        self.interpreter = interpreter
        self.unreadable = unreadable
        self.options = options
        self._answers: dict[type[Any], Sequence[Any]] = {}

    @cached_property
    def entries(self) -> list[EntryPoint]:
        return entry_points(self.interpreter)

    @cached_property
    def table(self) -> RouteTable:
        return RouteTable(self.interpreter, self.entries)

    @cached_property
    def reach(self) -> Reach:
        return Reach(self.interpreter, self.entries, self.table, self.options.startup)

    def answers(self, question: type[Answer]) -> Sequence[Answer]:
        """Every answer of the type `question` that the project gives, in the order of files and lines."""
        found = self._answers.get(question)
        if found is None:
            find = questions.answerer(question)
            with collector_paused():
                found = self._answers[question] = on_deep_stack(lambda: tuple(find(self)))
        return found


def analyse(
    root: str,
    files: Sequence[SourceFile],
    options: Options,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    facts_cache: FactsCache | None = None,
) -> Program:
    """Read and link the files of the project under `root`. `progress(done, total)` is called as files are read.

    Files whose facts are in `facts_cache` are not read.
    """

    # LibCST takes long to import, and many commands ask about rules without reading a file.
    from fastapi_lint.facts.reading import read_all

    facts, unreadable = read_all([(file.path, file.text) for file in files], jobs, progress, facts_cache)

    def run() -> Program:
        with collector_paused():
            interpreter = Interpreter(Project(root, facts), options.blocking, options.offload)
            evaluate_project(interpreter)
        return Program(interpreter, tuple(unreadable), options)

    return on_deep_stack(run)
