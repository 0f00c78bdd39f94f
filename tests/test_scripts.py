"""The measuring scripts: what they count, on labels and findings made up for the purpose."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def load(path: str) -> ModuleType:
    """A script as a module; scripts are no package."""
    name = Path(path).stem
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


evaluate = load("scripts/evaluate.py")
ecosystem = load("scripts/ecosystem.py")
cold_run = load("benchmarks/cold_run.py")
start_up = load("benchmarks/start_up.py")

SOURCE = """\
async def read(user):
    first = fetch(
        user,
    )
    second = fetch(user)
    if second:
        third = fetch(user)
    cache[user] = await load(user)
    async with Client() as client:
        await client.get(user)
    return quiet(user)
"""


def digest(line: int) -> str:
    return hashlib.sha1(SOURCE.splitlines()[line - 1].strip().encode()).hexdigest()[:10]


def positive(line: int, **changes: object) -> dict[str, object]:
    label = {
        "pkg": "app",
        "file": "app/main.py",
        "line": line,
        "family": "F1",
        "kind": "network",
        "severity": "high",
        "transitive": False,
        "why": "why",
        "uncertain": False,
        "stmt_lines": [line, line],
        "hash": digest(line),
    }
    return {**label, **changes}


def negative(line: int, family: str, **changes: object) -> dict[str, object]:
    label = {"pkg": "app", "file": "app/main.py", "line": line, "family_naive": family, "why": "trap"}
    return {**label, "uncertain": False, "hash": digest(line), **changes}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for package in ("app", "owner+name"):
        file = tmp_path / "sources" / package / "app" / "main.py"
        file.parent.mkdir(parents=True)
        file.write_text(SOURCE)
    return tmp_path / "sources"


def score(data: object, sources: Path, findings: list[tuple[int, str]]) -> object:
    """The evaluation of findings (line and code, all in the one file) against labels."""
    path = sources.parent / "labels.json"
    path.write_text(json.dumps(data))
    found = [evaluate.Finding("app/main.py", line, code, "message") for line, code in findings]
    return evaluate.evaluate(evaluate.load_labels(path), evaluate.Sources(sources), lambda folder: found)


def row(result: object, name: str, table: str = "by family") -> object:
    return next(row for row in evaluate.rows(result)[table] if row.name == name)


def labels(positives: list[object], negatives: list[object] = (), lines: object = None) -> dict[str, object]:
    ranges = [{"pkg": "app", "file": "app/main.py", "lines": lines}] if lines else []
    return {"positives": positives, "negatives": list(negatives), "exhaustive_files": ranges}


def test_a_finding_within_the_statement_is_a_hit_and_one_beside_it_is_not(sources: Path) -> None:
    data = labels([positive(2, stmt_lines=[2, 4]), positive(5)])
    result = score(data, sources, [(3, "FAP102"), (6, "FAP102")])
    assert row(result, "F1").counted == (1, 2)
    assert evaluate.listings(result)["misses that count"] == ["app/app/main.py:5 F1 network high direct: why"]


def test_a_finding_of_another_family_is_no_hit(sources: Path) -> None:
    result = score(labels([positive(5)]), sources, [(5, "FAP301"), (5, "FAP203")])
    assert row(result, "F1").counted == (0, 1)


def test_recall_of_the_first_family_counts_high_severity_and_tells_the_rest_apart(sources: Path) -> None:
    data = labels([positive(5), positive(7, severity="low", transitive=True)])
    result = score(data, sources, [(5, "FAP101")])
    assert row(result, "F1").counted == (1, 1)
    assert row(result, "F1").any_severity == (1, 2)
    assert row(result, "F1 direct", "direct and transitive").any_severity == (1, 1)
    assert row(result, "F1 transitive", "direct and transitive").any_severity == (0, 1)
    assert len(evaluate.listings(result)["misses of lower severity"]) == 1


def test_uncertain_labels_count_neither_as_hit_nor_as_miss_but_explain_findings(sources: Path) -> None:
    data = labels([positive(5, uncertain=True), positive(7)], lines=[1, 9])
    result = score(data, sources, [(5, "FAP102"), (7, "FAP102"), (2, "FAP102")])
    assert row(result, "F1").counted == (1, 1)
    assert (row(result, "F1").explained, row(result, "F1").unexplained) == (2, 1)
    assert evaluate.listings(result)["unexplained findings in exhaustive ranges"] == [
        "app/app/main.py:2 FAP102 message"
    ]


def test_readings_stand_beside_the_figures_and_change_none(sources: Path, tmp_path: Path) -> None:
    result = score(
        labels([positive(7)], lines=[1, 9]), sources, [(7, "FAP102"), (2, "FAP102"), (3, "FAP102")]
    )
    file = tmp_path / "readings.json"
    reading = {"pkg": "app", "file": "app/main.py", "code": "FAP102", "why": "it does wait"}
    file.write_text(json.dumps([{**reading, "hash": digest(2), "verdict": "right"}]))
    text = evaluate.render_readings(result, evaluate.Sources(sources), evaluate.load_readings(file))
    assert "F1: 1 right, 0 wrong, 0 arguable, 1 not read; precision 2/3 66.7 %" in text
    assert "app/app/main.py:2 FAP102 right: it does wait" in text
    assert (row(result, "F1").explained, row(result, "F1").unexplained) == (1, 2)


def test_a_reading_needs_a_verdict_that_is_known(tmp_path: Path) -> None:
    file = tmp_path / "readings.json"
    reading = {
        "pkg": "app",
        "file": "main.py",
        "hash": "x",
        "code": "FAP102",
        "why": "",
        "verdict": "perhaps",
    }
    file.write_text(json.dumps([reading]))
    with pytest.raises(ValueError, match="'perhaps' is none of right, wrong, arguable"):
        evaluate.load_readings(file)


def test_findings_outside_the_exhaustive_ranges_do_not_touch_precision(sources: Path) -> None:
    result = score(labels([positive(5)], lines=[4, 6]), sources, [(7, "FAP102")])
    assert row(result, "F1").precision is None


def test_alarms_are_findings_of_the_family_on_the_line(sources: Path) -> None:
    data = labels([positive(5)], [negative(7, "F1"), negative(2, "F1"), negative(11, "F3")])
    result = score(data, sources, [(7, "FAP102"), (7, "FAP103"), (3, "FAP102"), (11, "FAP101")])
    assert row(result, "F1").alarms == (1, 2)
    assert row(result, "F3").alarms == (0, 1)
    assert evaluate.listings(result)["alarms"] == [
        "app/app/main.py:7 FAP102 message  [labelled: trap]",
        "app/app/main.py:7 FAP103 message  [labelled: trap]",
    ]


def test_cache_fills_and_closed_clients_are_accounted_apart(sources: Path) -> None:
    fill = positive(8, family="F2", kind="cache-fill", severity="medium")
    closed = positive(
        9, family="F4", kind="per-request", severity="low", why="per call (closed by async with)"
    )
    leaked = positive(10, family="F4", kind="per-request", severity="medium", why="never closed")
    data = labels([fill, closed, leaked], [negative(5, "F2")])
    result = score(data, sources, [(8, "FAP209"), (5, "FAP209"), (9, "FAP412"), (10, "FAP412")])
    assert row(result, "F2 cache-fill").counted == (1, 1)
    assert row(result, "F2").alarms == (0, 1)
    assert row(result, "F4 closed").counted == (1, 1)
    assert row(result, "F4").counted == (0, 1)


def test_a_label_of_another_version_of_the_file_is_listed_and_left_out(sources: Path) -> None:
    stale = [positive(5, hash="0000000000"), {**positive(5), "line": 99}, positive(7, pkg="absent")]
    result = score(labels(stale), sources, [(5, "FAP102")])
    assert result.outcomes == []
    assert evaluate.listings(result)["labels left out"] == [
        "absent: no sources (1 labels)",
        "app/app/main.py:5 F1: the line differs",
        "app/app/main.py:99 F1: no such line",
    ]


def test_the_list_format_accepts_the_whole_statement_the_sink_and_any_hop(sources: Path) -> None:
    def label(kind: str, line: int, **changes: object) -> dict[str, object]:
        fields = {"repo": "owner/name", "file": "app/main.py", "line": line, "label": kind, "family": "F1"}
        more = {"sub": "transitive", "severity": "med", "why": "why", "hash": digest(line)}
        return {**fields, **more, **changes}

    data = [
        label("TP", 3),
        label("TP", 6, chain=["app/main.py:6", "app/main.py:11"]),
        label("TP", 10, sink="app/main.py:5"),
        label("uncertain", 8),
        label("TN", 7),
    ]
    result = score(data, sources, [(2, "FAP102"), (11, "FAP102"), (5, "FAP102"), (7, "FAP102")])
    assert row(result, "F1").any_severity == (3, 3)
    assert row(result, "F1").alarms == (1, 1)
    assert [label.severity for label, _ in result.outcomes] == ["medium"] * 3


def test_a_header_line_does_not_stand_for_the_body_below_it(sources: Path) -> None:
    assert evaluate.Sources(sources).statement("app", "app/main.py", 6) == (6, 6)
    assert evaluate.Sources(sources).statement("app", "app/main.py", 3) == (2, 4)


def test_labels_can_be_narrowed_to_a_family_and_a_package(sources: Path) -> None:
    path = sources.parent / "labels.json"
    path.write_text(json.dumps(labels([positive(5), positive(8, family="F2")], [negative(7, "F1")])))
    everything = evaluate.load_labels(path)
    only = everything.only("F1", [])
    assert [len(only.positives), len(only.negatives)] == [1, 1]
    assert everything.only(None, ["other"]).packages == []


def test_the_report_and_its_json_twin_say_the_same(sources: Path) -> None:
    result = score(labels([positive(5), positive(7)], lines=[1, 9]), sources, [(5, "FAP102")])
    assert "1/2 50.0 %" in evaluate.render(result)
    tables = json.loads(evaluate.as_json(result))["tables"]
    assert [(entry["name"], entry["recall"], entry["precision"]) for entry in tables["by family"]] == [
        ("F1", 0.5, 1.0)
    ]


# --- ecosystem ------------------------------------------------------------------------------


def test_a_list_is_read_and_what_is_not_pinned_refused() -> None:
    assert ecosystem.pinned("# applications\na==1.0  # first\n\nb-c==2\n") == ["a==1.0", "b-c==2"]
    with pytest.raises(ValueError, match="not pinned: b"):
        ecosystem.pinned("b>=2\n")


def test_only_python_files_that_stay_inside_are_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        for name in ("a/main.py", "a/data.txt", "../outside.py", "/absolute.py"):
            wheel.writestr(name, "x = 1\n")
    assert ecosystem.unpack(archive, tmp_path / "out" / "a") == 1
    assert [path.name for path in tmp_path.rglob("*.py")] == ["main.py"]


def dumped(*findings: list[object]) -> dict[str, object]:
    return {"packages": {"app": list(findings)}}


def test_findings_that_appear_disappear_and_change_their_words() -> None:
    before = dumped(["a.py", 1, 1, "FAP101", "old"], ["a.py", 2, 1, "FAP102", "gone"])
    after = dumped(["a.py", 1, 1, "FAP101", "new"], ["a.py", 3, 1, "FAP103", "come"])
    change = ecosystem.compare(before, after)
    assert [text for _, text in change.appeared] == ["come"]
    assert [text for _, text in change.disappeared] == ["gone"]
    assert [(was, now) for _, was, now in change.reworded] == [("old", "new")]
    text = ecosystem.render(change)
    assert "- app/a.py:2:1: FAP102 gone" in text
    assert "+ app/a.py:3:1: FAP103 come" in text
    assert text.endswith("1 appeared, 1 disappeared, 1 with another message")


FAKE_LINTER = """
from types import SimpleNamespace
def lint(paths):
    span = SimpleNamespace(line=1, column=1)
    found = [SimpleNamespace(path=str(paths[0] / "a.py"), span=span, code=code, message="m") for code in CODES]
    return SimpleNamespace(diagnostics=found)
CODES = {codes}
"""


def test_two_revisions_are_run_each_with_its_own_linter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = tmp_path / "repository"
    package = repository / "src" / "fastapi_lint"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("__version__ = '0'\n")
    (tmp_path / "sources" / "app").mkdir(parents=True)

    def git(*arguments: str) -> None:
        names = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(repository), *names, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    (package / "linter.py").write_text(FAKE_LINTER.replace("{codes}", "['FAP101', 'FAP102']"))
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    (package / "linter.py").write_text(FAKE_LINTER.replace("{codes}", "['FAP102', 'FAP103']"))
    monkeypatch.setattr(ecosystem, "REPOSITORY", repository)
    sources = ["--sources", str(tmp_path / "sources")]
    assert ecosystem.main(["compare", *sources, "--before", "HEAD"]) == 1
    output = capsys.readouterr().out
    assert "- app/a.py:1:1: FAP101 m" in output
    assert "+ app/a.py:1:1: FAP103 m" in output
    assert "FAP102" not in output
    assert ecosystem.main(["compare", *sources, "--before", "HEAD", "--after", "HEAD"]) == 0


# --- benchmarks -----------------------------------------------------------------------------


def test_the_cost_of_a_process_includes_its_children() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"
    assert cold_run.measure([sys.executable, "-c", parent]).cpu >= 0.3


def test_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(SystemExit, match="exit code 3"):
        cold_run.measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_cold_run_is_told_as_ratios_to_the_parse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text(SOURCE)
    assert cold_run.main([str(tmp_path), "--repeats", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"1 files, {len(SOURCE.splitlines())} lines")
    assert [line[:20].strip() for line in lines[2:]] == ["parse with LibCST", "check -j1", "check -j2"]
    assert lines[2].split()[-2:] == ["1.00", "1.00"]


def test_start_up_measures_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert start_up.main(["--repeats", "1"]) == 0
    told = [line[:24].strip() for line in capsys.readouterr().out.splitlines()[1:]]
    assert told == list(start_up.COMMANDS)
