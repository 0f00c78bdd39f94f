"""The documentation tells the truth: its commands run, print what it shows, and its recipes and settings are valid."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from fastapi_lint import __version__
from fastapi_lint.linter import lint
from fastapi_lint.settings import parse_settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
EXAMPLE = ROOT / "examples" / "legacy_app"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]

_BLOCK = re.compile(
    r"(?:^<!-- (?P<comment>[^\n]*) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$"
    r"(?:\n\n```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
# What installs ourselves from an index is checked and not run: everything is installed already.
_PIP = """\
#!{python}
import re, sys
install, *requirements = sys.argv[1:]
extras = {extras!r}
known = [re.fullmatch(r"fastapi-lint(?:\\[(\\w+)\\])?", one) for one in requirements]
ok = install == "install" and known and all(one and one[1] in (None, *extras) for one in known)
if not ok:
    print("no such package or extra:", *requirements, file=sys.stderr)
    sys.exit(2)
"""


class Block(NamedTuple):
    """A fenced block, the comment above it, and the `text` block right behind it."""

    comment: str
    language: str
    text: str
    output: str | None


def blocks(page: Path, language: str) -> list[Block]:
    found = (
        Block(match["comment"] or "", match["language"], match["text"], match["output"])
        for match in _BLOCK.finditer(page.read_text(encoding="utf-8"))
    )
    # The set-up commands of the README are run by continuous integration itself.
    return [one for one in found if one.language == language and not one.comment.startswith("command:")]


class Scratch:
    """A repository with a copy of the example application, two commits old, and the programs that pages call."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "shop"
        self.summary = folder / "summary.md"
        programs = folder / "programs"
        programs.mkdir()
        for name, module in {"fastapi-lint": "fastapi_lint", "flake8": "flake8"}.items():
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        (programs / "pip").write_text(_PIP.format(python=sys.executable, extras=sorted(extras)))
        for program in programs.iterdir():
            program.chmod(0o755)
        ours = re.compile(r"(GIT|GITHUB|CI|FASTAPI_LINT|PYTEST)_.*|NO_COLOR|FORCE_COLOR|CI")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not ours.fullmatch(name)},
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
            "COLUMNS": "80",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GITHUB_BASE_REF": "main",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD",
            "CI_PIPELINE_SOURCE": "merge_request_event",
        }
        shutil.copytree(
            EXAMPLE, self.root, ignore=shutil.ignore_patterns("__pycache__", ".*cache", "EXPECTED.txt")
        )
        commit = "git -c user.name=a -c user.email=a@example.org commit -q -m"
        self.run(f"git init -q -b main . && git add README.md && {commit} start")
        self.run(f"git add . && {commit} shop && git update-ref refs/remotes/origin/main HEAD")

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script; a line that fails for another reason than findings ends it."""
        guarded = f"trap 'code=$?; [ $code -le 1 ] || exit $code' ERR\n{script}"
        return subprocess.run(
            ["bash", "-c", guarded],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def _pattern(shown: str) -> re.Pattern[str]:
    """Where the text has `...`, anything may stand, or on a line of its own any lines."""
    lines = [r"(?:.*\n)*?" if line == "..." else _line(line) for line in shown.splitlines()]
    return re.compile("".join(lines))


def _line(line: str) -> str:
    return r".*".join(re.escape(part) for part in line.split("...")) + r"\n"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh")], ids=lambda page: page.stem)
def test_the_commands_run_and_print_what_is_shown(page: Path, scratch: Scratch) -> None:
    for block in blocks(page, "sh"):
        wanted = int(block.comment.removeprefix("exit: ")) if block.comment else 0
        done = scratch.run(block.text)
        assert done.returncode == wanted, f"{block.text}{done.stdout}{done.stderr}"
        assert "error" not in done.stderr, f"{block.text}{done.stderr}"
        if block.output is not None:
            assert _pattern(block.output).fullmatch(done.stdout), f"{block.text}{done.stdout}"


def test_nearly_every_page_about_use_has_commands() -> None:
    with_commands = {page.stem for page in PAGES if blocks(page, "sh")}
    assert {
        "README",
        "getting-started",
        "adopting",
        "ci",
        "configuration",
        "output",
        "audit",
        "why",
    } <= with_commands


# --- recipes -------------------------------------------------------------------------------------------


def _recipes() -> list[dict[str, Any]]:
    return [yaml.safe_load(block.text) for block in blocks(DOCS / "ci.md", "yaml")]


def _scripts(node: Any) -> Iterator[str]:
    """The shell commands in a recipe of GitHub or GitLab, in their order."""
    if isinstance(node, list):
        for one in node:
            yield from _scripts(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "run":
                yield value
            elif key == "script":
                yield from value
            else:
                yield from _scripts(value)


def _named_files(node: Any) -> Iterator[str]:
    """The files that a recipe hands on."""
    if isinstance(node, list):
        for one in node:
            yield from _named_files(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("sarif_file", "codequality", "junit"):
                yield value
            else:
                yield from _named_files(value)


JOBS = [recipe for recipe in _recipes() if list(_scripts(recipe))]


def test_there_are_recipes_for_both_services() -> None:
    assert sum("jobs" in job for job in JOBS) >= 2
    assert sum("fastapi-lint" in job for job in JOBS) >= 2


@pytest.mark.parametrize("job", JOBS, ids=range(len(JOBS)))
def test_the_recipes_run_and_write_what_they_hand_on(job: dict[str, Any], scratch: Scratch) -> None:
    scripts = list(_scripts(job))
    for script in scripts:
        done = scratch.run(script)
        has_findings = "fastapi-lint check" in script and "--since" not in script
        assert done.returncode == int(has_findings), f"{script}\n{done.stdout}{done.stderr}"
        assert "error" not in done.stderr
    for name in _named_files(job):
        assert (scratch.root / name).stat().st_size > 0
    if any("GITHUB_STEP_SUMMARY" in script for script in scripts):
        assert "FAP103" in scratch.summary.read_text(encoding="utf-8")


def test_the_hooks_shown_are_offered() -> None:
    (shown,) = [repo for recipe in _recipes() for repo in recipe.get("repos", ())]
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for hook in shown["hooks"]} == {hook["id"] for hook in offered}
    assert shown["rev"] == f"v{__version__}"


# --- settings and claims -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "toml")], ids=lambda page: page.stem)
def test_the_settings_shown_are_valid(page: Path) -> None:
    for block in blocks(page, "toml"):
        tool = tomllib.loads(block.text)["tool"]
        assert tool.keys() <= {"fastapi-lint", "ruff"}
        parse_settings(tool.get("fastapi-lint", {}), "pyproject.toml")
        assert tool.get("ruff", {"lint": {"external": ["FAP"]}}) == {"lint": {"external": ["FAP"]}}


def test_the_comparison_counts_what_the_example_has() -> None:
    places = (EXAMPLE / "EXPECTED.txt").read_text(encoding="utf-8").splitlines()
    text = (DOCS / "comparison.md").read_text(encoding="utf-8")
    assert f"of the {len(places)} places that fastapi-lint reports" in text
    done = _ruff("ASYNC,FAST,RUF006,SIM115", EXAMPLE)
    ours = {place.partition(" ")[0] for place in places}
    found = {
        f"{Path(one['filename']).relative_to(EXAMPLE).as_posix()}:{one['location']['row']}" for one in done
    }
    assert found <= ours
    assert len(found) == 1


def test_the_comparison_says_rightly_that_ruff_finds_the_same_lines(tmp_path: Path) -> None:
    (block,) = blocks(DOCS / "comparison.md", "python")
    (tmp_path / "main.py").write_text(block.text)
    (tmp_path / "pyproject.toml").touch()
    ours = {finding.span.line for finding in lint([tmp_path]).diagnostics}
    assert ours == {one["location"]["row"] for one in _ruff("ASYNC", tmp_path)}
    assert len(ours) == 5


@pytest.mark.parametrize("comment", ["# noqa: FAP104", "# noqa: E501, FAP104", "# noqa: FAP104 -- reason"])
def test_ruff_deletes_our_codes_unless_it_is_told_of_them(tmp_path: Path, comment: str) -> None:
    file = tmp_path / "main.py"
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--fix", "--select", "RUF"]
    for told in (True, False):
        file.write_text(f"x = 1  {comment}\n")
        more = ["--config", 'lint.external = ["FAP"]'] if told else []
        subprocess.run([*command, *more, str(file)], capture_output=True, check=False)
        assert ("FAP104" in file.read_text()) == told


def _ruff(rules: str, folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json"]
    done = subprocess.run(
        [*command, "--select", rules, str(folder)], capture_output=True, text=True, check=False
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


# --- the site ------------------------------------------------------------------------------------------


def test_the_site_is_built_from_every_page_and_loads_nothing_from_elsewhere() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    site = yaml.safe_load(text)
    listed = set(re.findall(r"[\w/-]+\.md", json.dumps(site["nav"])))
    assert listed == {
        page.relative_to(DOCS).as_posix() for page in [*DOCS.glob("*.md"), DOCS / "rules/index.md"]
    }
    assert site["strict"] is True
    assert site["theme"]["font"] is False
    assert "extra_javascript" not in site
    assert "extra_css" not in site
