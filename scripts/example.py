"""Write what is generated from the example application: its expected findings and the README's output.

    python scripts/example.py            write both
    python scripts/example.py --check    change nothing; exit with 1 when one of them is out of date

`examples/legacy_app/EXPECTED.txt` holds one `file:line code` for each finding. Read its diff: a finding
that appears or disappears has to be meant.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = "examples/legacy_app"
SHOWN = "`orders.pay`"
_OUTPUT = re.compile(r"(?<=<!-- output -->\n```text\n).*?(?=```\n<!-- /output -->)", re.DOTALL)
_FINDING = re.compile(rf"{EXAMPLE}/([^:]+:\d+):\d+: (FAP\d{{3}}) ")


def check(output_format: str) -> str:
    """What `fastapi-lint check` prints about the example, without colors."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    command = [sys.executable, "-m", "fastapi_lint", "check", "--output-format", output_format, EXAMPLE]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 1:
        raise SystemExit(f"exit code {done.returncode} where 1 was expected: {done.stderr}")
    return done.stdout


def expected() -> str:
    """The text of EXPECTED.txt."""
    found = (_FINDING.match(line) for line in check("concise").splitlines())
    return "".join(sorted(f"{match[1]} {match[2]}\n" for match in found if match))


def shown() -> str:
    """The one finding that the README shows, without the address of its page."""
    findings = re.split(r"\n(?=FAP\d{3} )", check("full"))
    finding = next(text for text in findings if SHOWN in text.partition("-->")[0])
    lines = [line.rstrip() for line in finding.rstrip().splitlines()]
    end = next(number for number, line in enumerate(lines) if "reached by:" in line)
    return "\n".join(lines[: end + 1]) + "\n"


def documents() -> dict[Path, str]:
    """Each generated file with the text that it should have."""
    readme = ROOT / "README.md"
    output = shown()
    return {
        ROOT / EXAMPLE / "EXPECTED.txt": expected(),
        readme: _OUTPUT.sub(lambda _: output, readme.read_text(encoding="utf-8")),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write what is generated from the example application.")
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    options = parser.parse_args(arguments)
    stale = [
        (path, text)
        for path, text in documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        name = path.relative_to(ROOT).as_posix()
        if options.check:
            print(f"{name} is out of date: run `python scripts/example.py`", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
