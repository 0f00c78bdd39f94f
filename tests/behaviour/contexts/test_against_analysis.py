"""The analysis says of each callable what FastAPI does with it (see `test_against_fastapi.py`)."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

APPS = Path(__file__).resolve().parent / "apps"
CONTEXTS = {"event loop", "threadpool"}


@pytest.fixture(scope="module")
def contexts() -> Mapping[tuple[str, int], frozenset[str]]:
    """Where each callable of the applications runs: (path, line of its header) -> contexts."""
    from fastapi_lint.analysis.contexts import contexts_of
    from fastapi_lint.analysis.options import Options
    from fastapi_lint.analysis.program import SourceFile, analyse

    files = [SourceFile(str(path), None) for path in sorted(APPS.glob("*.py"))]
    try:
        return contexts_of(analyse(str(APPS), files, Options()))
    except Exception:
        # pytest would write out the arguments of each frame, whole programs among them, for every test again.
        return pytest.fail(traceback.format_exc(), pytrace=False)


def test_the_analysis_agrees(commented: Any, contexts: Mapping[tuple[str, int], frozenset[str]]) -> None:
    said = contexts.get((commented.path, commented.line), frozenset())
    expected = commented.places & CONTEXTS
    if commented.missed:
        assert said != expected, "no longer missed: take the `(missed)` out of the comment"
        assert said <= expected
    elif commented.is_async and not expected:
        # Nobody calls it here. Whoever did would run it on an event loop, and the analysis may say so.
        assert said <= {"event loop"}
    else:
        assert said == expected
