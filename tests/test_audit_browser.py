"""The audit's page in a real browser: nothing is loaded, nothing hostile runs, and 5,000 findings are no burden.

Needs playwright and a Chromium, its own or one on the path; without them these tests are skipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fastapi_lint.cli import main
from fastapi_lint.diagnostics import Severity, Span
from fastapi_lint.reporters.audit.document import compare, render_json
from fastapi_lint.reporters.audit.model import (
    OPEN,
    Audit,
    Finding,
    Graph,
    GraphNode,
    Hop,
    RouteRow,
    Sink,
)
from fastapi_lint.reporters.audit.page import render_page
from fastapi_lint.reporters.audit.score import family_scores, overall_score

if TYPE_CHECKING:
    from conftest import Tree

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.slow

HOSTILE = "</script><script>window.harm=1</script><img src=x onerror='window.harm=1'>"
_FINDINGS, _ROUTES = 5000, 400


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    installed = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    with playwright.sync_playwright() as running:
        try:
            found = running.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"no browser: {str(error).splitlines()[0]}")
        yield found
        found.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page whose every error, warning and request is a failure, but for the file itself."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None
    )
    opened.on(
        "request",
        lambda request: complaints.append(request.url) if request.resource_type != "document" else None,
    )
    yield opened
    assert complaints == []
    context.close()


def _audit(text: str, findings: int, routes: int) -> Audit:
    made = []
    lines: dict[str, dict[int, str]] = {"app/db.py": {7: f"    return connection.execute({text!r})"}}
    for number in range(findings):
        path, line = f"app/{text}{number % 50}.py", 3 + number // 50
        lines.setdefault(path, {})[line] = f"    rows = load({number})  # {text}"
        span = Span(line, 12, line, 16)
        hops = (Hop(path, span, f"handler{number}", "load"), Hop("app/db.py", Span(7, 12, 7, 30), text, text))
        is_blocking = number % 2 == 0
        made.append(
            Finding(
                key=str(number),
                code="FAP103" if is_blocking else "FAP202",
                severity=Severity.ERROR if number % 5 else Severity.WARNING,
                confidence="high",
                message=f"`load` ends in `{text}`, number {number}",
                help=f"do not use `{text}`",
                path=path,
                span=span,
                function=f"handler{number}",
                chain=hops if is_blocking else (),
                routes=(number % routes,),
                everywhere=False,
                shared=False,
                sink=0 if is_blocking else None,
                status=OPEN,
                reason="",
            )
        )
    reached = tuple(sorted({one.routes[0] for one in made if one.sink == 0}))
    nodes = tuple(
        GraphNode(one.path, one.function, one.span.line, "event loop") for one in made if one.sink == 0
    )
    entries = tuple((one.routes[0], number) for number, one in enumerate(o for o in made if o.sink == 0))
    return Audit(
        project=text,
        created="2026-01-02T00:00:00Z",
        version="0.1.0",
        files=50,
        overall=overall_score(made, routes),
        families=family_scores(made, routes),
        routes=tuple(
            RouteRow(
                f"GET /{text}/{n}", f"app.main:{text}", "app/main.py", n + 1, "event loop", (), n + 1, 1, 0
            )
            for n in range(routes)
        ),
        sinks=(
            Sink(
                text, "app/db.py", Span(7, 12, 7, 30), text, "FAP103", Severity.ERROR, len(nodes), reached, 3
            ),
        ),
        findings=tuple(made),
        rules=(),
        graph=Graph(nodes, (), entries),
        lines=lines,
    )


def _open(page: Any, tmp_path: Path, audit: Audit) -> None:
    path = tmp_path / "audit.html"
    path.write_text(render_page(audit), encoding="utf-8")
    page.goto(path.as_uri())


def _shown(page: Any) -> str:
    page.wait_for_timeout(150)
    text: str = page.inner_text("#findings-list .pager p")
    return text


def test_hostile_text_is_shown_and_never_run(page: Any, tmp_path: Path) -> None:
    audit = _audit(HOSTILE, 20, 5)
    earlier = render_json(
        audit._replace(findings=tuple(one._replace(key="old") for one in audit.findings[:1]))
    )
    _open(page, tmp_path, compare(audit, earlier))
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate("for (const one of document.querySelectorAll('#routes-list button.link')) one.click()")
    page.evaluate(
        "for (const one of document.querySelectorAll('.node')) one.dispatchEvent(new Event('click'))"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.harm") is None
    assert page.evaluate("document.images.length") == 0
    assert page.evaluate("document.scripts.length") == 2
    assert HOSTILE in page.text_content("#findings-list")


def test_five_thousand_findings_are_shown_a_page_at_a_time(page: Any, tmp_path: Path) -> None:
    _open(page, tmp_path, _audit("execute", _FINDINGS, _ROUTES))
    assert page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") < 15_000
    assert page.locator(".finding").count() == 50
    assert page.locator("pre.code").count() == 0  # made when a finding is opened
    assert _shown(page) == "1–50 of 5,000 findings"
    page.fill("#filter-text", "number 4321")
    assert _shown(page) == "1 finding"
    page.locator(".finding summary").click()
    assert "load(4321)" in page.inner_text(".finding pre.code")
    slowest = page.evaluate(
        """() => { const start = performance.now();
        for (const text of ["a", "handler1", "zzz", ""]) {
          document.getElementById("filter-text").value = text; document.getElementById("filters").reset(); }
        document.querySelectorAll("#findings-list .pager button")[1].click();
        return performance.now() - start; }"""
    )
    assert slowest < 2_000


def test_the_filters_narrow_the_list(page: Any, tmp_path: Path) -> None:
    _open(page, tmp_path, _audit("execute", 200, 10))
    assert _shown(page) == "1–50 of 200 findings"
    for field, value, expected in (
        ("#filter-family", "2", "1–50 of 100 findings"),
        ("#filter-rule", "FAP103", "1–50 of 100 findings"),
        ("#filter-severity", "warning", "40 findings"),
    ):
        page.select_option(field, value)
        assert _shown(page) == expected
        page.click("#filters button[type=reset]")
    page.fill("#filter-route", "GET /execute/3")
    assert _shown(page) == "20 findings"
    page.fill("#filter-file", "execute7.py")
    assert _shown(page) == ""
    assert "No findings match." in page.inner_text("#findings-list")
    page.click("#filters button[type=reset]")
    page.click("button[data-family='1']")
    assert _shown(page) == "1–50 of 100 findings"


def test_the_keyboard_reaches_the_picture_and_moves_in_it(page: Any, tmp_path: Path) -> None:
    _open(page, tmp_path, _audit("execute", 20, 5))
    page.focus("#picture-focus")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label') || ''").startswith(
            "call that blocks"
        ):
            break
    else:
        pytest.fail("Tab does not reach the picture")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("function")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("route GET /execute/")
    page.keyboard.press("Enter")
    assert page.input_value("#picture-focus").startswith("r:")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == label
    page.click("#picture-back")
    assert page.input_value("#picture-focus") == "s:0"


def test_the_theme_follows_the_system_until_the_reader_chooses(page: Any, tmp_path: Path) -> None:
    page.emulate_media(color_scheme="dark")
    _open(page, tmp_path, _audit("execute", 4, 2))
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.click("#theme")
    assert page.evaluate(ground) != dark
    assert page.get_attribute("html", "data-theme") == "light"
    page.reload()
    assert page.evaluate(ground) != dark


def test_a_narrow_screen_needs_no_sideways_scrolling(page: Any, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    _open(page, tmp_path, _audit("execute", 20, 5))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_of_a_real_project(page: Any, tree: Tree, tmp_path: Path) -> None:
    root = tree(
        {
            "shop/pyproject.toml": "",
            "shop/main.py": "import time\nfrom fastapi import FastAPI\napp = FastAPI()\n"
            "@app.get('/')\nasync def root():\n    return load()\ndef load():\n    time.sleep(1)\n",
        }
    )
    target = root / "page.html"
    assert (
        main(["audit", str(root / "shop"), "-o", str(target), "--json", str(root / "page.json"), "-j1"]) == 0
    )
    page.goto(target.as_uri())
    assert page.inner_text("h1") == "The only route has findings"
    labels = page.evaluate(
        "[...document.querySelectorAll('.node')].map((node) => node.getAttribute('aria-label'))"
    )
    assert [label.split(",")[0] for label in labels if label.startswith(("route", "call"))] == [
        "call that blocks time.sleep",
        "route GET /",
    ]
    assert json.loads((root / "page.json").read_text(encoding="utf-8"))["summary"]["errors"] == 1
