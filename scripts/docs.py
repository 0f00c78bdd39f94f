"""Write what is generated in the documentation: the table of rules in README.md, and docs/rules/index.md.

python scripts/docs.py            write both
python scripts/docs.py --check    change nothing; exit with 1 when one of them is out of date
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from fastapi_lint.rules import all_rules
from fastapi_lint.rules.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = {
    "FAP0": "The tool itself",
    "FAP1": "The event loop is blocked",
    "FAP2": "Shared state and locks",
    "FAP3": "Endpoints, routes and dependencies",
    "FAP4": "Lifespan and resources",
    "FAP5": "Errors, middleware and configuration",
}
_TABLE = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", re.DOTALL)


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


def readme(text: str, rules: Iterable[Rule]) -> str:
    """README.md with its table brought up to date. Raises ValueError when it has no place for one."""
    if len(_TABLE.findall(text)) != 1:
        raise ValueError("README.md needs exactly one pair of <!-- rules --> and <!-- /rules -->")
    table = rule_table(rules, "docs/rules/")
    return _TABLE.sub(lambda _: table, text)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the generated texts below `root`; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the documentation.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when out of date")
    check = parser.parse_args(arguments).check
    rules = all_rules()
    wanted = {
        root / "README.md": readme((root / "README.md").read_text(encoding="utf-8"), rules),
        root / "docs" / "rules" / "index.md": index(rules),
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
