"""Work grows with the code and no faster: counted in evaluations and walks, not in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastapi_lint.analysis.options import Options
from fastapi_lint.analysis.program import Program, SourceFile, analyse
from fastapi_lint.analysis.shared_state import walks
from fastapi_lint.analysis.shared_state.order import StatementWalker
from fastapi_lint.analysis.shared_state.races import LoopWalks
from fastapi_lint.facts import model as m
from fastapi_lint.inference.interpreter import (
    LEAST_FRAMES,
    MOST_EVALUATIONS,
    MOST_FRAMES,
    MOST_RECEIVERS,
)


def _analysed(tmp_path: Path, source: str) -> Program:
    path = str(tmp_path / "app.py")
    return analyse(str(tmp_path), [SourceFile(path, source)], Options())


def _frames(program: Program, name: str) -> int:
    return sum(frame.name == name for frame in program.interpreter.frames)


def _callers(count: int, body: str) -> str:
    """A function `work` that `count` handlers call, each with a callable of its own."""
    parts = ["from fastapi import FastAPI\napp = FastAPI()\n", f"def work(step):\n{body}    return step()\n"]
    for number in range(count):
        parts.append(
            f"def step_{number}():\n    return {number}\n"
            f'@app.get("/{number}")\nasync def handler_{number}():\n    return work(step_{number})\n'
        )
    return "".join(parts)


def test_argument_combinations_are_bounded(tmp_path: Path) -> None:
    program = _analysed(tmp_path, _callers(60, ""))
    assert _frames(program, "work") == MOST_FRAMES  # with the one about which nothing is known


def test_a_large_function_has_fewer_argument_combinations(tmp_path: Path) -> None:
    program = _analysed(tmp_path, _callers(60, "    print(1, 2, 3)\n" * 1000))
    assert _frames(program, "work") == LEAST_FRAMES


def test_inherited_methods_are_evaluated_for_so_many_classes(tmp_path: Path) -> None:
    classes = 3 * MOST_RECEIVERS
    source = "class Base:\n    def save(self):\n        return self.name()\n" + "".join(
        f"class Model{n}(Base):\n    def name(self):\n        return 'x'\n" for n in range(classes)
    )
    source += "async def run():\n" + "".join(f"    Model{n}().save()\n" for n in range(classes))
    program = _analysed(tmp_path, source)
    assert MOST_RECEIVERS <= _frames(program, "Base.save") <= MOST_RECEIVERS + 1


def test_evaluations_grow_with_the_code(tmp_path: Path) -> None:
    def evaluations(count: int) -> int:
        parts = ["from fastapi import FastAPI\napp = FastAPI()\nkept = []\n"]
        for number in range(count):
            # All read what all write: each addition is news for every reader.
            parts.append(
                f"class Part{number}:\n    pass\n"
                f'@app.get("/{number}")\nasync def handler_{number}():\n'
                f"    kept.append(Part{number}())\n    for part in kept:\n        part.name\n"
            )
        program = _analysed(tmp_path, "".join(parts))
        assert all(frame.evaluations <= MOST_EVALUATIONS for frame in program.interpreter.frames)
        return sum(frame.evaluations for frame in program.interpreter.frames)

    small, large = evaluations(30), evaluations(120)
    assert large <= 4.5 * small


@pytest.mark.parametrize("depth", [3, 6])
def test_nested_loops_are_not_walked_twice_a_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    lines = ["import asyncio", "from fastapi import FastAPI", "app = FastAPI()", "total = {}"]
    lines += ['@app.get("/")', "async def handler(rows):", "    total['x'] = 1", "    await asyncio.sleep(0)"]
    for level in range(depth):
        lines.append("    " * (level + 1) + f"for item_{level} in range(3):")
    lines.append("    " * (depth + 1) + "print(1)")
    walked: list[object] = []
    block = StatementWalker.block

    def counted(self: StatementWalker, statements: tuple[m.Statement, ...]) -> str:
        walked.extend(statements)
        return block(self, statements)

    monkeypatch.setattr(StatementWalker, "block", counted)
    program = _analysed(tmp_path, "\n".join(lines) + "\n")
    (found,) = program.answers(LoopWalks)
    assert isinstance(found.walks, walks.Walks)
    assert 0 < len(walked) <= 4 * (depth + 3)


def test_routes_of_a_frame_are_those_that_reach_it(tmp_path: Path) -> None:
    program = _analysed(tmp_path, _callers(70, ""))
    frames = {frame.name: frame for frame in program.interpreter.frames}
    assert program.reach.routes_of(frames["handler_69"]) == ("GET /69",)
    assert program.reach.routes_of(frames["step_3"]) == ("GET /3",)
