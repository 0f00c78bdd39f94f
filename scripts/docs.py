"""Write what is generated in the documentation: the tables of rules and of settings, and the settings' schema.

python scripts/docs.py            write README.md, docs/rules/index.md, docs/configuration.md and docs/fastapi-lint.schema.json
python scripts/docs.py --check    change nothing; exit with 1 when one of them is out of date
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from fastapi_lint.rules import all_rules
from fastapi_lint.rules.rule import Rule
from fastapi_lint.settings_schema import json_schema, reference

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = {
    "FAP0": "The tool itself",
    "FAP1": "The event loop is blocked",
    "FAP2": "Shared state and locks",
    "FAP3": "Endpoints, routes and dependencies",
    "FAP4": "Lifespan and resources",
    "FAP5": "Errors, middleware and configuration",
}


def rule_table(rules: Iterable[Rule], folder: str) -> str:
    """A Markdown table of rules whose pages lie in `folder`, relative to the document."""
    lines = ["| code | name | what it finds |", "|---|---|---|"]
    for rule in rules:
        off = "" if rule.default else " *(off by default)*"
        lines.append(f"| [{rule.code}]({folder}{rule.code}.md) | `{rule.name}` | {rule.summary}{off} |")
    return "\n".join(lines) + "\n"


def index(rules: Iterable[Rule]) -> str:
    """The text of docs/rules/index.md: one table for each family."""
    parts = ["# Rules\n\n<!-- Written by scripts/docs.py from the rules themselves. -->\n"]
    for family, members in groupby(rules, key=lambda rule: rule.code[:4]):
        parts.append(f"## {FAMILIES[family]}\n\n{rule_table(members, '')}")
    return "\n".join(parts)


def filled(path: Path, mark: str, table: str) -> str:
    """The text of a document with a table between its two marks. Raises ValueError when it has no place for one."""
    text = path.read_text(encoding="utf-8")
    place = re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)", re.DOTALL)
    if len(place.findall(text)) != 1:
        raise ValueError(f"{path.name} needs exactly one pair of <!-- {mark} --> and <!-- /{mark} -->")
    return place.sub(lambda _: table, text)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the generated texts below `root`; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the documentation.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when out of date")
    check = parser.parse_args(arguments).check
    rules, docs = all_rules(), root / "docs"
    wanted = {
        root / "README.md": filled(root / "README.md", "rules", rule_table(rules, "docs/rules/")),
        docs / "rules" / "index.md": index(rules),
        docs / "configuration.md": filled(docs / "configuration.md", "settings", reference()),
        docs / "fastapi-lint.schema.json": json.dumps(json_schema(), indent=2) + "\n",
    }
    stale = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        name = path.relative_to(root).as_posix()
        if check:
            print(f"{name} is out of date; run `python scripts/docs.py`", file=sys.stderr)
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(f"wrote {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
