"""What starting costs, against a Python that does nothing.

    python benchmarks/start_up.py [--repeats 15]

Bare Python, `--version`, `--help`, the import of the flake8 plugin, and the import of LibCST (what a
start must not pay) run one after the other in each repetition. The smallest and the median CPU time
and the median wall time are printed in milliseconds; nothing is asserted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

from cold_run import Cost, measure

COMMANDS = {
    "bare python": ["-c", "pass"],
    "--version": ["-m", "fastapi_lint", "--version"],
    "--help": ["-m", "fastapi_lint", "--help"],
    "import of the plugin": ["-c", "import fastapi_lint.flake8_plugin"],
    "import of LibCST": ["-c", "import libcst"],
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Start-up times against bare Python.")
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args(arguments)
    costs: dict[str, list[Cost]] = {name: [] for name in COMMANDS}
    for _ in range(options.repeats):
        for name, command in COMMANDS.items():
            costs[name].append(measure([sys.executable, *command]))
    bare = statistics.median(cost.cpu for cost in costs["bare python"])
    print(f"{'ms':<24}{'cpu min':>10}{'cpu median':>12}{'wall median':>13}{'over bare':>11}")
    for name, taken in costs.items():
        cpu = statistics.median(cost.cpu for cost in taken)
        print(
            f"{name:<24}{1000 * min(cost.cpu for cost in taken):>10.0f}{1000 * cpu:>12.0f}"
            f"{1000 * statistics.median(cost.wall for cost in taken):>13.0f}{1000 * (cpu - bare):>11.0f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
