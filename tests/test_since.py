"""`--since REF`: both trees are analysed, and only findings that are new are reported."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.facts import extract
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.unreadable import Unreadable
from fastapi_lint.linter import lint
from fastapi_lint.revisions import RevisionError, is_blob, read_blobs, read_revision
from fastapi_lint.since import entries_at
from fastapi_lint.store import Store

if TYPE_CHECKING:
    from conftest import Run

_EXTRACT = extract.extract
MORE = '\n\n@app.get("/more")\nasync def more():\n    return load()\n'


def _git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    result = subprocess.run(
        ["git", *identity, *arguments], cwd=root, env=environment, check=True, capture_output=True, text=True
    )
    return result.stdout.strip()


def _commit(root: Path) -> str:
    _git(root, "add", "--all")
    _git(root, "commit", "-q", "-m", "state", "--allow-empty", "--no-verify")
    return _git(root, "rev-parse", "HEAD")


@pytest.fixture
def repository(project: Path) -> Path:
    """The project with its two findings, committed."""
    _git(project, "init", "-q")
    _commit(project)
    return project


def _new(root: Path, reference: str = "HEAD", paths: Sequence[Path] | None = None) -> list[Diagnostic]:
    paths = paths or [root]
    return list(lint(paths, jobs=1, older=entries_at(reference, paths, jobs=1)).diagnostics)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_what_was_there_is_not_reported(repository: Path) -> None:
    assert len(lint([repository], jobs=1).diagnostics) == 2
    assert _new(repository) == []
    _edit(repository / "app/main.py", "import time\n", "import os\nimport time\n\nROOT = os.sep\n")
    assert _new(repository) == []


def test_what_is_new_is_reported_whether_committed_or_not(repository: Path) -> None:
    first = _git(repository, "rev-parse", "HEAD")
    _append(repository / "app/main.py", MORE)
    assert [finding.routes for finding in _new(repository)] == [("GET /more",)]
    _commit(repository)
    assert _new(repository) == []
    assert [finding.routes for finding in _new(repository, first)] == [("GET /more",)]


def test_a_finding_on_an_unchanged_line_is_new_when_the_change_made_it_one(repository: Path) -> None:
    _edit(repository / "app/helper.py", "    time.sleep(1)\n", "")
    _commit(repository)
    _edit(repository / "app/helper.py", "    return 1", "    time.sleep(2)\n    return 1")
    (new,) = _new(repository)
    assert new.path == str(repository / "app/main.py")
    assert "return load()" in (repository / "app/main.py").read_text().splitlines()[new.span.line - 1]


def test_a_renamed_file_brings_no_new_findings(repository: Path) -> None:
    _git(repository, "mv", "app/main.py", "app/web.py")
    assert _new(repository) == []
    _append(repository / "app/web.py", MORE)
    assert len(_new(repository)) == 1


def test_a_removed_comment_makes_its_finding_new(repository: Path) -> None:
    _edit(repository / "app/main.py", "time.sleep(1)", "time.sleep(1)  # noqa: FAP101")
    _commit(repository)
    assert _new(repository) == []
    _edit(repository / "app/main.py", "  # noqa: FAP101", "")
    assert len(_new(repository)) == 1


def test_a_file_that_git_does_not_know_is_new(repository: Path) -> None:
    (repository / "app/fresh.py").write_text("import time\n\n\nasync def wait():\n    time.sleep(3)\n")
    assert [Path(finding.path).name for finding in _new(repository)] == ["fresh.py"]


def test_a_project_below_the_root_of_the_repository(repository: Path) -> None:
    inner = repository / "services/web"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("")
    (inner / "web.py").write_text("import time\n\n\nasync def wait():\n    time.sleep(3)\n")
    assert len(_new(inner)) == 1
    _commit(repository)
    assert _new(inner) == []
    assert _new(repository, paths=[inner / "web.py"]) == []


def test_what_is_excluded_today_is_not_looked_at_in_the_old_tree(repository: Path) -> None:
    (repository / "old").mkdir()
    (repository / "old/gone.py").write_text("import time\n\n\nasync def wait():\n    time.sleep(3)\n")
    _commit(repository)
    (repository / "old/gone.py").unlink()
    (repository / "pyproject.toml").write_text('[tool.fastapi-lint]\nexclude = ["old"]\n')
    (entries,) = entries_at("HEAD", [repository], jobs=1).values()
    assert {entry.path for entry in entries} == {"app/main.py"}


def test_where_the_branch_left_another(repository: Path) -> None:
    _git(repository, "checkout", "-q", "-b", "feature")
    _append(repository / "app/main.py", MORE)
    _commit(repository)
    _git(repository, "checkout", "-q", "main")
    _edit(repository / "app/main.py", "    time.sleep(1)\n", "    return None\n")
    _commit(repository)
    _git(repository, "checkout", "-q", "feature")
    assert [finding.routes for finding in _new(repository, "main...")] == [("GET /more",)]
    assert len(_new(repository, "main")) == 2, "main has mended a finding that this branch still has"


def test_files_ends_of_lines_and_odd_names_are_read_as_they_are(repository: Path) -> None:
    content = "# -*- coding: latin-1 -*-\r\nNAME = 'é'\r\n".encode("latin-1")
    path = repository / "app/odd name\té.py"
    path.write_bytes(content)
    (repository / "app/link.py").symlink_to("main.py")
    _commit(repository)
    revision = read_revision(str(repository), "HEAD")
    assert str(repository / "app/link.py") not in revision.blobs
    assert is_blob(content, revision.blobs[str(path)])
    assert not is_blob(content + b" ", revision.blobs[str(path)])
    assert read_blobs(revision, [str(path)]) == {str(path): content}
    assert read_blobs(revision, []) == {}


def test_nothing_is_checked_out_and_no_hook_runs(repository: Path) -> None:
    _edit(repository / "app/main.py", "time.sleep(1)", "time.sleep(9)")
    (repository / "app/untracked.py").write_text("x = 1\n")
    first = _git(repository, "rev-parse", "HEAD")
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hook = repository / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {repository}/ran\n")
        hook.chmod(0o755)
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    _new(repository, first)
    after = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    assert after == before


def test_the_environment_of_a_hook_does_not_mislead(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("elsewhere")))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    assert _new(repository) == []


def test_a_submodules_files_count_as_they_are(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    library = tmp_path_factory.mktemp("library")
    (library / "lib.py").write_text("import time\n\n\nasync def wait():\n    time.sleep(3)\n")
    _git(library, "init", "-q")
    _commit(library)
    _git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library), "vendored")
    _commit(repository)
    assert len(lint([repository], jobs=1).diagnostics) == 3
    assert _new(repository) == []


# --- what can be wrong -----------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["nonsense", "--help", "HEAD:app", "", "HEAD~99", "nonsense..."])
def test_a_reference_that_is_none(reference: str, repository: Path) -> None:
    with pytest.raises(RevisionError) as caught:
        read_revision(str(repository), reference)
    assert "\n" not in str(caught.value)


def test_no_repository(project: Path) -> None:
    with pytest.raises(RevisionError, match="no git repository"):
        read_revision(str(project), "HEAD")


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match="git cannot be run"):
        read_revision(str(repository), "HEAD")


def test_a_shallow_clone_says_so(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    first = _git(repository, "rev-parse", "HEAD")
    _commit(repository)
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    _git(repository, "clone", "-q", "--depth=1", repository.as_uri(), str(clone))
    with pytest.raises(RevisionError, match="this clone is shallow"):
        read_revision(str(clone), first)
    assert read_revision(str(clone), "HEAD").blobs


@pytest.mark.parametrize("reference", ["nonsense", "-x"])
def test_the_command_line_says_it_in_one_line(reference: str, repository: Path, run: Run) -> None:
    result = run("fastapi_lint", "check", "--since", reference, cwd=repository)
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def test_the_command_line(repository: Path, run: Run) -> None:
    _append(repository / "app/main.py", MORE)
    for _ in range(2):  # with nothing in the cache, and with the first run's facts
        result = run("fastapi_lint", "check", "--since", "HEAD", "--output-format", "concise", cwd=repository)
        assert (result.returncode, result.stderr) == (1, "")
        assert result.stdout.startswith("app/main.py:22:12: FAP101 ")
        assert result.stdout.count(" FAP101 ") == 1
        assert "Not shown: 2 findings that HEAD had.\n" in result.stdout


def test_facts_of_unchanged_files_come_from_the_cache(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    _append(repository / "app/main.py", MORE)
    store = Store(str(tmp_path_factory.mktemp("cache")))
    (plain,) = entries_at("HEAD", [repository], jobs=1).values()
    read: list[str] = []

    def counting(path: str, content: bytes) -> ModuleFacts | Unreadable:
        read.append(Path(path).name)
        return _EXTRACT(path, content)

    monkeypatch.setattr(extract, "extract", counting)
    for expected in (["__init__.py", "helper.py", "main.py"], ["main.py"]):
        read.clear()
        (stored,) = entries_at("HEAD", [repository], jobs=1, store=store).values()
        assert stored == plain
        assert read == expected
