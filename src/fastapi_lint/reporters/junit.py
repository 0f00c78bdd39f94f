"""JUnit's XML, which many CI systems show as test results."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from fastapi_lint.diagnostics import Diagnostic
from fastapi_lint.pages import page_url
from fastapi_lint.reporters.summary import relative_path

_TOOL = "fastapi-lint"


def render_junit(diagnostics: Sequence[Diagnostic], *, base: str) -> str:
    """A suite for each file and a failed test for each finding; one passed test when there is none.

    Everything but ASCII is written as a reference, so it survives any encoding on its way.
    """
    suites = [
        _suite(relative_path(path, base).replace("\\", "/"), list(findings), base)
        for path, findings in groupby(diagnostics, key=lambda finding: finding.path)
    ]
    if not suites:
        passed = f'    <testcase name="no findings" classname="{_TOOL}" time="0.000"/>\n'
        suites = [_element(_TOOL, tests=1, failures=0, content=passed)]
    total = len(diagnostics) or 1
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuites name="{_TOOL}" tests="{total}" failures="{len(diagnostics)}" errors="0">\n'
        f"{''.join(suites)}</testsuites>\n"
    )
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _suite(path: str, findings: Sequence[Diagnostic], base: str) -> str:
    cases = "".join(_case(path, finding, base) for finding in findings)
    return _element(path, tests=len(findings), failures=len(findings), content=cases)


def _element(name: str, *, tests: int, failures: int, content: str) -> str:
    counts = f'tests="{tests}" failures="{failures}" errors="0" skipped="0" time="0.000"'
    return f'  <testsuite name={_quoted(name)} package="{_TOOL}" {counts}>\n{content}  </testsuite>\n'


def _case(path: str, finding: Diagnostic, base: str) -> str:
    place = f"{finding.span.line}:{finding.span.column}"
    lines = [f"{path}:{place}: {finding.message}"]
    lines += [
        f"  {relative_path(step.path, base)}:{step.span.line} in {step.function}: {step.text}"
        for step in finding.chain[1:]
    ]
    if finding.routes:
        lines.append(f"reached by {', '.join(finding.routes)}")
    lines.append(page_url(finding.code))
    name = f"{finding.code} {finding.name} at {place}"
    kind = f"{finding.severity.value} {finding.code}"
    return (
        f'    <testcase name={_quoted(name)} classname={_quoted(path)} time="0.000">\n'
        f"      <failure type={_quoted(kind)} message={_quoted(finding.message)}>"
        f"{escape(_legal(chr(10).join(lines)))}</failure>\n"
        "    </testcase>\n"
    )


def _quoted(text: str) -> str:
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    """The text without characters that XML has no way to write."""
    return "".join(character if _is_legal(ord(character)) else "\ufffd" for character in text)


def _is_legal(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
