"""Which format is drawn by what. Each is imported when it is asked for: few need much, and none needs all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.settings import OUTPUT_FORMATS
from fastapi_lint.sources import Reader

FOR_READERS = frozenset({"full", "concise", "grouped"})
"""Formats that a person reads at a terminal, followed by a summary."""

DOCUMENTS = frozenset({"json", "json-lines", "sarif", "gitlab", "junit", "html"})
"""Formats that are a whole document: nothing else may stand beside one."""

assert frozenset(OUTPUT_FORMATS) >= FOR_READERS | DOCUMENTS


class Surroundings(NamedTuple):
    """What the formats know besides the findings.

    `read` gives a file's lines. `base` is the directory that people see paths from, `repository` the one that CI
    systems see them from. `summary` is the sentence about the whole run, `source` the address that the paths of the
    repository are appended to ("" for none). `width`, `color` and `links` describe a terminal.
    """

    read: Reader
    base: str
    repository: str
    summary: str = ""
    source: str = ""
    width: int = 80
    color: bool = False
    links: bool = False


def render(name: str, diagnostics: Sequence[Diagnostic], about: Surroundings) -> str:
    """The findings in the format `name`, one of `settings.OUTPUT_FORMATS`."""
    if name == "full":
        from fastapi_lint.reporters.full import render_full

        return render_full(
            diagnostics,
            read=about.read,
            base=about.base,
            width=about.width,
            color=about.color,
            links=about.links,
        )
    if name in ("concise", "grouped"):
        from fastapi_lint.reporters.concise import render_concise, render_grouped

        line_by_line = render_concise if name == "concise" else render_grouped
        return line_by_line(diagnostics, base=about.base, color=about.color, links=about.links)
    if name in ("json", "json-lines"):
        from fastapi_lint.reporters.machine import render_json, render_json_lines

        return render_json(diagnostics) if name == "json" else render_json_lines(diagnostics)
    if name == "sarif":
        from fastapi_lint.reporters.sarif import render_sarif

        return render_sarif(diagnostics, read=about.read, repository=about.repository)
    if name == "github":
        from fastapi_lint.reporters.github import render_github

        return render_github(diagnostics, repository=about.repository)
    if name == "gitlab":
        from fastapi_lint.reporters.gitlab import render_gitlab

        return render_gitlab(diagnostics, read=about.read, repository=about.repository)
    if name == "junit":
        from fastapi_lint.reporters.junit import render_junit

        return render_junit(diagnostics, base=about.repository)
    if name == "markdown":
        from fastapi_lint.reporters.markdown import render_markdown

        return render_markdown(diagnostics, base=about.repository, summary=about.summary, source=about.source)
    if name == "html":
        from fastapi_lint.reporters.html_page import render_html

        return render_html(diagnostics, read=about.read, base=about.base, summary=about.summary)
    raise ValueError(f"no format `{name}`")
