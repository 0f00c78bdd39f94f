"""One analysed project, and the questions that rules may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from fastapi_lint.analysis import questions
from fastapi_lint.analysis.entry_points import EntryPoint, entry_points
from fastapi_lint.analysis.options import Options
from fastapi_lint.analysis.reach import Reach
from fastapi_lint.analysis.routes import RouteTable
from fastapi_lint.collector import collector_paused
from fastapi_lint.deep_stack import on_deep_stack
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.unreadable import Unreadable
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.project_run import evaluate_project
from fastapi_lint.project.modules import Project
from fastapi_lint.project.postponed import Postponed

if TYPE_CHECKING:
    from fastapi_lint.facts.cache import FactsCache

Answer = TypeVar("Answer")


class SourceFile(NamedTuple):
    """A file of the project; `text` stands for what is on disk when given."""

    path: str
    text: str | None = None


class Program:
    """An analysed project. `answers(Question)` computes each kind of answer once, when it is first asked for.

    `unread` are the tests and Alembic's revisions that nothing else imports; they have no module.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        unreadable: tuple[Unreadable, ...],
        options: Options,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        self.interpreter = interpreter
        self.unreadable = unreadable
        self.options = options
        self.unread = unread
        self._answers: dict[type[Any], Sequence[Any]] = {}

    @property
    def facts(self) -> list[ModuleFacts]:
        """The facts of all files that were read."""
        return [module.facts for module in self.interpreter.project.modules.values()]

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

    Files whose facts are in `facts_cache` are not read, and neither are tests and Alembic's revisions that no other file imports.
    """

    # LibCST takes long to import, and many commands ask about rules without reading a file.
    from fastapi_lint.facts.reading import read_all

    texts = {file.path: file.text for file in files}
    postponed = Postponed(root, texts)
    wanted: list[str] = [path for path in texts if path not in postponed.paths]
    facts: list[ModuleFacts] = []
    unreadable: list[Unreadable] = []
    while wanted:
        read, failed = read_all([(path, texts[path]) for path in wanted], jobs, progress, facts_cache)
        facts += read
        unreadable += failed
        wanted = postponed.imported_by(read)

    def run() -> Program:
        with collector_paused():
            interpreter = Interpreter(Project(root, facts), options.blocking, options.offload)
            evaluate_project(interpreter)
        return Program(interpreter, tuple(unreadable), options, frozenset(postponed.paths))

    return on_deep_stack(run)
