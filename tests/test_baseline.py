"""The baseline: what it takes for the same finding, its file, its commands, and who honors it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fastapi_lint.baseline import BaselineError, Entry, match, read_baseline, render_baseline
from fastapi_lint.linter import Report, lint
from fastapi_lint.settings import Overrides, SettingsError

if TYPE_CHECKING:
    from conftest import Run

NAME = "fastapi-lint-baseline.json"
ENTRY = Entry("app/main.py", "load", "FAP101", "time.sleep(1)", "time.sleep")


def _match(old: list[Entry], new: list[Entry], lines: list[Entry] | None = None) -> list[int | None]:
    """`lines` stand in the new sources, besides those of the findings."""
    there = {(entry.path, entry.scope, entry.line) for entry in (*new, *(lines or ()))}
    return match(old, new, lambda entry: (entry.path, entry.scope, entry.line) in there)


# --- what is the same ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(ENTRY, id="nothing"),
        pytest.param(ENTRY._replace(symbol="asyncio.run"), id="the sink behind an unchanged line"),
        pytest.param(ENTRY._replace(line="time.sleep(seconds)"), id="an edited line"),
        pytest.param(ENTRY._replace(scope="load_all"), id="a renamed function"),
        pytest.param(ENTRY._replace(path="app/other.py"), id="a renamed file"),
    ],
)
def test_a_finding_is_recognized_after_a_change(changed: Entry) -> None:
    assert _match([ENTRY], [changed]) == [0]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(ENTRY._replace(code="FAP102"), id="another rule"),
        pytest.param(ENTRY._replace(line="sleep(1)", symbol="sleep"), id="another line about something else"),
        pytest.param(ENTRY._replace(scope="f", line="time.sleep(2)"), id="another line elsewhere"),
        pytest.param(ENTRY._replace(path="b.py", line="time.sleep(2)"), id="another line in another file"),
        pytest.param(ENTRY._replace(path="b.py", scope="f"), id="another function in another file"),
    ],
)
def test_another_finding_is_new(other: Entry) -> None:
    assert _match([ENTRY], [other]) == [None]


def test_an_entry_is_used_once() -> None:
    assert _match([ENTRY], [ENTRY, ENTRY]) == [0, None]
    assert _match([ENTRY, ENTRY], [ENTRY, ENTRY]) == [0, 1]
    assert _match([ENTRY], [ENTRY, ENTRY._replace(line="time.sleep(2)")]) == [0, None]


def test_the_surest_match_comes_first() -> None:
    edited = ENTRY._replace(line="time.sleep(2)")
    assert _match([ENTRY], [edited, ENTRY]) == [None, 0]
    assert _match([ENTRY, edited], [edited, ENTRY]) == [1, 0]


def test_where_the_line_still_stands_its_finding_is_fixed_and_covers_no_other() -> None:
    edited = ENTRY._replace(line="time.sleep(2)")
    assert _match([ENTRY], [edited], lines=[ENTRY]) == [None]
    assert _match([ENTRY], [ENTRY._replace(path="app/copy.py")], lines=[ENTRY]) == [None]


# --- the file --------------------------------------------------------------------------------


def test_the_file_is_sorted_and_has_a_line_for_each_finding(tmp_path: Path) -> None:
    entries = [
        ENTRY._replace(path="b.py", line='open("ü")'),
        ENTRY._replace(scope="z"),
        ENTRY,
        ENTRY,
    ]
    text = render_baseline(entries)
    assert text == render_baseline(reversed(entries))
    assert [line.strip().rstrip(",") for line in text.splitlines() if '"code"' in line] == [
        '{"code": "FAP101", "scope": "load", "line": "time.sleep(1)", "symbol": "time.sleep"}',
        '{"code": "FAP101", "scope": "load", "line": "time.sleep(1)", "symbol": "time.sleep"}',
        '{"code": "FAP101", "scope": "z", "line": "time.sleep(1)", "symbol": "time.sleep"}',
        '{"code": "FAP101", "scope": "load", "line": "open(\\"ü\\")", "symbol": "time.sleep"}',
    ]
    file = tmp_path / NAME
    file.write_text(text, encoding="utf-8")
    assert sorted(read_baseline(str(file))) == sorted(entries)
    assert not re.search(r"\d{4}-\d\d|:\d+:\d+", text), "no dates and no line numbers"


def test_an_empty_baseline_is_one(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(render_baseline([]))
    assert read_baseline(str(tmp_path / NAME)) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ("<<<<<<< HEAD\n{}", "is a merge conflict left in it?"),
        ("[]", "is no baseline that this version"),
        ('{"version": 2, "findings": {}}', "is no baseline that this version"),
        ('{"version": 1}', "is damaged at `findings`"),
        ('{"version": 1, "findings": {"a.py": {}}}', "is damaged at `a.py`"),
        ('{"version": 1, "findings": {"a.py": [{"code": "FAP101"}]}}', "is damaged at `a.py`"),
        ('{"version": 1, "findings": {"a.py": [3]}}', "is damaged at `a.py`: 3"),
    ],
)
def test_a_file_that_is_no_baseline_is_said_to_be_none(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_text(text)
    with pytest.raises(BaselineError, match=re.escape(said)) as caught:
        read_baseline(str(file))
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)


# --- a run -----------------------------------------------------------------------------------


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture
def adopted(project: Path, run: Run) -> Path:
    """A project whose two findings are in its baseline."""
    assert run("fastapi_lint", "baseline", "create", "-j1", cwd=project).returncode == 0
    (project / "pyproject.toml").write_text(f'[tool.fastapi-lint]\nbaseline = "{NAME}"\n')
    return project


def _lint(*paths: Path, baseline: str | None = None) -> Report:
    return lint(paths, jobs=1, overrides=Overrides(baseline=baseline))


def _nothing(root: Path) -> None:
    pass


def _lines_above(root: Path) -> None:
    _edit(root / "app/main.py", "import time\n", "import os\nimport time\n\nROOT = os.sep\n")


def _indented(root: Path) -> None:
    _edit(root / "app/main.py", "    time.sleep(1)", "    if app:\n        time.sleep( 1 )")


def _function_renamed(root: Path) -> None:
    _edit(root / "app/main.py", "async def slow", "async def slower")


def _file_renamed(root: Path) -> None:
    (root / "app/main.py").rename(root / "app/web.py")


def _helper_edited(root: Path) -> None:
    _edit(root / "app/helper.py", "def load():\n    time.sleep(1)", "def load():\n    wait()")
    (root / "app/helper.py").write_text(
        (root / "app/helper.py").read_text() + "\n\ndef wait():\n    time.sleep(2)\n"
    )


@pytest.mark.parametrize(
    "change", [_nothing, _lines_above, _indented, _function_renamed, _file_renamed, _helper_edited]
)
def test_old_findings_stay_away(change: Callable[[Path], None], adopted: Path) -> None:
    change(adopted)
    report = _lint(adopted)
    assert report.diagnostics == ()
    assert [(one.in_baseline, one.in_revision, one.fixed) for one in report.accepted] == [(2, 0, ())]
    assert len(_lint(adopted, baseline="").diagnostics) == 2


def test_a_new_finding_is_reported(adopted: Path) -> None:
    _edit(adopted / "app/main.py", "    return load()", "    time.sleep(5)\n    return load()")
    (new,) = _lint(adopted).diagnostics
    assert new.span.line == 17


def test_the_same_line_once_more_is_one_new_finding(adopted: Path) -> None:
    _edit(adopted / "app/main.py", "    time.sleep(1)", "    time.sleep(1)\n    time.sleep(1)")
    report = _lint(adopted)
    assert len(report.diagnostics) == 1
    assert report.accepted[0].in_baseline == 2


def test_an_endpoint_that_starts_to_use_an_old_helper_is_a_new_finding(adopted: Path) -> None:
    path = adopted / "app/main.py"
    path.write_text(path.read_text() + '\n\n@app.get("/more")\nasync def more():\n    return load()\n')
    (new,) = _lint(adopted).diagnostics
    assert new.routes == ("GET /more",)


def test_a_part_of_the_project_is_judged_by_the_whole_of_it(adopted: Path) -> None:
    helper = adopted / "app/helper.py"
    assert _lint(helper).diagnostics == ()
    assert _lint(helper).accepted[0].in_baseline == 1
    path = adopted / "app/main.py"
    path.write_text(path.read_text() + '\n\n@app.get("/more")\nasync def more():\n    return load()\n')
    assert len(_lint(helper).diagnostics) == 1


def test_fixed_findings_are_told(adopted: Path) -> None:
    _edit(adopted / "app/helper.py", "    time.sleep(1)\n", "")
    (accepted,) = _lint(adopted).accepted
    assert accepted.in_baseline == 1
    assert [(entry.scope, entry.symbol) for entry in accepted.fixed] == [("get_load", "time.sleep")]
    assert _lint(adopted / "app/helper.py").accepted[0].fixed == (), "it stood in a file that is not checked"


def test_what_nobody_looked_for_is_not_fixed(adopted: Path) -> None:
    other_rules = Overrides(select=("FAP3",))
    assert lint([adopted], jobs=1, overrides=other_rules).accepted[0].fixed == ()
    (adopted / "pyproject.toml").write_text(
        f'[tool.fastapi-lint]\nbaseline = "{NAME}"\nexclude = ["app/main.py"]\n'
    )
    assert _lint(adopted).accepted[0].fixed == ()


def test_a_file_that_is_gone_takes_its_findings_along(adopted: Path) -> None:
    (adopted / "app/main.py").unlink()
    assert len(_lint(adopted).accepted[0].fixed) == 2


def test_a_silenced_finding_leaves_its_entry(adopted: Path) -> None:
    _edit(adopted / "app/main.py", "time.sleep(1)", "time.sleep(1)  # noqa: FAP101")
    report = _lint(adopted)
    assert report.diagnostics == ()
    assert len(report.accepted[0].fixed) == 1


def test_a_baseline_that_is_not_there_is_the_users_mistake(project: Path) -> None:
    with pytest.raises(SettingsError, match=r"baseline create"):
        _lint(project, baseline=str(project / "missing.json"))


def test_one_baseline_is_for_one_project(project: Path, adopted: Path) -> None:
    inner = project / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("")
    (inner / "one.py").write_text("")
    with pytest.raises(SettingsError, match="several projects"):
        _lint(inner / "one.py", project / "app/main.py", baseline=str(project / NAME))


# --- the commands ----------------------------------------------------------------------------


def test_create_writes_what_check_reports_and_says_how_to_use_it(project: Path, run: Run) -> None:
    result = run("fastapi_lint", "baseline", "create", "app", "-j1", cwd=project)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"Wrote 2 findings to {NAME}." in result.stdout
    assert f'[tool.fastapi-lint]\nbaseline = "{NAME}"' in result.stdout
    assert {entry.path for entry in read_baseline(str(project / NAME))} == {"app/main.py"}


def test_create_does_not_overwrite_unless_it_is_told_to(adopted: Path, run: Run) -> None:
    _edit(adopted / "app/main.py", "    return load()", "    time.sleep(5)\n    return load()")
    before = (adopted / NAME).read_bytes()
    result = run("fastapi_lint", "baseline", "create", "-j1", cwd=adopted)
    assert result.returncode == 2
    assert "baseline update" in result.stderr
    assert "--force" in result.stderr
    assert (adopted / NAME).read_bytes() == before
    result = run("fastapi_lint", "baseline", "create", "--force", "-j1", cwd=adopted)
    assert result.stdout == f"Wrote 3 findings to {NAME}.\n"
    assert _lint(adopted).diagnostics == ()


def test_update_removes_what_is_fixed_adds_nothing_and_follows_the_rest(adopted: Path, run: Run) -> None:
    _edit(adopted / "app/helper.py", "    time.sleep(1)\n", "    time.sleep(1)\n    open('x')\n")
    _edit(adopted / "app/main.py", "    return load()", "    return 1")
    _edit(adopted / "app/main.py", "async def slow", "async def slower")
    _edit(adopted / "app/main.py", '\n\n@app.get("/load")', '    load()\n\n\n@app.get("/load")')
    result = run("fastapi_lint", "baseline", "update", "-j1", cwd=adopted)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        f"Removed 1 fixed finding from {NAME}, 1 is left.\n"
        "1 finding is new and not in it: `fastapi-lint check` reports it.\n"
    )
    assert [entry.scope for entry in read_baseline(str(adopted / NAME))] == ["slower"]
    again = run("fastapi_lint", "baseline", "update", "-j1", cwd=adopted)
    assert again.stdout.startswith(f"Nothing to remove from {NAME}: 1 finding.\n")


def test_update_leaves_an_unchanged_baseline_as_it_is(adopted: Path, run: Run) -> None:
    before = (adopted / NAME).read_bytes()
    run("fastapi_lint", "baseline", "update", "-j1", cwd=adopted)
    assert (adopted / NAME).read_bytes() == before


def test_update_keeps_the_entries_of_rules_that_do_not_run(adopted: Path, run: Run) -> None:
    (adopted / "pyproject.toml").write_text(f'[tool.fastapi-lint]\nbaseline = "{NAME}"\nselect = ["FAP3"]\n')
    before = (adopted / NAME).read_bytes()
    run("fastapi_lint", "baseline", "update", "-j1", cwd=adopted)
    assert (adopted / NAME).read_bytes() == before


def test_show_tells_what_is_fixed(adopted: Path, run: Run) -> None:
    _edit(adopted / "app/helper.py", "    time.sleep(1)\n", "")
    result = run("fastapi_lint", "baseline", "show", "-j1", cwd=adopted)
    assert result.returncode == 0
    assert result.stdout.startswith(f"{NAME}: 2 findings, 1 of them fixed\n2  FAP101\n")
    assert "  app/main.py: FAP101 in `get_load`: return load()\n" in result.stdout
    shown = json.loads(run("fastapi_lint", "baseline", "show", "-j1", "--output-format", "json").stdout)
    assert [(row["scope"], row["fixed"]) for row in shown["findings"]] == [
        ("get_load", True),
        ("slow", False),
    ]
    assert shown["new"] == []


@pytest.mark.parametrize("command", ["update", "show"])
def test_without_a_baseline_there_is_nothing_to_do(command: str, project: Path, run: Run) -> None:
    result = run("fastapi_lint", "baseline", command, cwd=project)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "`fastapi-lint baseline create` writes it" in result.stderr


def test_the_summary_says_what_is_not_shown_and_what_can_go(adopted: Path, run: Run) -> None:
    _edit(adopted / "app/helper.py", "    time.sleep(1)\n", "")
    shown = run("fastapi_lint", "check", "--no-cache", "--output-format", "concise", cwd=adopted).stdout
    assert f"Not shown: 1 finding in the baseline {NAME}.\n" in shown
    assert (
        f"Fixed: 1 finding of the baseline; `fastapi-lint baseline update` removes it from {NAME}.\n" in shown
    )
    quiet = run("fastapi_lint", "check", "--no-cache", "--output-format", "concise", "-q", cwd=adopted)
    assert (quiet.stdout, quiet.returncode) == ("", 0)
    machine = run("fastapi_lint", "check", "--no-cache", "--output-format", "json", cwd=adopted).stdout
    assert json.loads(machine) == []


def test_a_baseline_of_the_command_line_takes_the_place_of_the_setting(adopted: Path, run: Run) -> None:
    (adopted / "empty.json").write_text(render_baseline([]))
    arguments = ("check", "--no-cache", "-q", "--output-format", "concise")
    assert run("fastapi_lint", *arguments, cwd=adopted).stdout == ""
    for option in (("--baseline", "empty.json"), ("--no-baseline",)):
        assert len(run("fastapi_lint", *arguments, *option, cwd=adopted).stdout.splitlines()) == 2
    both = run("fastapi_lint", *arguments, "--baseline", "empty.json", "--no-baseline", cwd=adopted)
    assert both.returncode == 2


# --- flake8 ----------------------------------------------------------------------------------


def _places(output: str) -> list[str]:
    return sorted(line.removeprefix("./") for line in output.splitlines() if ": FAP" in line)


@pytest.mark.parametrize("paths", [["."], ["app/helper.py"], ["app/main.py", "app/helper.py"]], ids=" ".join)
def test_flake8_and_the_command_line_agree(paths: list[str], adopted: Path, run: Run) -> None:
    path = adopted / "app/main.py"
    path.write_text(path.read_text() + '\n\n@app.get("/more")\nasync def more():\n    return load()\n')
    command = run(
        "fastapi_lint", "check", "--no-cache", "-q", "--output-format", "concise", *paths, cwd=adopted
    )
    flake8 = [run("flake8", "--select", "FAP", jobs, *paths, cwd=adopted).stdout for jobs in ("-j1", "-j2")]
    assert len(_places(command.stdout)) == 1
    assert _places(flake8[0]) == _places(flake8[1]) == _places(command.stdout)


def test_flake8_takes_a_baseline_by_option_too(project: Path, run: Run) -> None:
    run("fastapi_lint", "baseline", "create", "--baseline", "old.json", "-j1", cwd=project)
    assert len(_places(run("flake8", "--select", "FAP", cwd=project).stdout)) == 2
    option = ("--fastapi-lint-baseline", "old.json")
    assert run("flake8", "--select", "FAP", *option, cwd=project).stdout == ""
    (project / ".flake8").write_text("[flake8]\nselect = FAP\nfastapi-lint-baseline = ./old.json\n")
    assert run("flake8", cwd=project).stdout == ""
    missing = run("flake8", "--select", "FAP", "--fastapi-lint-baseline", "none.json", cwd=project)
    assert missing.returncode == 1
    assert "does not exist" in missing.stdout + missing.stderr


def test_a_cached_answer_does_not_outlive_the_baseline(adopted: Path, run: Run) -> None:
    def reported() -> int:
        arguments = ("check", "-q", "--output-format", "concise")
        return len(run("fastapi_lint", *arguments, cwd=adopted).stdout.splitlines())

    assert (reported(), reported()) == (0, 0)
    (adopted / NAME).write_text(render_baseline(read_baseline(str(adopted / NAME))[:1]))
    assert reported() == 1
    os.remove(adopted / NAME)
    assert run("fastapi_lint", "check", cwd=adopted).returncode == 2
