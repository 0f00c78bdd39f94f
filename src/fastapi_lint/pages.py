"""The rules' pages: where they stand on disk and on the web."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = "https://github.com/fastapi-lint/fastapi-lint"
_PAGES = f"{REPOSITORY}/blob/main/docs/rules"


def page_url(code: str) -> str:
    """The address of a rule's page."""
    return f"{_PAGES}/{code}.md"


def page_text(code: str) -> str | None:
    """The text of a rule's page in Markdown, from the installed package or from a checkout."""
    package = Path(__file__).resolve().parent
    for directory in (package / "docs" / "rules", package.parents[1] / "docs" / "rules"):
        page = directory / f"{code}.md"
        if page.is_file():
            return page.read_text(encoding="utf-8")
    return None
