"""Findings made up for the purpose, and each output format's rendering of them in `tests/golden/`.

python tests/golden_files.py    write the files anew; read their diff: every change has to be meant
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from fastapi_lint import __version__
from fastapi_lint.diagnostics import Confidence, Diagnostic, Severity, Span, Step
from fastapi_lint.pages import page_text
from fastapi_lint.reporters.formats import Surroundings, render
from fastapi_lint.sources import split_lines

DIRECTORY = Path(__file__).resolve().parent / "golden"
ROOT = "/repository"
FILES = {
    f"{ROOT}/app/main.py": (
        "from app.users import load_user\n\n\n@app.get('/users/{id}')\n"
        "async def get_user(id: int):\n    return load_user(id)\n\n\n@app.get('/me')\n"
        "async def get_me():\n    user = load_user(0)\n    await audit(user)\n    return user\n"
    ),
    f"{ROOT}/app/users.py": "def load_user(id):\n    return fetch(id)\n",
    f"{ROOT}/app/http.py": "import requests\n\ndef fetch(id):\n    return requests.get(f'/{id}')\n",
    f"{ROOT}/app/été [1].py": "count = count + await load(\n    '<b>&amp;</b>',\n)\n",
}
_SINK = Step(f"{ROOT}/app/http.py", Span(4, 12, 4, 34), "fetch", "requests.get(f'/{id}')")
_LOAD = Step(f"{ROOT}/app/users.py", Span(2, 12, 2, 21), "load_user", "fetch(id)")


def _blocking(line: int, column: int, function: str, routes: tuple[str, ...], advice: str) -> Diagnostic:
    span = Span(line, column, line, column + 12)
    return Diagnostic(
        code="FAP102",
        name="blocking-network-call-on-event-loop",
        message=f"`load_user` ends in `requests.get`, which waits for the network on the event loop; {advice}",
        path=f"{ROOT}/app/main.py",
        span=span,
        help=advice,
        chain=(Step(f"{ROOT}/app/main.py", span, function, "load_user(id)"), _LOAD, _SINK),
        routes=routes,
        cause="`requests.get` waits for the network on the event loop",
    )


FINDINGS = (
    _blocking(
        6,
        12,
        "get_user",
        ("GET /users/{id}",),
        "`get_user` awaits nothing: write `def` instead of `async def`",
    ),
    _blocking(
        11,
        12,
        "get_me",
        ("every request", "GET /me"),
        "hand it over with `await run_in_threadpool(load_user, ...)`",
    ),
    Diagnostic(
        code="FAP202",
        name="unlocked-global-update-across-await",
        message="`count[*]` is written from <what> was read, 100 % stale: one update | is lost; hold one `asyncio.Lock`",
        path=f"{ROOT}/app/été [1].py",
        span=Span(1, 1, 3, 2),
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        help="hold one `asyncio.Lock`",
    ),
    Diagnostic(
        code="FAP412",
        name="client-created-per-request",
        message="`httpx.AsyncClient` is made and closed for each request",
        path="/elsewhere/gone.py",
        span=Span(7, 5, 7, 9),
        severity=Severity.INFO,
        confidence=Confidence.LOW,
        routes=("GET /a", "GET /b", "GET /c", "GET /d"),
    ),
)
SURROUNDINGS = Surroundings(
    read=lambda path: split_lines(FILES.get(path, "")),
    base=ROOT,
    repository=ROOT,
    summary="Found 4 findings (2 errors, 1 warning, 1 info) in 3 files. 5 files checked.",
    source="https://example.org/blob/abc",
)
NAMES = {
    "full": "full.txt",
    "concise": "concise.txt",
    "grouped": "grouped.txt",
    "json": "findings.json",
    "json-lines": "findings.jsonl",
    "sarif": "findings.sarif",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "junit": "junit.xml",
    "markdown": "summary.md",
    "html": "page.html",
}


def rendered(output_format: str, findings: Sequence[Diagnostic] = FINDINGS) -> str:
    """The findings in a format, without what changes with every release or with every rule's page."""
    text = render(output_format, findings, SURROUNDINGS)
    if output_format != "sarif":
        return text
    log = json.loads(text)
    driver = log["runs"][0]["tool"]["driver"]
    for key in ("version", "semanticVersion"):
        assert driver.pop(key).startswith(__version__.partition("-")[0][:5])
    for rule in driver["rules"]:
        page = rule.pop("help")
        assert page["text"] == page["markdown"] == page_text(rule["id"])
        assert rule.pop("fullDescription")["text"]
        assert rule.pop("shortDescription")["text"]
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    DIRECTORY.mkdir(exist_ok=True)
    for output_format, name in NAMES.items():
        (DIRECTORY / name).write_text(rendered(output_format), encoding="utf-8", newline="\n")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
