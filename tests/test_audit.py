"""`fastapi-lint audit`: the score, the trend, the three formats, and that no analysed text can harm the page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fastapi_lint.cli import main
from fastapi_lint.diagnostics import Severity, Span
from fastapi_lint.reporters.audit.causes import blocked_routes, freed_routes
from fastapi_lint.reporters.audit.document import DocumentError, compare, render_json
from fastapi_lint.reporters.audit.markdown import render_markdown
from fastapi_lint.reporters.audit.model import (
    OPEN,
    SILENCED,
    Audit,
    Finding,
    Graph,
    Hop,
    RouteRow,
    Score,
    Sink,
)
from fastapi_lint.reporters.audit.page import render_page
from fastapi_lint.reporters.audit.score import family_scores, overall_score

if TYPE_CHECKING:
    from conftest import Tree

    Capture = pytest.CaptureFixture[str]

HOSTILE = '</script><script>window.harm=1</script><img src=x onerror="window.harm=1">{{data}} \' & \u2028'
_SPAN = Span(3, 5, 3, 15)


def finding(
    key: str,
    code: str = "FAP101",
    severity: Severity = Severity.ERROR,
    routes: tuple[int, ...] = (),
    *,
    everywhere: bool = False,
    status: str = OPEN,
    function: str = "f",
    text: str = "time.sleep",
) -> Finding:
    return Finding(
        key=key,
        code=code,
        severity=severity,
        confidence="high",
        message=f"`{text}` sleeps on the event loop",
        help="use `await asyncio.sleep(1)`",
        path="app/main.py",
        span=_SPAN,
        function=function,
        chain=(Hop("app/main.py", _SPAN, function, text),),
        routes=routes,
        everywhere=everywhere,
        shared=everywhere,
        sink=0 if code.startswith("FAP1") else None,
        status=status,
        reason="" if status == OPEN else "a comment on line 3 silences it",
    )


def audit_of(
    findings: tuple[Finding, ...],
    routes: int = 4,
    sinks: tuple[Sink, ...] = (),
    created: str = "2026-01-02T03:04:05Z",
    name: str = "shop",
) -> Audit:
    still_open = [one for one in findings if one.status == OPEN]
    rows = tuple(
        RouteRow(
            label=f"GET /{number}",
            handler=f"app.main:f{number}",
            path="app/main.py",
            line=number + 1,
            context="event loop",
            dependencies=(),
            errors=sum(number in one.routes and one.severity is Severity.ERROR for one in still_open),
            warnings=sum(number in one.routes and one.severity is Severity.WARNING for one in still_open),
            infos=0,
        )
        for number in range(routes)
    )
    return Audit(
        project=name,
        created=created,
        version="0.1.0",
        files=3,
        overall=overall_score(still_open, routes),
        families=family_scores(still_open, routes),
        routes=rows,
        sinks=sinks,
        findings=findings,
        rules=(),
        graph=Graph((), (), ()),
        lines={"app/main.py": {3: f"    {findings[0].chain[0].text}" if findings else "pass"}},
    )


def sink(text: str, routes: tuple[int, ...], alone: int) -> Sink:
    return Sink(text, "app/db.py", _SPAN, "load", "FAP103", Severity.ERROR, len(routes), routes, alone)


# --- the score -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("findings", "routes", "expected"),
    [
        ((), 4, Score(100, 4, 0, 0)),
        ((finding("a", routes=(0,)),), 4, Score(75, 3, 0, 1)),
        ((finding("a", severity=Severity.WARNING, routes=(0, 1)),), 4, Score(75, 2, 2, 0)),
        ((finding("a", routes=(0,)), finding("b", routes=(0,))), 4, Score(75, 3, 0, 1)),
        ((finding("a", severity=Severity.INFO, routes=(0,)),), 4, Score(100, 4, 0, 0)),
        ((finding("a", everywhere=True),), 4, Score(0, 0, 0, 4)),
        ((finding("a"), finding("b")), 4, Score(80, 4, 0, 1)),
        ((finding("a"), finding("b", function="g")), 4, Score(66, 4, 0, 2)),
        ((finding("a"),), 0, Score(None, 0, 0, 1)),
        ((finding("a", code="FAP001", routes=(0,)),), 4, Score(100, 4, 0, 0)),
    ],
)
def test_score(findings: tuple[Finding, ...], routes: int, expected: Score) -> None:
    assert overall_score(findings, routes) == expected


def test_a_familys_score_looks_at_its_own_findings() -> None:
    scores = family_scores((finding("a", routes=(0,)), finding("b", "FAP202", routes=(1, 2))), 4)
    assert [(one.family, one.score.value, one.errors) for one in scores] == [
        ("1", 75, 1),
        ("2", 50, 1),
        ("3", 100, 0),
        ("4", 100, 0),
    ]


def test_what_mending_the_first_causes_frees() -> None:
    sinks = (sink("a", (0, 1, 2), 1), sink("b", (1, 2), 0), sink("c", (3,), 1))
    audit = audit_of((finding("x"),), sinks=sinks)
    assert blocked_routes(audit) == 4
    assert [freed_routes(audit, count) for count in range(4)] == [0, 1, 3, 4]


# --- the trend --------------------------------------------------------------------------------------


def test_the_trend_names_what_is_new_and_what_is_gone() -> None:
    first = audit_of(
        (finding("old", routes=(0,)), finding("kept", routes=(1,)), finding("quiet", routes=(2,)))
    )
    quiet = finding("quiet", routes=(2,), status=SILENCED)
    second = audit_of(
        (finding("kept", routes=(1,)), finding("new", routes=(3,)), quiet), created="2026-02-02T00:00:00Z"
    )
    compared = compare(second, render_json(first))
    assert compared.trend is not None
    assert compared.trend.new == ("new",)
    assert [one.code for one in compared.trend.fixed] == ["FAP101"]
    assert compared.trend.kept == 1
    assert [(one.created[:10], one.overall) for one in compared.trend.moments] == [
        ("2026-01-02", 25),
        ("2026-02-02", 50),
    ]
    third = compare(audit_of((), created="2026-03-02T00:00:00Z"), render_json(compared))
    assert third.trend is not None
    assert [one.overall for one in third.trend.moments] == [25, 50, 100]
    assert "1 new, 1 fixed, 1 still there" in render_markdown(compared)
    assert "Score 25 → 50" in render_markdown(compared)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is not the JSON of an audit"),
        ('{"schema": 99, "history": []}', "it has schema 99"),
        ('{"schema": 1, "history": [{}], "findings": []}', "it is damaged"),
    ],
)
def test_what_is_no_audit_is_refused(text: str, expected: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(expected)):
        compare(audit_of(()), text)


# --- the page ----------------------------------------------------------------------------------------


class _Elements(HTMLParser):
    """The elements of a page with their attributes, and the texts of its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        self._inside = tag if tag in self.raw else ""
        if self._inside:
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside][-1] += data


def _data(page: str) -> Any:
    return json.loads(_Elements(page).raw["script"][0])


def _hostile_audit() -> Audit:
    audit = audit_of((finding(HOSTILE, text=HOSTILE, function=HOSTILE, routes=(0,)),), name=HOSTILE)
    rows = tuple(row._replace(label=f"GET /{HOSTILE}", handler=HOSTILE, path=HOSTILE) for row in audit.routes)
    return audit._replace(
        routes=rows,
        sinks=(sink(HOSTILE, (0,), 1),),
        lines={HOSTILE: {3: HOSTILE}},
        created=HOSTILE,
        version=HOSTILE,
    )


def test_the_page_loads_nothing_and_allows_nothing_but_its_own_script_and_style() -> None:
    page = render_page(audit_of((finding("a", routes=(0,)),), sinks=(sink("time.sleep", (0,), 1),)))
    elements = _Elements(page)
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in elements.found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for kind, text in (("script", elements.raw["script"][1]), ("style", elements.raw["style"][0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    for tag, attributes in elements.found:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not {"src", "style", "srcset", "action"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in elements.raw["style"][0]
    assert "url(" not in elements.raw["style"][0]
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
        "XMLHttp",
    ):
        assert word not in elements.raw["script"][1]


def test_hostile_text_stays_text() -> None:
    plain = _Elements(render_page(audit_of((finding("a", routes=(0,)),), sinks=(sink("x", (0,), 1),))))
    page = render_page(_hostile_audit())
    elements = _Elements(page)
    assert [tag for tag, _ in elements.found] == [tag for tag, _ in plain.found]
    data = _data(page)
    assert data["project"] == data["routes"][0]["handler"] == data["lines"][HOSTILE]["3"] == HOSTILE
    assert data["findings"][0]["chain"][0]["text"] == HOSTILE
    assert "</script><script>" not in page


def test_hostile_text_in_a_trend() -> None:
    earlier = render_json(_hostile_audit())
    page = render_page(compare(audit_of((), created="2026-02-02T00:00:00Z"), earlier))
    assert "<img" not in page
    assert "window.harm=1" in page  # the gone finding is shown, as text


def test_the_page_is_for_keyboards_and_screen_readers() -> None:
    elements = _Elements(render_page(audit_of((finding("a", routes=(0,)),))))
    tags = [tag for tag, _ in elements.found]
    assert tags.count("main") == tags.count("h1") == tags.count("nav") == tags.count("header") == 1
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in elements.found:
        if tag == "section":
            assert attributes["aria-labelledby"] in ids
        if tag == "a":
            assert (attributes["href"] or "").removeprefix("#") in ids
        if tag == "svg":
            assert attributes["role"] == "img"
            assert attributes["aria-label"]
    assert dict(elements.found[0][1]) == {"lang": "en"}


@pytest.mark.parametrize(
    ("findings", "routes", "expected"),
    [
        ((), 4, "Nothing found in 4 routes"),
        ((finding("a", routes=(0,)),), 4, "3 of 4 routes are free of findings"),
        ((finding("a", routes=(0, 1, 2)),), 4, "1 of 4 routes is free of findings"),
        ((finding("a", routes=(0,)),), 1, "The only route has findings"),
        ((finding("a"),), 0, "No routes found"),
        ((finding("a", routes=(0,), status=SILENCED),), 4, "No open findings in 4 routes"),
    ],
)
def test_the_headline(findings: tuple[Finding, ...], routes: int, expected: str) -> None:
    assert f'<h1 id="overview-title">{expected}</h1>' in render_page(audit_of(findings, routes))


# --- Markdown ----------------------------------------------------------------------------------------


def test_markdown() -> None:
    audit = audit_of(
        (
            finding("a", routes=(0, 1)),
            finding("b", "FAP202", Severity.WARNING, routes=(1,)),
            finding("c", status=SILENCED),
        ),
        sinks=(sink("db.query(...).all", (0, 1), 2),),
    )
    text = render_markdown(audit)
    assert (
        text.partition("## How the score is computed")[0]
        == """\
# FastAPI audit of shop

Score: **50 of 100**. 2 open findings (1 error, 1 warning), 1 silenced, in 3 files with 4 routes. fastapi-lint 0.1.0 on 2026-01-02.

## Score by family

| family | score | clean | errors | warnings |
|---|---|---|---|---|
| Event loop | 50 | 2 of 4 | 1 | 0 |
| Shared state | 87 | 3 of 4 | 0 | 1 |
| Endpoints and dependencies | 100 | 4 of 4 | 0 | 0 |
| Lifespan and resources | 100 | 4 of 4 | 0 | 0 |

## What blocks most routes

1 call blocks 2 routes. Mending it leaves 2 of these with nothing that blocks.

| call | where | rule | routes | sole cause of |
|---|---|---|---|---|
| `db.query(...).all` | `app/db.py:3` | FAP103 | 2 | 2 |

## Routes ranked by harm

| route | where | errors | warnings |
|---|---|---|---|
| `GET /1` | `app/main.py:2` | 1 | 1 |
| `GET /0` | `app/main.py:1` | 1 | 0 |

## Findings

<details><summary>Event loop: 1</summary>

- [ ] **FAP101** error `app/main.py:3` (2 routes): `time.sleep` sleeps on the event loop

</details>

<details><summary>Shared state: 1</summary>

- [ ] **FAP202** warning `app/main.py:3`: `time.sleep` sleeps on the event loop

</details>

"""
    )


def test_markdown_obeys_no_text_of_the_code() -> None:
    hostile = "x`|</details><b>*a*"
    text = render_markdown(
        audit_of((finding("a", text=hostile, routes=(0,)),), sinks=(sink(hostile, (0,), 1),))
    )
    outside = re.sub(r"(`+)(?!`).*?[^`]\1(?!`)", "", text)
    assert "<b>" not in outside.replace("\\<b", "")
    assert text.count("</details>") - text.count("\\</details") >= 1
    rows = [line for line in text.splitlines() if line.startswith("| ") and "app/db.py" in line]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [6]


# --- the command ----------------------------------------------------------------------------------------


def _run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["audit", "-j1", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_writes_a_page_and_json(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    code, out, err = _run(capsys, "-o", "out/report.html", "--json", "report.json")
    assert (code, out) == (0, "")
    assert err == "fastapi-lint: score 0 of 100, 2 findings, 2 routes, 3 files; wrote `out/report.html`\n"
    page = (project / "out/report.html").read_text(encoding="utf-8")
    data = _data(page)
    document = json.loads((project / "report.json").read_text(encoding="utf-8"))
    assert document == {key: data[key] for key in document}
    assert document["created"] == "2026-01-01T00:00:00Z"
    assert [route["label"] for route in document["routes"]] == ["GET /load", "GET /slow"]
    assert [(one["text"], one["path"], one["routes"], one["alone"]) for one in document["sinks"]] == [
        ("time.sleep", "app/helper.py", [0], 1),
        ("time.sleep", "app/main.py", [1], 1),
    ]
    assert data["lines"]["app/helper.py"] == {"5": "    time.sleep(1)"}
    assert data["graph"]["entries"] == [[0, 0], [1, 1]]
    _run(capsys, "-o", "again.html")
    assert (project / "again.html").read_text(encoding="utf-8") == page


def test_the_formats(project: Path, capsys: Capture) -> None:
    assert _run(capsys, "--format", "markdown")[1].startswith("# FastAPI audit of ")
    assert json.loads(_run(capsys, "--format", "json")[1])["schema"] == 1
    assert _run(capsys, "--format", "html", "-o", "-")[1].startswith("<!doctype html>")
    _run(capsys, "-o", "a.md")
    assert (project / "a.md").read_text(encoding="utf-8").startswith("# FastAPI audit of ")
    _run(capsys)
    assert (project / "audit.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_an_earlier_audit_gives_the_trend(project: Path, capsys: Capture) -> None:
    _run(capsys, "--json", "before.json", "-o", "-", "--format", "markdown")
    helper = project / "app/helper.py"
    helper.write_text(helper.read_text(encoding="utf-8").replace("time.sleep(1)", "pass"), encoding="utf-8")
    code, out, _ = _run(capsys, "--previous", "before.json", "--format", "markdown")
    assert code == 0
    assert "Score 0 → 50; 0 new, 1 fixed, 1 still there." in out


def test_silenced_findings_are_counted_apart(project: Path, capsys: Capture) -> None:
    path = project / "app/main.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("time.sleep(1)", "time.sleep(1)  # noqa: FAP101"),
        encoding="utf-8",
    )
    document = json.loads(_run(capsys, "--format", "json")[1])
    assert document["summary"]["findings"] == 1
    assert document["summary"]["silenced"] == 1
    (quiet,) = [one for one in document["findings"] if one["status"] == "silenced"]
    assert quiet["reason"] == "a comment on line 12 silences it"
    assert document["score"]["overall"]["value"] == 50


def test_a_baseline_is_named_as_the_reason(project: Path, capsys: Capture) -> None:
    assert main(["baseline", "create"]) == 0
    (project / "pyproject.toml").write_text('[tool.fastapi-lint]\nbaseline = "fastapi-lint-baseline.json"\n')
    capsys.readouterr()
    document = json.loads(_run(capsys, "--format", "json")[1])
    assert [one["reason"] for one in document["findings"]] == ["the baseline accepts it"] * 2
    assert document["score"]["overall"]["value"] == 100
    _run(capsys)
    page = (project / "audit.html").read_text(encoding="utf-8")
    assert "2 findings are silenced by a comment, a setting or a baseline and are not counted." in page


def test_middleware_harms_every_route_and_start_up_none(tree: Tree, capsys: Capture) -> None:
    root = tree(
        {
            "pyproject.toml": "",
            "main.py": "import time\nfrom fastapi import FastAPI\napp = FastAPI()\n"
            "@app.middleware('http')\nasync def wrap(request, call_next):\n    time.sleep(1)\n"
            "    return await call_next(request)\n"
            "@app.get('/')\nasync def root():\n    return 1\n",
        }
    )
    document = json.loads(_run(capsys, str(root), "--format", "json")[1])
    assert [one["everywhere"] for one in document["findings"]] == [True]
    assert document["score"]["overall"] == {"value": 0, "clean": 0, "warned": 0, "harmed": 1}


def test_hostile_code_ends_up_as_text(tree: Tree, capsys: Capture) -> None:
    code = (
        "import time\nfrom fastapi import FastAPI\napp = FastAPI()\n"
        "@app.get('/</script><script>alert(1)</script>')\nasync def root():\n"
        "    time.sleep(len('</script><script>alert(2)</script><!--'))\n"
    )
    root = tree({"pyproject.toml": "", "<img src=x onerror=alert(1)>.py": code})
    _, page, _ = _run(capsys, str(root), "--format", "html", "-o", "-")
    assert len(_Elements(page).raw["script"]) == 2
    assert "<img" not in page
    assert _data(page)["findings"][0]["path"] == "<img src=x onerror=alert(1)>.py"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nowhere"], "`nowhere` does not exist"),
        (["--format", "pdf"], "no output format `pdf`"),
        (["--previous", "nothing.json"], "--previous nothing.json: cannot be read"),
        (["--previous", "app/main.py"], "--previous app/main.py: it is not JSON"),
        (["-o", "app/main.py/x.html"], "cannot write `app/main.py/x.html`"),
    ],
)
def test_mistakes_exit_with_2(project: Path, capsys: Capture, arguments: list[str], expected: str) -> None:
    code, out, err = _run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert expected in err
    assert len(err.splitlines()) == 1
