"""What each setting of `[tool.fastapi-lint]` is: for the reference in the documentation and for editors.

`settings.py` reads and judges them; a test holds the two together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi_lint.pages import REPOSITORY
from fastapi_lint.rules import all_rules
from fastapi_lint.settings import EVERYTHING, OUTPUT_FORMATS, SEVERITIES

SCHEMA_ADDRESS = "http://json-schema.org/draft-07/schema#"
TITLE = "Settings of fastapi-lint: [tool.fastapi-lint] in pyproject.toml"


class Described(NamedTuple):
    """One setting: its key, its type, default and meaning in words, an example, and its JSON schema."""

    key: str
    type: str
    default: str
    meaning: str
    example: Any
    schema: dict[str, Any]


_SELECTOR = {"$ref": "#/definitions/selector"}
_SELECTORS = {"type": "array", "items": _SELECTOR}
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}}

SETTINGS = (
    Described(
        "select",
        "list of rules",
        "the rules that are on by default",
        "run these rules instead of those that are on by default",
        ["FAP1", "FAP301"],
        _SELECTORS,
    ),
    Described(
        "extend-select",
        "list of rules",
        "`[]`",
        "run these as well; a rule that is off by default needs its full code or its name",
        ["FAP109"],
        _SELECTORS,
    ),
    Described("ignore", "list of rules", "`[]`", "do not run these", ["FAP104"], _SELECTORS),
    Described(
        "extend-ignore",
        "list of rules",
        "`[]`",
        "do not run these either",
        ["deprecated-startup-event"],
        _SELECTORS,
    ),
    Described(
        "per-file-ignores",
        "table: pattern to list of rules",
        "`{}`",
        "drop these findings in files that match",
        {"scripts/*": ["FAP1"]},
        {"type": "object", "additionalProperties": _SELECTORS},
    ),
    Described(
        "exclude",
        "list of patterns",
        "`[]`",
        "leave these paths out, as in a `.gitignore`",
        ["legacy/"],
        _NAMES,
    ),
    Described("extend-exclude", "list of patterns", "`[]`", "leave these out as well", ["*_pb2.py"], _NAMES),
    Described(
        "blocking",
        "list of dotted names",
        "`[]`",
        "your own functions that block (FAP112)",
        ["acme.legacy.fetch"],
        _NAMES,
    ),
    Described(
        "offload",
        "list of dotted names",
        "`[]`",
        "your own functions that hand their argument to a thread",
        ["acme.threads.run"],
        _NAMES,
    ),
    Described(
        "startup",
        "true or false",
        "`false`",
        "also report blocking work that runs before the application serves",
        True,
        {"type": "boolean"},
    ),
    Described(
        "baseline",
        "path of a file",
        "none",
        "findings that are not reported",
        "fastapi-lint-baseline.json",
        {"type": "string", "minLength": 1},
    ),
    Described(
        "output-format",
        "name of a format",
        "`full` on a terminal, or else `concise`",
        "the format that `check` writes when the command line names none",
        "grouped",
        {"enum": list(OUTPUT_FORMATS)},
    ),
    Described(
        "fail-on",
        ", ".join(f"`{severity}`" for severity in SEVERITIES[:-1]) + f" or `{SEVERITIES[-1]}`",
        f"`{SEVERITIES[-1]}`",
        "exit with 1 only for findings as bad as that",
        "error",
        {"enum": list(SEVERITIES)},
    ),
)

_DEFAULTS: dict[str, Any] = {"per-file-ignores": {}, "startup": False, "fail-on": SEVERITIES[-1]}


def default_of(key: str) -> Any:
    """The value that counts when nobody sets the key, as JSON has it; None where it depends on more than that."""
    if key in ("select", "baseline", "output-format"):
        return None
    return _DEFAULTS.get(key, [])


def selectors() -> list[str]:
    """Everything that selects rules: `ALL`, the starts of codes, the codes and the names."""
    codes = [rule.code for rule in all_rules()]
    starts = {code[:length] for code in codes for length in range(len("FAP"), len(code))}
    return [EVERYTHING, *sorted(starts.union(codes)), *sorted(rule.name for rule in all_rules())]


def json_schema() -> dict[str, Any]:
    """The JSON schema (draft 7) of the table `[tool.fastapi-lint]`."""
    properties = {}
    for setting in SETTINGS:
        property_: dict[str, Any] = {"description": _sentence(setting.meaning), **setting.schema}
        default = default_of(setting.key)
        if default is not None:
            property_["default"] = default
        property_["examples"] = [setting.example]
        properties[setting.key] = property_
    return {
        "$schema": SCHEMA_ADDRESS,
        "$id": f"{REPOSITORY}/raw/main/docs/fastapi-lint.schema.json",
        "title": TITLE,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "definitions": {
            "selector": {
                "description": "A code, the start of codes, a rule's name or ALL.",
                "enum": selectors(),
            }
        },
    }


def reference() -> str:
    """The settings as a table in Markdown."""
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    lines += [f"| `{one.key}` | {one.type} | {one.default} | {one.meaning} |" for one in SETTINGS]
    return "\n".join(lines) + "\n"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
