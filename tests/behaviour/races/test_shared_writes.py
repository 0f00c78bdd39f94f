"""The cheap look at what a function writes never overlooks a write that a walk finds."""

from __future__ import annotations

from pathlib import Path

from fastapi_lint.analysis.options import Options
from fastapi_lint.analysis.program import SourceFile, analyse
from fastapi_lint.analysis.shared_state.races import LoopWalks

FIXTURES = Path(__file__).parents[2] / "fixtures"


def test_every_shared_write_is_expected() -> None:
    rules = ("FAP201", "FAP202", "FAP203", "FAP205")
    sources = [SourceFile(str(file)) for rule in rules for file in sorted((FIXTURES / rule).rglob("*.py"))]
    program = analyse(str(FIXTURES), sources, Options())
    (found,) = program.answers(LoopWalks)
    writing = []
    for frame in program.interpreter.frames:
        written = found.walks.summary(frame).writes
        if any(write.location.is_shared for write in written):
            writing.append(frame)
            assert found.walks.writes.anywhere_in(frame), frame
        if any(write.location.is_shared and not write.depth for write in written):
            assert found.walks.writes.by_itself(frame), frame
    assert len(writing) > 100
