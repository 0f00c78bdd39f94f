"""What a cold run costs, against parsing the same files once with LibCST.

    python benchmarks/cold_run.py PATH [--repeats 3]

Each repetition starts, one after the other, a fresh process that only parses every file below PATH
(`libcst.parse_module` on its bytes, the garbage collector as Python sets it), and
`python -m fastapi_lint check PATH` without cache, with one job and with two. Wall time and CPU time
are those of the whole process, its children included. The medians and the ratios to the parse are
printed; nothing is asserted, because the machine decides about the seconds.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PARSE = """
import sys
import libcst
parsed = 0
for path in open(sys.argv[1], encoding="utf-8").read().split("\\0"):
    with open(path, "rb") as file:
        source = file.read()
    try:
        libcst.parse_module(source)
    except Exception:
        continue
    parsed += 1
print(parsed)
"""


class Cost(NamedTuple):
    """Seconds of one process and all its children."""

    wall: float
    cpu: float


def measure(command: Sequence[str], allowed: Sequence[int] = (0,)) -> Cost:
    """Run a command to its end; any exit code that is not allowed is an error."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in allowed:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode()}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def medians(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.cpu for cost in costs))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Cold runs, as ratios to a parse with LibCST.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(arguments)
    files = sorted(options.path.rglob("*.py"))
    if not files:
        raise SystemExit(f"{options.path}: no Python files")
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    check = [sys.executable, "-m", "fastapi_lint", "check", str(options.path), "--no-cache"]
    with tempfile.TemporaryDirectory() as temporary:
        names = Path(temporary) / "names"
        names.write_text("\0".join(map(str, files)), encoding="utf-8")
        commands = {
            "parse with LibCST": [sys.executable, "-c", PARSE, str(names)],
            "check -j1": [*check, "-j1"],
            "check -j2": [*check, "-j2"],
        }
        costs: dict[str, list[Cost]] = {name: [] for name in commands}
        for repeat in range(options.repeats):
            print(f"repetition {repeat + 1} of {options.repeats}", file=sys.stderr)
            for name, command in commands.items():
                costs[name].append(measure(command, allowed=(0, 1)))
    parse = medians(costs["parse with LibCST"])
    print(f"{len(files):,} files, {lines:,} lines, Python {platform.python_version()}")
    print(
        f"{'median of ' + str(options.repeats):<20}{'wall s':>10}{'cpu s':>10}{'wall ratio':>12}{'cpu ratio':>12}"
    )
    for name in commands:
        cost = medians(costs[name])
        print(
            f"{name:<20}{cost.wall:>10.2f}{cost.cpu:>10.2f}"
            f"{cost.wall / parse.wall:>12.2f}{cost.cpu / parse.cpu:>12.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
