"""Tests and revisions are read only when something imports them, and nothing is found or missed by that."""

from __future__ import annotations

import importlib
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from fastapi_lint.cli import main
from fastapi_lint.facts.extract import extract
from fastapi_lint.facts.model import Import, ModuleFacts
from fastapi_lint.linter import lint
from fastapi_lint.project.modules import Module, Project, is_test_path
from fastapi_lint.project.postponed import Postponed

if TYPE_CHECKING:
    from conftest import Tree

MAIN = """
from fastapi import FastAPI
{imported}
app = FastAPI()

@app.get("/")
async def slow():
    {call}()
"""
HELPER = "import time\n\ndef wait():\n    time.sleep(1)\n"


@pytest.mark.parametrize(
    ("helper", "imported", "call"),
    [
        ("tests/helpers.py", "from tests.helpers import wait", "wait"),
        ("tests/helpers.py", "from tests import helpers", "helpers.wait"),
        ("tests/helpers.py", "import tests.helpers", "tests.helpers.wait"),
        ("app/tests/helpers.py", "from .tests.helpers import wait", "wait"),
        ("app/tests/helpers.py", "from .tests import helpers", "helpers.wait"),
        ("app/tests/__init__.py", "from . import tests", "tests.wait"),
        ("app/test_helpers.py", "from .test_helpers import *", "wait"),
        ("app/conftest.py", "from app.conftest import wait as wait_", "wait_"),
    ],
)
def test_a_test_that_the_application_imports_is_read(
    tree: Tree, helper: str, imported: str, call: str
) -> None:
    files = {
        "pyproject.toml": "",
        "app/__init__.py": "",
        "app/main.py": MAIN.format(imported=imported, call=call),
    }
    if "from tests" in imported or "import tests" in imported or "/tests/" in helper:
        files[os.path.join(os.path.dirname(helper), "__init__.py")] = ""
    root = tree(files | {helper: HELPER})
    report = lint([root], jobs=1)
    assert [(os.path.basename(one.path), one.code) for one in report.diagnostics] == [("main.py", "FAP101")]
    assert report.files_read == report.files


def test_the_imports_of_a_test_that_is_read_are_read(tree: Tree) -> None:
    root = tree(
        {
            "pyproject.toml": "",
            "main.py": MAIN.format(imported="from tests.one import wait", call="wait"),
            "tests/__init__.py": "",
            "tests/one.py": "def wait():\n    from .two import wait\n    wait()\n",
            "tests/two.py": HELPER,
            "tests/test_three.py": HELPER,
        }
    )
    report = lint([root], jobs=1)
    assert [one.code for one in report.diagnostics] == ["FAP101"]
    assert (report.files, report.files_read) == (5, 4)


def test_an_application_has_the_same_findings_with_and_without_its_tests(tree: Tree) -> None:
    root = tree(
        {
            "pyproject.toml": "",
            "main.py": MAIN.format(imported="from helper import wait", call="wait"),
            "helper.py": HELPER + "\nasync def lonely():\n    time.sleep(1)\n",
        }
    )
    before = lint([root], jobs=1).diagnostics
    assert len(before) == 2
    (root / "tests").mkdir()
    (root / "tests/test_helper.py").write_text(
        "import asyncio, time\nimport helper\n\ndef test_it():\n    asyncio.run(helper.lonely())\n\n"
        "async def test_wait():\n    time.sleep(1)\n"
    )
    assert lint([root], jobs=1).diagnostics == before


def test_revisions_that_alembic_runs_are_not_read(tree: Tree) -> None:
    root = tree(
        {
            "pyproject.toml": "",
            "main.py": MAIN.format(imported="from db.versions.first import wait", call="wait"),
            "db/env.py": "",
            "db/versions/first.py": HELPER,
            "db/versions/second.py": HELPER,
            "db/versions/2026/third.py": HELPER,
            "api/versions/first.py": HELPER,
        }
    )
    report = lint([root], jobs=1)
    assert [one.code for one in report.diagnostics] == ["FAP101"]
    assert (report.files, report.files_read) == (6, 4)


def test_why_says_that_tests_are_not_reported(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    root = tree(
        {"pyproject.toml": "", "tests/test_it.py": "import time\n\nasync def test():\n    time.sleep(1)\n"}
    )
    assert main(["why", f"{root}/tests/test_it.py:4"]) == 2
    assert "is a test or a database's revision that nothing else imports" in capsys.readouterr().err


# --- nothing is left out that a project of all files would find -------------------------------

_PARTS = st.sampled_from(["app", "tests", "test_a", "b", "testing", "versions", "env"])
_PATHS = st.lists(_PARTS, min_size=1, max_size=3).map("/".join)
_FILES = st.lists(st.tuples(_PATHS, st.booleans()), min_size=2, max_size=8)
_IMPORTS = st.tuples(
    st.integers(0, 3), st.lists(_PARTS, max_size=3).map(".".join), _PARTS | st.just("*"), st.booleans()
)


def _statement(level: int, module: str, name: str, is_plain: bool) -> str:
    if is_plain and module:
        return f"import {module}\n"
    if not level and not module:
        return f"import {name.replace('*', 'b')}\n"
    return f"from {'.' * level}{module} import {name}\n"


def _targets(project: Project, module: Module) -> set[str]:
    """The files that the module's imports mean, with the packages around them."""
    found: set[str] = set()
    for statement in module.facts.body:
        assert isinstance(statement, Import)
        names = [statement.submodule or statement.module]
        if statement.attribute not in (None, "*"):
            names.append(f"{names[0]}.{statement.attribute}" if names[0] else str(statement.attribute))
        for name in names:
            parts = name.split(".") if name else []
            for count in range(len(parts) + 1):
                dotted = ".".join(parts[:count])
                if dotted or statement.level:
                    meant = project.resolve(module, dotted, statement.level)
                    if isinstance(meant, Module):
                        found.add(meant.path)
    return found


@settings(max_examples=300, deadline=None)
@given(files=_FILES, imports=st.lists(_IMPORTS, min_size=1, max_size=12))
def test_no_import_is_overlooked(
    files: list[tuple[str, bool]], imports: list[tuple[int, str, str, bool]]
) -> None:
    root = f"{os.sep}project"
    paths = sorted(
        {
            os.path.join(root, f"{path}/__init__.py" if is_package else f"{path}.py")
            for path, is_package in files
        }
    )
    texts = dict.fromkeys(paths, "")
    for number, one in enumerate(imports):
        texts[paths[number % len(paths)]] += _statement(*one)
    facts = {}
    for path, text in texts.items():
        read = extract(path, text)
        assert isinstance(read, ModuleFacts)
        facts[path] = read
    project = Project(root, facts.values())
    postponed = Postponed(root, paths)
    wanted = [path for path in paths if path not in postponed.paths]
    assert not any(is_test_path(os.path.relpath(path, root)) for path in wanted)
    reached: set[str] = set()
    while wanted:
        reached.update(wanted)
        wanted = postponed.imported_by([facts[path] for path in wanted])
    for path in reached:
        assert _targets(project, project.modules[path]) <= reached


def test_paths_of_windows(tmp_path: Path) -> None:
    assert is_test_path("app\\tests\\helper.py")
    assert not is_test_path("app\\latest.py")


# --- the comparison that is run over real applications ------------------------------------------------


def test_the_script_tells_findings_that_are_lost(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = importlib.import_module("unread")
    root = tree(
        {
            "pyproject.toml": "",
            "main.py": MAIN.format(imported="from helper import wait", call="wait"),
            "helper.py": HELPER,
            "tests/test_main.py": "import main\n",
        }
    )
    assert script.main([str(root)]) == 0
    assert "2 of 3 files read" in capsys.readouterr().out

    class Careless(Postponed):
        def imported_by(self, modules: Sequence[ModuleFacts]) -> list[str]:
            return []

        def __init__(self, root: str, paths: Collection[str]) -> None:
            super().__init__(root, paths)
            self.paths |= {path for path in paths if path.endswith("helper.py")}

    monkeypatch.setattr("fastapi_lint.analysis.program.Postponed", Careless)
    assert script.main([str(root)]) == 1
    assert "- main.py:8 FAP101" in capsys.readouterr().out
