"""The hooks of .pre-commit-hooks.yaml, run by the real pre-commit on a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

_HOOKS = Path(__file__).resolve().parent.parent / ".pre-commit-hooks.yaml"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def _hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load(_HOOKS.read_text(encoding="utf-8"))}


def _run(root: Path, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))},
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


class Repository:
    """A committed project that uses the hooks the way `repo: local` allows: without building an environment."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self._home = home
        self.git("init", "-q")
        hooks = []
        for hook in _hooks().values():
            program, *arguments = hook["entry"].split()
            assert program == "fastapi-lint"
            entry = " ".join([sys.executable, "-m", "fastapi_lint", *arguments, "--output-format", "concise"])
            hooks.append({**hook, "language": "system", "entry": entry})
        (root / ".pre-commit-config.yaml").write_text(
            yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]})
        )
        self.git("add", ".")
        self.git("commit", "-q", "-m", "start")

    def git(self, *arguments: str) -> None:
        result = _run(self.root, self._home, "git", *arguments)
        assert result.returncode == 0, result.stderr

    def hook(self, name: str, *arguments: str) -> tuple[int, str]:
        """The exit code and output of one hook over what is staged."""
        result = _run(self.root, self._home, sys.executable, "-m", "pre_commit", "run", name, *arguments)
        return result.returncode, result.stdout

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))


@pytest.fixture
def repository(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(project, tmp_path_factory.mktemp("home"))


def _findings(output: str) -> Sequence[str]:
    return [line.split(": ")[0] for line in output.splitlines() if ": FAP" in line]


def test_the_file_is_a_valid_manifest(tmp_path: Path) -> None:
    result = _run(tmp_path, tmp_path, sys.executable, "-m", "pre_commit", "validate-manifest", str(_HOOKS))
    assert result.returncode == 0, result.stdout
    assert set(_hooks()) == {"fastapi-lint", "fastapi-lint-project"}


def test_staging_only_the_helper_shows_what_it_breaks(repository: Repository) -> None:
    repository.edit("app/helper.py", "return 1", "return 2")
    repository.git("add", "app/helper.py")
    code, output = repository.hook("fastapi-lint")
    assert code == 1
    assert _findings(output) == ["app/helper.py:5:5"]


def test_staging_only_the_routes(repository: Repository) -> None:
    repository.edit("app/main.py", "/slow", "/slower")
    repository.git("add", "app/main.py")
    code, output = repository.hook("fastapi-lint")
    assert code == 1
    assert _findings(output) == ["app/main.py:12:5", "app/main.py:17:12"]


def test_staging_something_else_passes(repository: Repository) -> None:
    (repository.root / "app/other.py").write_text("x = 1\n")
    (repository.root / "app/other.pyi").write_text("x: int\n")
    (repository.root / "README.md").write_text("x\n")
    repository.git("add", ".")
    code, output = repository.hook("fastapi-lint")
    assert code == 0
    assert "Passed" in output


def test_excluded_files_stay_out_even_when_staged(repository: Repository) -> None:
    (repository.root / "pyproject.toml").write_text('[tool.fastapi-lint]\nexclude = ["main.py"]\n')
    repository.edit("app/main.py", "/slow", "/slower")
    repository.git("add", ".")
    assert repository.hook("fastapi-lint")[0] == 0


def test_all_files_say_the_same_as_the_project_hook(repository: Repository) -> None:
    staged = repository.hook("fastapi-lint", "--all-files")
    whole = repository.hook("fastapi-lint-project")
    assert staged[0] == whole[0] == 1
    assert _findings(staged[1]) == _findings(whole[1]) == ["app/main.py:12:5", "app/main.py:17:12"]


def test_the_project_hook_runs_when_a_file_is_only_deleted(repository: Repository) -> None:
    repository.git("rm", "-q", "app/helper.py")
    code, output = repository.hook("fastapi-lint-project")
    assert code == 1
    assert _findings(output) == ["app/main.py:12:5"]
