"""Which files belong to a project, and which project a path belongs to."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint.discovery import PatternError, compile_patterns, find_root, is_excluded, python_files
from fastapi_lint.project_files import PathError, find_projects
from fastapi_lint.settings import Overrides

if TYPE_CHECKING:
    from conftest import Tree


def _found(root: Path, *exclude: str, top: Path | None = None) -> list[str]:
    files = python_files(str(top or root), str(root), compile_patterns(exclude))
    return [os.path.relpath(file, root) for file in files]


def _checked(*paths: Path, overrides: Overrides | None = None) -> dict[str, list[str]]:
    """The files checked, by the name of the project's root."""
    return {
        os.path.basename(project.root): sorted(
            os.path.relpath(file, project.root) for file in project.checked
        )
        for project in find_projects(paths, overrides=overrides)
    }


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py"])
def test_the_root_is_the_nearest_directory_with_a_marker(tree: Tree, marker: str) -> None:
    root = tree({"pyproject.toml": "", f"inner/{marker}": "", "inner/app/sub/x.py": ""})
    assert find_root(str(root / "inner/app/sub")) == str(root / "inner")
    assert find_root(str(root / "inner/app")) == str(root / "inner")
    assert find_root(str(root)) == str(root)


def test_a_repository_is_a_root(tree: Tree) -> None:
    root = tree({".git/HEAD": "", "app/x.py": ""})
    assert find_root(str(root / "app")) == str(root)


def test_without_a_marker_the_root_is_the_outermost_package_or_the_directory(tree: Tree) -> None:
    root = tree({"app/__init__.py": "", "app/sub/__init__.py": "", "app/sub/x.py": "", "plain/y.py": ""})
    assert find_root(str(root / "app/sub")) == str(root / "app")
    assert find_root(str(root / "plain")) == str(root / "plain")
    assert find_root(str(root)) == str(root)


def test_foreign_directories_are_skipped(tree: Tree) -> None:
    foreign = [".git", ".tox", ".nox", ".eggs", "__pycache__", "node_modules", "site-packages", ".mypy_cache"]
    files = {f"{name}/a.py": "" for name in [*foreign, "x-1.0.dist-info", "x.egg-info"]}
    root = tree(
        {
            **files,
            "env/pyvenv.cfg": "",
            "env/lib/b.py": "",
            "build/lib/app/c.py": "",
            "app/build/ok.py": "",
            "app/env/ok.py": "",
            "app/d.txt": "",
        }
    )
    assert _found(root) == ["app/build/ok.py", "app/env/ok.py"]


def test_ignore_files_count_at_every_level(tree: Tree) -> None:
    root = tree(
        {
            ".git/info/exclude": "private.py\n",
            ".gitignore": "/generated/\n*.tmp.py\n!keep.tmp.py\n# a comment\n!\n",
            "generated/a.py": "",
            "app/generated/b.py": "",
            "app/x.tmp.py": "",
            "app/keep.tmp.py": "",
            "app/private.py": "",
            "app/.gitignore": "local.py\n!deep.tmp.py\n",
            "app/local.py": "",
            "app/deep.tmp.py": "",
            "local.py": "",
        }
    )
    assert _found(root) == ["app/deep.tmp.py", "app/generated/b.py", "app/keep.tmp.py", "local.py"]


def test_ignore_files_above_the_root_count_inside_their_repository_only(tree: Tree) -> None:
    files = {
        ".gitignore": "secret.py\n",
        "service/pyproject.toml": "",
        "service/secret.py": "",
        "service/a.py": "",
    }
    root = tree(files)
    assert _found(root / "service") == ["a.py", "secret.py"]
    tree({".git/HEAD": ""})
    assert _found(root / "service") == ["a.py"]


def test_an_ignored_directory_that_is_named_is_walked_by_its_own_rules(tree: Tree) -> None:
    root = tree(
        {".git/HEAD": "", ".gitignore": "out/\n", "out/a.py": "", "out/.gitignore": "b.py\n", "out/b.py": ""}
    )
    assert _found(root) == []
    assert _found(root, top=root / "out") == ["out/a.py"]
    assert _checked(root / "out") == {root.name: ["out/a.py"]}


def test_exclude_speaks_the_language_of_gitignore(tree: Tree) -> None:
    root = tree(
        {"app/a.py": "", "app/migrations/b.py": "", "x_pb2.py": "", "legacy/app/c.py": "", "app/d.py": ""}
    )
    assert _found(root, "migrations/", "*_pb2.py", "/legacy", "app/d.py") == ["app/a.py"]
    with pytest.raises(PatternError, match="`!` is not a pattern"):
        compile_patterns(["ok", "!"])


def test_a_named_file_is_checked_unless_exclusion_is_forced(tree: Tree) -> None:
    root = tree(
        {
            "pyproject.toml": "[tool.fastapi-lint]\nexclude = ['old/']\nextend-exclude = ['*_pb2.py']\n",
            ".git/HEAD": "",
            ".gitignore": "ignored.py\n",
            "ignored.py": "",
            "old/a.py": "",
            "x_pb2.py": "",
            "node_modules/b.py": "",
            "ok.py": "",
        }
    )
    named = [root / name for name in ("ignored.py", "old/a.py", "x_pb2.py", "node_modules/b.py", "ok.py")]
    assert _checked(*named) == {
        root.name: ["ignored.py", "node_modules/b.py", "ok.py", "old/a.py", "x_pb2.py"]
    }
    forced = Overrides(force_exclude=True)
    assert _checked(*named, overrides=forced) == {root.name: ["ignored.py", "ok.py"]}
    assert _checked(root / "old") == {root.name: ["old/a.py"]}
    assert _checked(root / "old", overrides=forced) == {root.name: []}
    assert _checked(root) == {root.name: ["ok.py"]}
    assert _checked(root, overrides=Overrides(exclude=("ok.py",))) == {root.name: ["old/a.py"]}


def test_the_whole_project_is_known_when_one_file_is_checked(tree: Tree) -> None:
    root = tree({"pyproject.toml": "", "app/a.py": "", "app/b.py": "", "tests/test_a.py": ""})
    (project,) = find_projects([root / "app/a.py"])
    assert [os.path.relpath(file, root) for file in project.known] == [
        "app/a.py",
        "app/b.py",
        "tests/test_a.py",
    ]
    assert project.checked == {str(root / "app/a.py")}


def test_paths_are_grouped_by_project(tree: Tree) -> None:
    root = tree(
        {"one/pyproject.toml": "", "one/a.py": "", "two/setup.cfg": "", "two/b.py": "", "two/c.py": ""}
    )
    assert _checked(root / "two/b.py", root / "one", root / "two/b.py") == {"one": ["a.py"], "two": ["b.py"]}


def test_a_nested_project_belongs_to_the_directory_that_was_named(tree: Tree) -> None:
    root = tree({"pyproject.toml": "", "a.py": "", "nested/pyproject.toml": "", "nested/b.py": ""})
    everything = {root.name: ["a.py", "nested/b.py"]}
    assert _checked(root) == everything
    assert _checked(root, root / "nested", root / "nested/b.py") == everything
    assert _checked(root / "nested/b.py") == {"nested": ["b.py"]}


def test_unmarked_directories_inside_one_another_are_one_project(tree: Tree) -> None:
    root = tree({"src/main.py": "", "src/service/x.py": "", "other/y.py": ""})
    paths = [root / "src/service/x.py", root / "src/main.py", root / "other/y.py"]
    assert _checked(*paths) == {"src": ["main.py", "service/x.py"], "other": ["y.py"]}


def test_links_are_not_followed(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.py").write_text("")
    root = tree({"pyproject.toml": "", "app/a.py": ""})
    (root / "app/out").symlink_to(outside, target_is_directory=True)
    (root / "app/out.py").symlink_to(outside / "secret.py")
    (root / "app/loop").symlink_to(root, target_is_directory=True)
    (root / "app/self.py").symlink_to(root / "app/self.py")
    (root / "app/dangling.py").symlink_to(root / "nowhere.py")
    assert _found(root) == ["app/a.py"]
    assert _checked(root) == {root.name: ["app/a.py"]}


def test_a_named_link_stands_for_what_it_points_to(tree: Tree) -> None:
    root = tree({"pyproject.toml": "", "app/a.py": ""})
    (root / "link.py").symlink_to(root / "app/a.py")
    (root / "linked").symlink_to(root / "app", target_is_directory=True)
    assert _checked(root / "link.py") == {root.name: ["app/a.py"]}
    assert _checked(root / "linked") == {root.name: ["app/a.py"]}


def test_what_is_no_file_is_no_python_file(tree: Tree) -> None:
    root = tree({"pyproject.toml": "", "package.py/a.py": "", "stub.pyi": "", "b.py": ""})
    os.mkfifo(root / "pipe.py")
    assert _found(root) == ["b.py", "package.py/a.py"]
    assert _checked(root / "stub.pyi", root / "b.py") == {root.name: ["b.py"]}
    with pytest.raises(PathError, match=r"pipe\.py` is neither a file nor a directory"):
        find_projects([root / "pipe.py"])


def test_a_missing_path_is_told_with_a_suggestion(tree: Tree) -> None:
    root = tree({"app/main.py": ""})
    with pytest.raises(PathError, match=r"main\.pyy` does not exist; did you mean `.*main\.py`\?$"):
        find_projects([root / "app/main.pyy"])
    with pytest.raises(PathError, match=r"nowhere/x\.py` does not exist$"):
        find_projects([root / "nowhere/x.py"])


def test_exclusion_looks_at_the_directories_around(tree: Tree) -> None:
    root = tree({"a/.tox/x.py": "", "a/b/c.py": ""})
    nothing = compile_patterns(())
    assert is_excluded(str(root / "a/.tox/x.py"), str(root), nothing)
    assert not is_excluded(str(root / "a/b/c.py"), str(root), nothing)
    assert is_excluded(str(root / "a/b/c.py"), str(root), compile_patterns(["b/"]))


def test_names_that_are_not_utf8_are_found(tree: Tree) -> None:
    root = tree({"pyproject.toml": ""})
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.py")).write_text("")
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    assert len(_found(root)) == 1


def test_the_walk_is_quick(tree: Tree) -> None:
    root = tree({".git/HEAD": "", ".gitignore": "*.log\n/out/\n.env\nbuild/\n*.pyc\n"})
    for package in range(100):
        directory = root / f"package{package}"
        directory.mkdir()
        for module in range(20):
            (directory / f"module{module}.py").touch()
    start = time.process_time()
    assert len(_found(root)) == 2000
    assert time.process_time() - start < 1
