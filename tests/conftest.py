"""Scratch projects, and the tool run over them the way its users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Tree = Callable[[Mapping[str, str | bytes]], Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

MAIN = """\
import time

from fastapi import FastAPI

from app.helper import load

app = FastAPI()


@app.get("/slow")
async def slow():
    time.sleep(1)


@app.get("/load")
async def get_load():
    return load()
"""
HELPER = """\
import time


def load():
    time.sleep(1)
    return 1
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Write files, given as relative path to text, below a fresh directory and return it."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


@pytest.fixture
def project(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two findings: one in `app/main.py` itself, one that reaches into `app/helper.py`."""
    root = tree({"pyproject.toml": "", "app/__init__.py": "", "app/main.py": MAIN, "app/helper.py": HELPER})
    monkeypatch.chdir(root)
    return root


def _environment() -> dict[str, str]:
    """This process's environment without what would color or widen the output."""
    ours = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "FASTAPI_LINT_DEBUG"}
    return {key: value for key, value in os.environ.items() if key not in ours}


@pytest.fixture
def run() -> Run:
    """Run a module of this interpreter, such as `fastapi_lint` or `flake8`, in a process of its own."""

    def run_module(
        module: str,
        *arguments: str,
        input: str | None = None,
        cwd: Path | None = None,
        timeout: float = 60,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            input=input,
            cwd=cwd,
            env=_environment() | dict(env or {}),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run_module
