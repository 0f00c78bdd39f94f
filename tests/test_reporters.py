"""Findings as text: exact frames, exact JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from fastapi_lint.diagnostics import Diagnostic, Edit, Fix, Severity, Span, Step
from fastapi_lint.pages import page_url
from fastapi_lint.reporters.causes import by_cause, routes_of
from fastapi_lint.reporters.concise import render_concise, render_grouped
from fastapi_lint.reporters.full import render_full
from fastapi_lint.reporters.machine import render_json, render_json_lines
from fastapi_lint.reporters.summary import (
    Totals,
    relative_path,
    render_statistics,
    render_statistics_json,
    summarize,
)
from fastapi_lint.sources import decode, file_reader, split_lines

_FILES = {
    "/p/app/main.py": (
        "from app.users import load_user\n\n\n@app.get('/users/{id}')\n"
        "async def get_user(id: int):\n    return load_user(id)\n"
    ),
    "/p/app/users.py": "def load_user(id):\n    return fetch(id)\n",
    "/p/app/http.py": "import requests\n\ndef fetch(id):\n    return requests.get(f'/{id}')\n",
}
_HELP = "use `httpx.AsyncClient`, or `await run_in_threadpool(load_user, id)`"
_CHAIN = (
    Step("/p/app/main.py", Span(6, 12, 6, 25), "get_user", "load_user(id)"),
    Step("/p/app/users.py", Span(2, 12, 2, 21), "load_user", "fetch(id)"),
    Step("/p/app/http.py", Span(4, 12, 4, 34), "fetch", "requests.get(f'/{id}')"),
)
_FINDING = Diagnostic(
    code="FAP102",
    name="blocking-network-call-on-event-loop",
    message=f"`requests.get` blocks the event loop; {_HELP}",
    path="/p/app/main.py",
    span=Span(6, 12, 6, 25),
    help=_HELP,
    chain=_CHAIN,
    routes=("GET /users/{id}", "GET /me", "POST /x", "PUT /x", "PATCH /x"),
)


def _full(
    *findings: Diagnostic, files: dict[str, str] | None = None, width: int = 80, color: bool = False
) -> str:
    texts = _FILES if files is None else files
    return render_full(
        findings, read=lambda path: split_lines(texts.get(path, "")), base="/p", width=width, color=color
    )


def test_full_shows_the_finding_its_chain_and_the_way_out() -> None:
    assert _full(_FINDING) == (
        "FAP102 error[blocking-network-call-on-event-loop]: `requests.get` blocks the\n"
        "  event loop\n"
        " --> app/main.py:6:12\n"
        "  |\n"
        "4 | @app.get('/users/{id}')\n"
        "5 | async def get_user(id: int):\n"
        "6 |     return load_user(id)\n"
        "  |            ^^^^^^^^^^^^^\n"
        "note: called from here, in `load_user`\n"
        " --> app/users.py:2:12\n"
        "  |\n"
        "2 |     return fetch(id)\n"
        "  |            ^^^^^^^^^\n"
        "note: blocks here, in `fetch`\n"
        " --> app/http.py:4:12\n"
        "  |\n"
        "4 |     return requests.get(f'/{id}')\n"
        "  |            ^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: use `httpx.AsyncClient`, or `await run_in_threadpool(load_user, id)`\n"
        "  = reached by: GET /users/{id}, GET /me, POST /x and 2 more\n"
        "  = https://github.com/fastapi-lint/fastapi-lint/blob/main/docs/rules/FAP102.md\n"
        "\n"
    )


def test_full_of_a_finding_that_stands_in_the_middle_of_its_chain() -> None:
    text = _full(_FINDING._replace(path=_CHAIN[1].path, span=_CHAIN[1].span))
    places = [line.strip() for line in text.splitlines() if "-->" in line]
    assert places == ["--> app/users.py:2:12", "--> app/main.py:6:12", "--> app/http.py:4:12"]
    notes = [line for line in text.splitlines() if line.startswith("note")]
    assert notes == ["note: called from here, in `get_user`", "note: blocks here, in `fetch`"]


def test_full_without_chain_help_or_routes() -> None:
    finding = Diagnostic(
        "FAP313", "path-without-leading-slash", "no slash", "/p/app/users.py", Span(1, 5, 1, 14)
    )
    assert _full(finding) == (
        "FAP313 error[path-without-leading-slash]: no slash\n"
        " --> app/users.py:1:5\n"
        "  |\n"
        "1 | def load_user(id):\n"
        "  |     ^^^^^^^^^\n"
        "2 |     return fetch(id)\n"
        f"  = {page_url('FAP313')}\n"
        "\n"
    )


def test_the_steps_of_a_finding_that_blocks_nothing_speak_for_themselves() -> None:
    finding = _FINDING._replace(code="FAP201", name="unlocked-app-state-update-across-await")
    assert "note: fetch(id)\n" in _full(finding)
    assert "blocks here" not in _full(finding)


def test_full_without_the_file() -> None:
    text = _full(_FINDING._replace(chain=()), files={})
    assert " --> app/main.py:6:12\n  = help" in text.replace("   =", "  =")
    assert "^" not in text


def test_a_span_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    files = {"/p/x.py": "value = call(\n    1,\n)\n"}
    finding = _FINDING._replace(path="/p/x.py", span=Span(1, 9, 3, 2), chain=())
    assert "1 | value = call(\n  |         ^^^^^\n2 |     1,\n3 | )\n" in _full(finding, files=files)


def test_a_span_beyond_the_line_still_has_a_caret() -> None:
    finding = _FINDING._replace(path="/p/x.py", span=Span(1, 9, 1, 9), chain=())
    assert "1 | x = 1\n  |      ^\n" in _full(finding, files={"/p/x.py": "x = 1\n"})


def test_carets_stand_under_the_text_behind_tabs_and_wide_characters() -> None:
    line = "\tx = '漢字', call(1)\n"
    column = line.index("call") + 1
    files = {"/p/x.py": line}
    finding = _FINDING._replace(path="/p/x.py", span=Span(1, column, 1, column + 7), chain=())
    shown, carets = _full(finding, files=files).splitlines()[4:6]
    assert shown == "1 |     x = '漢字', call(1)"
    assert cell_len(shown[: shown.index("call")]) == carets.index("^")
    assert carets.count("^") == 7


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("letter", ["a", "漢"])
def test_long_lines_are_cut_around_the_span(width: int, letter: str) -> None:
    line = f"x = ['{letter * 300}', call(1), '{letter * 300}']\n"
    column = line.index("call") + 1
    finding = _FINDING._replace(path="/p/x.py", span=Span(1, column, 1, column + 7), chain=(), help="")
    text = _full(finding, files={"/p/x.py": line}, width=width)
    at = next(number for number, row in enumerate(text.splitlines()) if row.startswith("1 |"))
    shown, carets = text.splitlines()[at : at + 2]
    assert cell_len(shown) <= width
    assert shown.startswith("1 | …")
    assert shown.endswith("…")
    assert cell_len(shown[: shown.index("call(1)")]) == carets.index("^")
    assert carets.count("^") == 7


def test_a_span_longer_than_the_line_may_be_is_cut_too() -> None:
    line = f"call({'a' * 500})\n"
    finding = _FINDING._replace(path="/p/x.py", span=Span(1, 1, 1, len(line)), chain=(), help="", message="m")
    text = _full(finding, files={"/p/x.py": line}, width=60)
    assert all(cell_len(row) <= 60 for row in text.splitlines() if "http" not in row)


def test_characters_that_a_terminal_obeys_are_not_passed_on() -> None:
    files = {"/p/x.py": "x = '\x1b[31m\u202e'; call(1)\n"}
    finding = _FINDING._replace(path="/p/x.py", span=Span(1, 1, 1, 2), chain=(), message="m \x1b[2J")
    text = _full(finding, files=files)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_color_changes_nothing_but_colors() -> None:
    colored = _full(_FINDING, color=True)
    assert "\x1b[1;31mFAP102" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == _full(_FINDING)
    warning = _full(_FINDING._replace(severity=Severity.WARNING), color=True)
    assert "\x1b[1;33mFAP102" in warning


def _reached(line: int, *routes: str, advice: str = "do it") -> Diagnostic:
    """A finding on a line of `main.py` that ends in the same call as all others of its kind."""
    span = Span(line, 12, line, 25)
    function = f"outer.endpoint_{line}"
    return _FINDING._replace(
        span=span,
        chain=(Step("/p/app/main.py", span, function, "load_user(id)"), *_CHAIN[1:]),
        routes=routes,
        cause="`requests.get` waits",
        message=f"m; {advice}",
        help=advice,
    )


def test_findings_with_one_cause_are_one_group() -> None:
    one, two, three = _reached(1), _reached(2, "GET /a"), _reached(3)
    alone = _FINDING._replace(span=Span(4, 1, 4, 2))
    other_rule, other_end = one._replace(code="FAP103"), one._replace(chain=one.chain[:2])
    assert by_cause([one, alone, two, other_rule, three, other_end, alone]) == [
        [two, one, three],
        [alone],
        [other_rule],
        [other_end],
        [alone],
    ]


def test_the_most_harmful_come_first() -> None:
    few, many = _reached(1, "GET /b"), _reached(2, "GET /a", "GET /b")
    every = _reached(3, "every request")
    [group] = by_cause([few, many, every])
    assert group == [every, many, few]
    assert routes_of(group) == ["every request", "GET /b", "GET /a"]


def test_full_says_a_cause_once_and_lists_the_places() -> None:
    text = _full(_reached(1, "GET /a"), _reached(6, "GET /b", "every request"))
    assert text == (
        "FAP102 error[blocking-network-call-on-event-loop]: `requests.get` waits\n"
        " --> app/http.py:4:12\n"
        "  |\n"
        "3 | def fetch(id):\n"
        "4 |     return requests.get(f'/{id}')\n"
        "  |            ^^^^^^^^^^^^^^^^^^^^^^ blocks here, in `fetch`\n"
        "note: reached from 2 places on the event loop\n"
        "  app/main.py:6:12 in `outer.endpoint_6`, through `load_user`\n"
        "  app/main.py:1:12 in `outer.endpoint_1`, through `load_user`\n"
        "  = help: do it\n"
        "  = reached by: every request, GET /b, GET /a\n"
        "  = https://github.com/fastapi-lint/fastapi-lint/blob/main/docs/rules/FAP102.md\n"
        "\n"
    )


def test_places_stand_under_the_way_out_that_fits_them() -> None:
    drop = "`endpoint_{}` awaits nothing: write `def`"
    text = _full(
        _reached(1, advice=drop.format(1)),
        _reached(2, advice="hand it over"),
        _reached(3, advice=drop.format(3)),
    )
    assert (
        "  help: this function awaits nothing: write `def`\n"
        "    app/main.py:1:12 in `outer.endpoint_1`, through `load_user`\n"
        "    app/main.py:3:12 in `outer.endpoint_3`, through `load_user`\n"
        "  help: hand it over\n"
        "    app/main.py:2:12 in `outer.endpoint_2`, through `load_user`\n"
        "  = https"
    ) in text


def test_of_many_places_the_rest_is_counted() -> None:
    text = _full(*(_reached(line) for line in range(1, 15)))
    assert "note: reached from 14 places on the event loop\n" in text
    assert text.count("  app/main.py:") == 10
    assert "  and 4 more: `--output-format concise` lists all of them\n" in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_nothing_but_addresses_is_wider_than_the_terminal(width: int) -> None:
    advice = "hand it over with `await run_in_threadpool(some.long.name.of_a_function, ...)` " * 2
    findings = [
        _reached(line, f"GET /{'x' * 20}/{line}", advice=f"{advice} {line % 2}") for line in range(1, 5)
    ]
    rows = _full(*findings, width=width).splitlines()
    assert max(cell_len(row) for row in rows if "https://" not in row and " " in row.strip(" =|")) <= max(
        width, 62
    )
    assert (
        max(cell_len(row) for row in _full(*findings, width=80).splitlines() if "https://" not in row) <= 80
    )


def test_a_code_span_is_not_broken_if_it_fits_on_a_line() -> None:
    finding = _FINDING._replace(
        help="words and more words that fill the line up to `await run_in_threadpool(load)`"
    )
    assert "`await run_in_threadpool(load)`" in _full(finding)


def test_a_terminal_with_links_gets_the_code_as_a_link() -> None:
    linked = render_full([_FINDING], read=lambda path: [], base="/p", links=True)
    address = page_url("FAP102")
    assert linked.startswith(f"\x1b]8;;{address}\x1b\\FAP102\x1b]8;;\x1b\\ error[")
    assert linked.count(address) == 1
    assert "\x1b[" not in linked
    for render in (render_concise, render_grouped):
        assert f"\x1b]8;;{address}\x1b\\FAP102\x1b]8;;\x1b\\" in render([_FINDING], base="/p", links=True)


def test_every_color_ends_on_its_line() -> None:
    texts = [_full(_reached(1), _reached(2), color=True), _full(_FINDING, color=True, width=40)]
    texts.append(render_grouped([_FINDING], base="/p", color=True))
    for line in "".join(texts).splitlines():
        assert re.sub(r"\x1b\[[0-9;]+m[^\x1b]*\x1b\[0m", "", line).count("\x1b") == 0


def test_grouped_has_a_heading_for_each_file() -> None:
    wide = _FINDING._replace(span=Span(100, 1, 100, 2))
    other = _FINDING._replace(path="/q/x.py", span=Span(3, 1, 3, 2))
    assert render_grouped([_FINDING, wide, other], base="/p") == (
        f"app/main.py:\n  6:12   FAP102 {_FINDING.message}\n  100:1  FAP102 {_FINDING.message}\n\n"
        f"/q/x.py:\n  3:1  FAP102 {_FINDING.message}\n\n"
    )
    assert render_grouped([], base="/p") == ""


def test_json_lines_are_the_objects_of_json() -> None:
    lines = render_json_lines([_FINDING, _FINDING._replace(code="FAP103")]).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(
        render_json([_FINDING, _FINDING._replace(code="FAP103")])
    )
    assert render_json_lines([]) == ""


def test_json_has_the_edits_of_a_fix() -> None:
    fix = Fix("Drop `async`", (Edit("/p/x.py", Span(1, 1, 1, 7), ""),), safe=False)
    [found] = json.loads(render_json([_FINDING._replace(fix=fix)]))
    assert found["fix"] == {
        "applicability": "unsafe",
        "message": "Drop `async`",
        "edits": [
            {
                "filename": "/p/x.py",
                "content": "",
                "location": {"row": 1, "column": 1},
                "end_location": {"row": 1, "column": 7},
            }
        ],
    }


def test_concise_is_one_line_a_finding() -> None:
    outside = _FINDING._replace(path="/q/x.py", span=Span(3, 1, 3, 2))
    assert render_concise([_FINDING, outside], base="/p") == (
        f"app/main.py:6:12: FAP102 {_FINDING.message}\n/q/x.py:3:1: FAP102 {_FINDING.message}\n"
    )
    assert render_concise([], base="/p") == ""


def test_json_is_exact() -> None:
    assert json.loads(render_json([_FINDING])) == [
        {
            "code": "FAP102",
            "name": "blocking-network-call-on-event-loop",
            "message": _FINDING.message,
            "severity": "error",
            "confidence": "high",
            "filename": "/p/app/main.py",
            "location": {"row": 6, "column": 12},
            "end_location": {"row": 6, "column": 25},
            "url": "https://github.com/fastapi-lint/fastapi-lint/blob/main/docs/rules/FAP102.md",
            "fix": None,
            "chain": [
                {
                    "filename": step.path,
                    "location": {"row": step.span.line, "column": step.span.column},
                    "function": step.function,
                    "text": step.text,
                }
                for step in _CHAIN
            ],
            "routes": ["GET /users/{id}", "GET /me", "POST /x", "PUT /x", "PATCH /x"],
        }
    ]
    assert json.loads(render_json([])) == []


def test_json_of_a_file_name_that_is_not_utf8() -> None:
    text = render_json([_FINDING._replace(path="/p/caf\udce9.py")])
    assert text.isascii()
    assert json.loads(text)[0]["filename"] == "/p/caf\udce9.py"


def test_statistics_count_by_rule() -> None:
    other = _FINDING._replace(code="FAP101", name="blocking-sleep-on-event-loop")
    findings = [other, *[_FINDING] * 10]
    assert render_statistics(findings) == (
        "10  FAP102  blocking-network-call-on-event-loop\n 1  FAP101  blocking-sleep-on-event-loop\n"
    )
    assert json.loads(render_statistics_json(findings)) == [
        {"count": 10, "code": "FAP102", "name": "blocking-network-call-on-event-loop"},
        {"count": 1, "code": "FAP101", "name": "blocking-sleep-on-event-loop"},
    ]
    assert render_statistics([]) == ""


def test_the_summary_counts() -> None:
    warning = _FINDING._replace(severity=Severity.WARNING)
    assert summarize([], Totals(1)) == "All checks passed: 1 file."
    assert summarize([], Totals(1234)) == "All checks passed: 1,234 files."
    assert (
        summarize([_FINDING], Totals(3))
        == "Found 1 finding (1 error, 0 warnings) in 1 file. 3 files checked."
    )
    assert (
        summarize([_FINDING, warning, warning._replace(path="/p/b.py")], Totals(3))
        == "Found 3 findings (1 error, 2 warnings) in 2 files. 3 files checked."
    )
    assert "0 warnings, 1 info)" in summarize([_FINDING._replace(severity=Severity.INFO)], Totals(3))


def test_the_summary_tells_the_time_and_how_much_was_followed() -> None:
    totals = Totals(3, seconds=1.25, calls=3000, resolved=2999)
    assert summarize([], totals) == "All checks passed: 3 files in 1.2 s, 99 % of 3,000 calls resolved."
    assert summarize([_FINDING], totals).endswith(" 3 files checked in 1.2 s, 99 % of 3,000 calls resolved.")
    assert "100 % of 1 call resolved" in summarize([], Totals(3, calls=1, resolved=1))


def test_paths_are_relative_below_the_base_only() -> None:
    assert relative_path("/p/a/b.py", "/p") == "a/b.py"
    assert relative_path("/pq/b.py", "/p") == "/pq/b.py"
    assert relative_path("/b.py", "/") == "b.py"


def test_lines_are_counted_as_python_counts_them() -> None:
    assert split_lines("\ufeffa\r\nb\x0cc\u2028d\re\n") == ["a\n", "b\x0cc\u2028d\n", "e\n"]


def test_a_file_is_read_once_by_its_declared_encoding(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"))
    read = file_reader({"/overlay.py": "y = 1\n"})
    assert read(str(path))[1] == "x = 'é'\n"
    path.unlink()
    assert read(str(path))[1] == "x = 'é'\n"
    assert read("/overlay.py") == ["y = 1\n"]
    assert read(str(tmp_path / "none.py")) == []
    assert decode(b"x = '\xff'") == "x = '\xff'"
    assert decode(b"# coding: nonsense\n") == "# coding: nonsense\n"
