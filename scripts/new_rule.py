"""Start a rule: its module, its first fixture and its page, with examples that fail until they are filled in.

python scripts/new_rule.py FAP123 some-name
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MODULE = '''\
"""{code}: say in one line what the rule finds."""

from __future__ import annotations

from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="{code}",
    name="{name}",
    summary="Say in one sentence what is wrong and what comes of it.",
    since="{since}",
)
'''
EXAMPLE = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root() -> None:
    wrong = "write code that the rule has to find"  # error: {code}
    print(wrong)
"""
SILENT = """

@app.get("/silent")
async def silent() -> None:
    right = "write code that the rule must not take for it"
    print(right)
"""
PAGE = """\
# {code}: {name}

Say in one sentence what is wrong and what comes of it.

## Why is this bad?

Say what happens to the users of the application.

## Example

```python
{example}```

Use instead:

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root() -> None:
    return None
```

## What it misses

Say what the rule does not see.

## When to turn it off

Say when a reader may ignore it.

## References

Link what shows that the rule is right.
"""


class NewRuleError(Exception):
    """The rule cannot be started; the text is one line that says why."""


def create(root: Path, code: str, name: str, since: str) -> list[Path]:
    """Write the files of a new rule below `root` and return them. Overwrites nothing.

    Raises `NewRuleError` for a code or a name that is malformed or taken.
    """
    if not re.fullmatch(r"FAP\d{3}", code):
        raise NewRuleError(f"`{code}` is not a code such as FAP123")
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
        raise NewRuleError(f"`{name}` is not a name such as blocking-sleep-on-event-loop")
    rules = root / "src" / "fastapi_lint" / "rules"
    pages = root / "docs" / "rules"
    fixtures = root / "tests" / "fixtures" / code
    if taken := [*rules.glob(f"{code.lower()}_*.py"), *pages.glob(f"{code}.md"), *fixtures.glob("*")]:
        raise NewRuleError(f"{code} exists: {taken[0].relative_to(root).as_posix()}")
    module = name.replace("-", "_")
    if taken := sorted(rules.glob(f"fap[0-9][0-9][0-9]_{module}.py")):
        raise NewRuleError(f"`{name}` is the name of {taken[0].name[:6].upper()}")
    files = {
        rules / f"{code.lower()}_{module}.py": MODULE.format(code=code, name=name, since=since),
        fixtures / "first.py": EXAMPLE.format(code=code) + SILENT,
        pages / f"{code}.md": PAGE.format(code=code, name=name, example=EXAMPLE.format(code=code)),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Create the rule that the arguments name; returns the exit code."""
    parser = argparse.ArgumentParser(description="Start a rule: module, fixture and page.")
    parser.add_argument("code", help="a code that was never used, such as FAP123")
    parser.add_argument("name", help="names the pattern, reads well after `allow`")
    options = parser.parse_args(arguments)
    version = re.search(
        r'__version__ = "([^"]+)"',
        (root / "src" / "fastapi_lint" / "__init__.py").read_text(encoding="utf-8"),
    )
    try:
        if version is None:
            raise NewRuleError("src/fastapi_lint/__init__.py has no __version__")
        files = create(root, options.code, options.name, version[1])
    except NewRuleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for path in files:
        print(path.relative_to(root).as_posix())
    return 0


if __name__ == "__main__":
    sys.exit(main())
