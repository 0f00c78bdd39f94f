"""The README tells the truth: its set-up commands and its output; the links and codes of all documents."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fastapi_lint.linter import lint
from fastapi_lint.rules import all_rules

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "legacy_app"
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
    "examples/legacy_app/README.md",
]


def marked_commands() -> dict[str, str]:
    """The README's set-up commands, by the name in the comment above each."""
    found = re.findall(r"^<!-- command: (\w+) -->\n```sh\n(.*?)```$", README, re.MULTILINE | re.DOTALL)
    return {name: text.strip() for name, text in found}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    environment.pop("FORCE_COLOR", None)
    command = [sys.executable, "-m", "fastapi_lint", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_exactly_two_commands_set_everything_up() -> None:
    commands = marked_commands()
    assert sorted(commands) == ["audit", "test"]
    for command in commands.values():
        assert len(command.splitlines()) == 1
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


@pytest.mark.parametrize("name", ["audit", "test"])
def test_continuous_integration_runs_the_very_command(name: str) -> None:
    printed = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "--print", name], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == marked_commands()[name]


def test_the_audit_command_exits_with_0_and_shows_findings() -> None:
    program, *arguments = shlex.split(marked_commands()["audit"].rpartition("&&")[2])
    assert program == ".venv/bin/fastapi-lint"
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    assert "FAP1" in done.stdout


def test_without_exit_zero_the_audit_exits_with_1() -> None:
    assert run("check", str(EXAMPLE)).returncode == 1


def test_the_test_command_installs_what_it_uses() -> None:
    command = marked_commands()["test"]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert '".[dev]"' in command
    assert any(requirement.startswith("pytest>") for requirement in extras["dev"])
    assert ("-n auto" in command) <= any(
        requirement.startswith("pytest-xdist") for requirement in extras["dev"]
    )


def test_the_output_shown_and_the_expected_findings_are_what_the_example_prints() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "example.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_expected_findings_are_those_of_the_library() -> None:
    expected = (EXAMPLE / "EXPECTED.txt").read_text(encoding="utf-8").splitlines()
    found = [
        f"{Path(finding.path).relative_to(EXAMPLE).as_posix()}:{finding.span.line} {finding.code}"
        for finding in lint([EXAMPLE]).diagnostics
    ]
    assert sorted(found) == expected


def test_the_example_has_findings_of_every_family_and_across_modules() -> None:
    diagnostics = lint([EXAMPLE]).diagnostics
    families = {rule.code[:4] for rule in all_rules() if rule.default} - {"FAP0"}
    assert {finding.code[:4] for finding in diagnostics} == families
    assert any(len({step.path for step in finding.chain}) >= 3 for finding in diagnostics)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_code_mentioned_is_a_rule(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert set(re.findall(r"\bFAP\d{3}\b", text)) <= {rule.code for rule in all_rules()}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_linked_or_named_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    missing = [target for target in linked if not ((ROOT / document).parent / target).exists()]
    missing += [
        name for name in re.findall(r"(?:scripts|benchmarks)/\w+\.py", text) if not (ROOT / name).exists()
    ]
    assert missing == []


def test_the_versions_agree() -> None:
    from fastapi_lint import __version__

    assert f"rev: v{__version__}" in (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_machine_output_of_the_example_can_be_read() -> None:
    found = json.loads(run("check", str(EXAMPLE), "--output-format", "json").stdout)
    assert found
