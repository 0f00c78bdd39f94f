"""`fastapi-lint rule` and `fastapi-lint rules`."""

from __future__ import annotations

import json
import os
import sys

from fastapi_lint.cli import CLEAN, MisuseError
from fastapi_lint.cli.output import wants_color, width_of, write
from fastapi_lint.cli.outputs import check_format
from fastapi_lint.pages import page_text, page_url
from fastapi_lint.rules import all_rules
from fastapi_lint.rules.rule import Rule
from fastapi_lint.settings import suggest

_FORMATS = ("text", "json")


def run_rule(wanted: str) -> int:
    """Print the page of the rule with this code or name."""
    rule = _find(wanted)
    text = page_text(rule.code) or f"# {rule.code}: {rule.name}\n\n{rule.summary}\n"
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from rich.console import Console
        from rich.markdown import Markdown

        console = Console(width=min(width_of(sys.stdout), 100), no_color=not wants_color(sys.stdout))
        with console.capture() as capture:
            console.print(Markdown(text))
        text = capture.get()
    write(text if text.endswith("\n") else text + "\n")
    return CLEAN


def run_rules(output_format: str) -> int:
    """Print all rules, by code."""
    check_format(output_format, _FORMATS)
    if output_format == "json":
        rows = [
            {
                "code": rule.code,
                "name": rule.name,
                "summary": rule.summary,
                "default": rule.default,
                "severity": rule.severity.value,
                "confidence": rule.confidence.value,
                "since": rule.since,
                "url": page_url(rule.code),
            }
            for rule in all_rules()
        ]
        write(json.dumps(rows, indent=2) + "\n")
        return CLEAN
    width = max((len(rule.name) for rule in all_rules()), default=0)
    write(
        "".join(
            f"{rule.code}  {rule.name:<{width}}  {'default' if rule.default else 'off':<7}  {rule.summary}\n"
            for rule in all_rules()
        )
    )
    return CLEAN


def _find(wanted: str) -> Rule:
    for rule in all_rules():
        if wanted.casefold() in (rule.code.casefold(), rule.name):
            return rule
    known = [text for rule in all_rules() for text in (rule.code, rule.name)]
    near = suggest(wanted, known) or "; `fastapi-lint rules` lists them"
    raise MisuseError(f"no rule has the code or name `{wanted}`{near}")
