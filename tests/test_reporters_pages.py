"""The pages: Markdown for a CI job's summary, HTML for a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from fastapi_lint.diagnostics import Diagnostic, Severity, Span, Step
from fastapi_lint.reporters.formats import render
from fastapi_lint.reporters.html_style import STYLE
from fastapi_lint.reporters.markdown import render_markdown
from golden_files import FILES, FINDINGS, ROOT, SURROUNDINGS

_VOID = frozenset({"meta", "br", "link", "img"})


class _Page(HTMLParser):
    """An HTML page read strictly: its text, its elements, and the ones that are not closed as they were opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.mistakes: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.mistakes += [f"<{tag}> stays open" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.mistakes.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data


_EVIL = FINDINGS[0]._replace(
    message="<script>alert(1)</script> & `<img src=x onerror=alert(1)>`",
    path=f"{ROOT}/<b>.py",
    routes=("GET /<i>",),
    chain=(Step(f"{ROOT}/app/été [1].py", Span(2, 5, 2, 9), "<lambda>", "x"),),
    cause="",
)


@pytest.mark.parametrize("findings", [(), FINDINGS, (_EVIL,)], ids=["none", "some", "evil"])
def test_the_page_is_well_formed_and_loads_and_runs_nothing(findings: tuple[Diagnostic, ...]) -> None:
    text = render("html", findings, SURROUNDINGS)
    page = _Page(text)
    assert page.mistakes == []
    assert not {tag for tag, _ in page.elements} & {"script", "img", "link", "iframe", "object", "b", "i"}
    assert all(
        not name.startswith("on") and name != "src" for _, attributes in page.elements for name in attributes
    )
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    [policy] = [one["content"] for _, one in page.elements if "http-equiv" in one]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_shows_every_finding_with_its_source_and_chain() -> None:
    page = _Page(render("html", FINDINGS, SURROUNDINGS))
    assert sum(tag == "article" for tag, _ in page.elements) == len(FINDINGS)
    assert SURROUNDINGS.summary in page.text
    for finding in FINDINGS:
        assert finding.message.replace("`", "") in page.text
    assert "    return load_user(id)" in page.text
    assert "    return requests.get(f'/{id}')" in page.text
    assert "'<b>&amp;</b>'" in page.text
    assert "Reached by GET /a, GET /b, GET /c, GET /d" in page.text


def test_the_page_marks_the_span_and_nothing_else() -> None:
    marks = re.findall(r"<mark>(.*?)</mark>", render("html", FINDINGS[:1], SURROUNDINGS))
    assert marks == ["load_user(id", "fetch(id)", "requests.get(f&#x27;/{id}&#x27;)"]


def test_the_worst_severity_of_a_rule_colors_its_row() -> None:
    mixed = [
        FINDINGS[2]._replace(severity=severity)
        for severity in (Severity.INFO, Severity.ERROR, Severity.WARNING)
    ]
    text = render("html", mixed, SURROUNDINGS)
    assert '<td class="number">3</td><td class="error">' in text


def test_the_style_has_a_dark_side_for_every_color() -> None:
    light, dark = (
        set(re.findall(r"(--\w+):", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    )
    assert light == dark
    assert set(re.findall(r"var\((--\w+)\)", STYLE)) <= light


# --- Markdown ---------------------------------------------------------------------------------


def test_markdown_says_a_cause_once_and_lists_its_places() -> None:
    text = render("markdown", FINDINGS, SURROUNDINGS)
    assert text.count("`requests.get` waits for the network") == 1
    assert "reached from 2 places" in text
    assert text.index("🔴 error") < text.index("🟡 warning") < text.index("🔵 info")
    assert "| 2 | blocking-network-call-on-event-loop |" in text


def test_markdown_links_only_what_lies_in_the_repository() -> None:
    text = render("markdown", FINDINGS, SURROUNDINGS)
    assert "](https://example.org/blob/abc/app/main.py#L6)" in text
    assert "gone.py](" not in text
    assert "example.org" not in render("markdown", FINDINGS, SURROUNDINGS._replace(source=""))


def test_markdown_takes_its_own_marks_back() -> None:
    text = render_markdown([_EVIL], base=ROOT, summary="x")
    assert "<script" not in text.replace("\\<", "")
    assert "`<img src=x onerror=alert(1)>`" in text  # a code span shows it as it is
    table = FINDINGS[2]._replace(message="a | b `c` \\ *d* [e](f) # __g__")
    shown = render_markdown([table], base=ROOT, summary="x")
    assert r"a \| b `c` \\ \*d\* \[e\](f) \# \_\_g\_\_" in shown
    odd = FINDINGS[2]._replace(message="one ` backquote")
    assert r"one \` backquote" in render_markdown([odd], base=ROOT, summary="x")


def test_markdown_stays_below_the_limit_of_a_job_summary() -> None:
    many = [
        FINDINGS[3]._replace(span=Span(line, 1, line, 2), message="m" * 500, severity=Severity.ERROR)
        for line in range(1, 4001)
    ]
    text = render_markdown(many, base=ROOT, summary="x")
    assert len(text.encode()) < 1024 * 1024
    shown = text.count("\n- **")
    assert f"and {4000 - shown:,} more findings: too many for one page" in text


def test_every_file_that_the_samples_name_is_there() -> None:
    assert {step.path for finding in FINDINGS for step in finding.chain} <= set(FILES)
