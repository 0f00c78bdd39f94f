"""What CI systems read: SARIF, GitHub's annotations, GitLab's code quality, JUnit; and the golden files of all formats."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from fastapi_lint.diagnostics import Diagnostic, Severity, Span, Step
from fastapi_lint.reporters.fingerprints import fingerprints, line_hashes
from fastapi_lint.reporters.formats import DOCUMENTS, FOR_READERS, render
from fastapi_lint.reporters.github import render_github
from fastapi_lint.rules import all_rules
from fastapi_lint.settings import OUTPUT_FORMATS
from fastapi_lint.sources import split_lines
from golden_files import DIRECTORY, FILES, FINDINGS, NAMES, ROOT, SURROUNDINGS, rendered

SCHEMAS = Path(__file__).resolve().parent / "schemas"
_SARIF = Draft7Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8")))
_AWKWARD = (
    FINDINGS[2]._replace(
        path=f"{ROOT}/a b/caf\udce9 %.py",
        message='a \x1b[31m, \x00, \ud800, ]]> <tag attribute="\'"> & ::error::x\nsecond line, `unpaired | [x](y)',
        routes=("GET /<x>", "GET /`y`"),
        chain=(Step("/p\x01.py", Span(1, 1, 1, 2), "<lambda>", "f(']]>')\x00"),),
    ),
)


def test_there_is_a_golden_file_for_every_format() -> None:
    assert set(NAMES) == set(OUTPUT_FORMATS)
    assert {path.name for path in DIRECTORY.iterdir()} == set(NAMES.values())


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_the_golden_file_is_what_is_rendered(output_format: str) -> None:
    golden = (DIRECTORY / NAMES[output_format]).read_text(encoding="utf-8")
    assert rendered(output_format) == golden, "meant? then run `python tests/golden_files.py`"


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_every_format_ends_its_last_line_and_bears_any_text(output_format: str) -> None:
    for findings in (_AWKWARD, FINDINGS):
        assert render(output_format, findings, SURROUNDINGS).endswith("\n")
    nothing = render(output_format, [], SURROUNDINGS)
    assert nothing == "" or output_format in DOCUMENTS | {"markdown"}
    assert FOR_READERS.isdisjoint(DOCUMENTS)


@pytest.mark.parametrize("output_format", sorted(DOCUMENTS - {"json-lines"}))
def test_a_document_is_plain_ascii(output_format: str) -> None:
    assert render(output_format, [*FINDINGS, *_AWKWARD], SURROUNDINGS).isascii()


# --- SARIF ------------------------------------------------------------------------------------


def _log(*findings: Diagnostic) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render("sarif", findings, SURROUNDINGS))
    return log


@pytest.mark.parametrize("findings", [(), FINDINGS, _AWKWARD], ids=["none", "some", "awkward"])
def test_sarif_is_valid(findings: tuple[Diagnostic, ...]) -> None:
    assert [error.message for error in _SARIF.iter_errors(_log(*findings))] == []


def test_the_schema_finds_mistakes() -> None:
    log = _log(*FINDINGS)
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert len(list(_SARIF.iter_errors(log))) == 1


def test_sarif_describes_every_rule_as_github_wants_it() -> None:
    one_of_each = [
        FINDINGS[0]._replace(code=rule.code, name=rule.name, severity=rule.severity) for rule in all_rules()
    ]
    driver = _log(*one_of_each)["runs"][0]["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in all_rules()]
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", driver["semanticVersion"])
    for rule in driver["rules"]:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["markdown"].startswith(f"# {rule['id']}: ")
        assert rule["helpUri"].startswith("https://")
        assert rule["properties"]["precision"] in ("high", "medium", "low")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert "security-severity" not in rule["properties"]
        assert 0 < len(rule["properties"]["tags"]) <= 10
    whys = {rule["fullDescription"]["text"] for rule in driver["rules"]}
    assert len(whys) == len(driver["rules"])


def test_sarif_names_files_from_the_root_of_the_repository() -> None:
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in _log(*FINDINGS)["runs"][0]["results"]
    ]
    assert uris[0] == {"uri": "app/main.py", "uriBaseId": "%SRCROOT%"}
    assert uris[2] == {"uri": "app/%C3%A9t%C3%A9%20%5B1%5D.py", "uriBaseId": "%SRCROOT%"}
    assert uris[3] == {"uri": "file:///elsewhere/gone.py"}


def test_sarif_tells_the_chain_as_code_flow_and_as_links() -> None:
    result = _log(FINDINGS[0])["runs"][0]["results"][0]
    [flow] = result["codeFlows"]
    [thread] = flow["threadFlows"]
    steps = [
        (
            step["location"]["physicalLocation"]["artifactLocation"]["uri"],
            step["location"]["physicalLocation"]["region"]["startLine"],
            step["location"]["message"]["text"],
            step["nestingLevel"],
        )
        for step in thread["locations"]
    ]
    assert steps == [
        ("app/main.py", 6, "load_user(id)", 0),
        ("app/users.py", 2, "fetch(id)", 1),
        ("app/http.py", 4, "requests.get(f'/{id}')", 2),
    ]
    related = {location["id"]: location["message"]["text"] for location in result["relatedLocations"]}
    assert related == {2: "fetch(id)", 3: "requests.get(f'/{id}')"}
    links = re.findall(r"(?<!\\)\[([^\]]+)\]\((\d+)\)", result["message"]["text"])
    assert links == [("app/http.py:4", "3")]
    alone = _log(FINDINGS[2])["runs"][0]["results"][0]
    assert "codeFlows" not in alone
    assert r"count\[*\]" in alone["message"]["text"]


def test_sarif_levels_follow_severity() -> None:
    levels = [result["level"] for result in _log(*FINDINGS)["runs"][0]["results"]]
    assert levels == ["error", "error", "warning", "note"]


# --- fingerprints -----------------------------------------------------------------------------


def _prints(files: dict[str, str], *findings: Diagnostic) -> list[str]:
    return fingerprints(findings, lambda path: split_lines(files.get(path, "")), ROOT)


def test_fingerprints_are_distinct_and_survive_lines_above() -> None:
    same = FINDINGS[0]
    prints = _prints(FILES, *FINDINGS, same)
    assert len(set(prints)) == 5
    main = f"{ROOT}/app/main.py"
    moved_files = {**FILES, main: "\n\n" + FILES[main].replace("return load", "return  load")}
    moved = [
        one._replace(span=Span(one.span.line + 2, 1, one.span.line + 2, 9)) if one.path == main else one
        for one in FINDINGS
    ]
    assert _prints(moved_files, *moved) == prints[:4]
    renamed = FINDINGS[0]._replace(code="FAP103")
    assert _prints(FILES, renamed)[0] not in prints


def _by_definition(text: str) -> dict[int, str]:
    """GitHub's line hash, written down character by character as its documentation of the window tells."""
    characters: list[tuple[int, int | None]] = []
    line, at_start = 0, True
    for character in [*re.sub(r"\r\n?", "\n", text), "\uffff"]:
        if character in " \t":
            continue
        if at_start:
            line += 1
        characters.append((ord(character), line if at_start else None))
        at_start = character == "\n"
    counts: dict[int, int] = {}
    result = {}
    for position, (_, starts) in enumerate(characters):
        if starts is not None:
            window = [code for code, _ in characters[position : position + 100]]
            value = sum(code * 37 ** (99 - index) for index, code in enumerate(window)) % 2**64
            counts[value] = counts.get(value, 0) + 1
            result[starts] = f"{value:x}:{counts[value]}"
    return result


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a\n",
        " a\nb\n  \t\tc\n d",
        "x\r\ny\r\n\r\n",
        "same line\n" * 30,
        "é = '漢'\n\n\n" + "z" * 300,
    ],
)
def test_the_line_hash_is_the_one_that_github_computes(text: str) -> None:
    expected = _by_definition(text)
    assert line_hashes(split_lines(text), range(1, len(expected) + 1)) == expected


def test_a_line_that_is_not_there_has_no_hash() -> None:
    assert line_hashes(["a\n"], [7]) == {}
    assert line_hashes([], [1]) == _by_definition("")


def test_a_finding_beyond_the_end_of_its_file_has_a_fingerprint_too() -> None:
    [result] = _log(FINDINGS[3])["runs"][0]["results"]
    assert result["partialFingerprints"]["primaryLocationLineHash"] == "0:1"


# --- GitHub -----------------------------------------------------------------------------------

_COMMAND = re.compile(r"^::(error|warning|notice) ([^:]*)::(.*)$")


def _annotations(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them."""

    def unescaped(value: str) -> str:
        for character in "\n\r:,":
            value = value.replace(f"%{ord(character):02X}", character)
        return value.replace("%25", "%")

    found = []
    for line in text.splitlines():
        if match := _COMMAND.match(line):
            pairs = (pair.split("=", 1) for pair in match[2].split(","))
            fields = {name: unescaped(value) for name, value in pairs}
            found.append((match[1], fields, unescaped(match[3])))
    return found


def test_github_gets_severity_place_and_text_back() -> None:
    finding = FINDINGS[2]._replace(
        path=f"{ROOT}/a,b:c%2C.py", message="100 %0A, a: b\nsecond", span=Span(3, 5, 3, 9)
    )
    [(level, fields, message)] = _annotations(render_github([finding], repository=ROOT))
    assert level == "warning"
    assert fields == {
        "file": "a,b:c%2C.py",
        "line": "3",
        "col": "5",
        "endColumn": "9",
        "title": "FAP202 unlocked-global-update-across-await",
    }
    assert message.startswith("100 %0A, a: b\nsecond\nhttps://")


def test_github_gets_no_columns_of_several_lines() -> None:
    [(_, fields, _)] = _annotations(render_github([FINDINGS[2]], repository=ROOT))
    assert (fields["line"], fields["endLine"]) == ("1", "3")
    assert "col" not in fields


def test_github_is_told_what_it_would_have_dropped() -> None:
    errors = [FINDINGS[0]._replace(span=Span(line, 1, line, 2)) for line in range(1, 15)]
    warnings = [one._replace(severity=Severity.WARNING) for one in errors[:10]]
    infos = [one._replace(severity=Severity.INFO) for one in errors[:10]]
    text = render_github([*infos, *warnings, *errors], repository=ROOT)
    annotations = _annotations(text)
    levels = [level for level, _, _ in annotations]
    assert levels == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert annotations[-1][2].startswith("5 more findings not annotated")
    plain = [line for line in text.splitlines() if not line.startswith("::")]
    assert [line.partition(" ")[0] for line in plain] == [
        *(f"app/main.py:{line}:1:" for line in range(11, 15)),
        "app/main.py:10:1:",
    ]
    assert "not annotated" not in render_github(errors[:10], repository=ROOT)


def test_nothing_in_a_message_becomes_a_command() -> None:
    text = render_github([*_AWKWARD * 30], repository=ROOT)
    commands = [line for line in text.splitlines() if "::error" in line]
    assert all(line.startswith("::warning file=") for line in commands)
    assert all(line.startswith(("::warning file=", "::notice title=", "a b/")) for line in text.splitlines())


# --- GitLab -----------------------------------------------------------------------------------

_GITLAB_ISSUE = Draft7Validator(
    {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "not": {"pattern": r"^\./|\\"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    }
)


def test_gitlab_issues_have_what_its_documentation_asks_for() -> None:
    issues = json.loads(render("gitlab", [*FINDINGS, *FINDINGS], SURROUNDINGS))
    assert [error.message for issue in issues for error in _GITLAB_ISSUE.iter_errors(issue)] == []
    assert [issue["severity"] for issue in issues[:4]] == ["major", "major", "minor", "info"]
    assert issues[0]["location"]["path"] == "app/main.py"
    assert len({issue["fingerprint"] for issue in issues}) == 8
    assert json.loads(render("gitlab", [], SURROUNDINGS)) == []


# --- JUnit ------------------------------------------------------------------------------------

_XS = "{http://www.w3.org/2001/XMLSchema}"


class _JUnitSchema:
    """The part of XML Schema that `junit-10.xsd` uses: elements, their attributes and children, simple patterns."""

    def __init__(self) -> None:
        schema = ElementTree.parse(SCHEMAS / "junit-10.xsd").getroot()
        self._elements = {element.attrib["name"]: element for element in schema.findall(f"{_XS}element")}
        self._patterns = {
            simple.attrib["name"]: simple.find(f".//{_XS}pattern").attrib["value"]  # type: ignore[union-attr]
            for simple in schema.findall(f"{_XS}simpleType")
        }

    def errors(self, element: ElementTree.Element) -> list[str]:
        """What is wrong with an element and everything in it."""
        declared = self._elements.get(element.tag)
        if declared is None:
            return [f"no element {element.tag}"]
        found = []
        attributes = {one.attrib["name"]: one.attrib for one in declared.iter(f"{_XS}attribute")}
        for name, value in element.attrib.items():
            if name not in attributes:
                found.append(f"{element.tag}: no attribute {name}")
            elif not re.fullmatch(self._patterns.get(attributes[name]["type"], ".*"), value, re.DOTALL):
                found.append(f"{element.tag}: {name}={value}")
        found += [
            f"{element.tag}: {name} is missing"
            for name, one in attributes.items()
            if one.get("use") == "required" and name not in element.attrib
        ]
        is_mixed = any("mixed" in one.attrib for one in declared.iter(f"{_XS}complexType"))
        if (element.text or "").strip() and not is_mixed:
            found.append(f"{element.tag}: text")
        children = {one.attrib["ref"] for one in declared.iter(f"{_XS}element") if "ref" in one.attrib}
        for child in element:
            found += [] if child.tag in children else [f"{element.tag}: no child {child.tag}"]
            found += self.errors(child)
        return found


_JUNIT = _JUnitSchema()


@pytest.mark.parametrize("findings", [(), FINDINGS, _AWKWARD], ids=["none", "some", "awkward"])
def test_junit_is_valid_and_its_counts_are_right(findings: tuple[Diagnostic, ...]) -> None:
    root = ElementTree.fromstring(render("junit", findings, SURROUNDINGS))
    assert root.tag == "testsuites"
    assert _JUNIT.errors(root) == []
    failures = root.findall("./testsuite/testcase/failure")
    assert len(failures) == len(findings) == int(root.attrib["failures"])
    assert int(root.attrib["tests"]) == len(root.findall("./testsuite/testcase")) == max(1, len(findings))
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite)
    messages = [failure.attrib["message"] for failure in failures]
    if findings is FINDINGS:
        assert messages == [finding.message for finding in findings]


def test_the_junit_schema_finds_mistakes() -> None:
    text = render("junit", FINDINGS, SURROUNDINGS)
    for old, new in (
        ("<failure ", "<fault "),
        (' tests="2"', ""),
        ('time="0.000"/', 'time="x"/'),
        ("classname", "file"),
    ):
        wrong = text.replace("failure>", "fault>") if "failure" in old else text
        wrong = wrong.replace(old, new)
        if wrong != text:
            assert _JUNIT.errors(ElementTree.fromstring(wrong)) != []
