"""The harness itself: a marker that is misread would make every fixture worthless."""

from __future__ import annotations

import pytest

from expectations import Expectation, Finding, disagreements, read_markers


def test_markers_are_read_from_comments_only() -> None:
    source = (
        'a = "# error: FAP101"\nb()  # error: FAP101 "x", FAP203\nc()  # missed: FAP102\n# nothing here\n'
    )
    assert read_markers(source, "m.py") == [
        Expectation("error", "m.py", 2, "FAP101", "x"),
        Expectation("error", "m.py", 2, "FAP203", ""),
        Expectation("missed", "m.py", 3, "FAP102", ""),
    ]


def test_markers_are_read_from_a_file_that_does_not_parse() -> None:
    assert read_markers("def broken(:  # error: FAP001\n", "m.py") == [
        Expectation("error", "m.py", 1, "FAP001", "")
    ]


@pytest.mark.parametrize(
    "comment", ["# error: FAP1", "# error: FAP101 because", "# missed:", "# error: FAP101,FAP102"]
)
def test_a_misspelt_marker_is_an_error(comment: str) -> None:
    with pytest.raises(ValueError, match="not a marker"):
        read_markers(f"x = 1  {comment}\n", "m.py")


EXPECTED = [Expectation("error", "m.py", 2, "FAP101", "sleep")]
FOUND = [Finding("m.py", 2, "FAP101", "`time.sleep` blocks")]


def test_findings_that_agree() -> None:
    assert disagreements(EXPECTED, FOUND) == []


@pytest.mark.parametrize(
    ("expected", "found", "problem"),
    [
        (EXPECTED, [], "not found: "),
        ([], FOUND, "false alarm: "),
        (EXPECTED, [FOUND[0]._replace(line=3)], "not found: "),
        (EXPECTED, [FOUND[0]._replace(code="FAP102")], "not found: "),
        (EXPECTED, [FOUND[0]._replace(message="`nap` blocks")], "message without the text: "),
        ([EXPECTED[0]._replace(kind="missed")], FOUND, "is found now"),
        ([EXPECTED[0]._replace(kind="false")], [], "no longer found"),
    ],
)
def test_every_way_to_disagree_is_reported(
    expected: list[Expectation], found: list[Finding], problem: str
) -> None:
    assert disagreements(expected, found)[0].startswith(problem)


def test_a_known_missed_alarm_is_no_problem_while_it_is_missed() -> None:
    assert disagreements([EXPECTED[0]._replace(kind="missed")], []) == []
