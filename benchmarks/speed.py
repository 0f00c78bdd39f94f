"""All that the speed of this program is judged by, as one table.

    python benchmarks/speed.py PATH [--repeats 5] [--million]

PATH is an application; its Python files are copied to a temporary directory first, for the cache and for
edits. Whatever is compared runs in turn in each repetition, so that a slow moment of the machine meets
both; medians are printed, and nothing is asserted, because the machine decides about the seconds.

`--million` adds a run over 1,000,000 lines: the packages of the application, copied under other names
until there are as many. It takes minutes, and memory is measured on Linux only.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cold_run import PARSE, Cost, measure, medians

_MILLION = 1_000_000

# flake8 with every installed plugin, or with every one but ours; both look at all distributions in the same way.
_FLAKE8 = """
import importlib.metadata, sys
without, sys.argv = sys.argv[1], ["flake8", *sys.argv[2:]]
every = importlib.metadata.distributions
importlib.metadata.distributions = lambda **named: (
    one for one in every(**named) if one.metadata["name"] != without
)
from flake8.main.cli import main
sys.exit(main())
"""

Row = tuple[str, str, str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Cold, warm, edited, flake8 and start-up, in one table.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--million", action="store_true", help="Measure a run over a million lines, too.")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        application = _copied(options.path, Path(temporary) / "application")
        bench = Benchmark(application, options.repeats)
        print(
            f"{len(bench.files):,} files, {bench.lines:,} lines; Python {platform.python_version()}, "
            f"{os.cpu_count()} processors; medians of {options.repeats}"
        )
        rows = [*bench.cold(), *bench.warm(), *bench.edited(), *bench.flake8(), *bench.start_up()]
        if options.million:
            rows += bench.million(Path(temporary) / "million")
    for row in (("run", "measured", "against", "result"), *rows):
        print("| {:<28} | {:>16} | {:>30} | {:>10} |".format(*row))
    return 0


class Benchmark:
    """Measures one application, a copy that may be changed."""

    def __init__(self, application: Path, repeats: int) -> None:
        self.application = application
        self.repeats = repeats
        self.files = sorted(application.rglob("*.py"))
        if not self.files:
            raise SystemExit(f"{application}: no Python files")
        self.lines = sum(path.read_bytes().count(b"\n") for path in self.files)
        self._check = [sys.executable, "-m", "fastapi_lint", "check", str(application)]
        self._cold = Cost(0, 0)

    def _in_turn(self, **runs: Callable[[], Cost]) -> dict[str, Cost]:
        taken: dict[str, list[Cost]] = {name: [] for name in runs}
        for repeat in range(self.repeats):
            print(f"{' and '.join(runs)}: {repeat + 1} of {self.repeats}", file=sys.stderr)
            for name, run in runs.items():
                taken[name].append(run())
        return {name: medians(costs) for name, costs in taken.items()}

    def cold(self) -> Iterator[Row]:
        names = self.application.parent / "names"
        names.write_text("\0".join(map(str, self.files)), encoding="utf-8")
        costs = self._in_turn(
            parse=lambda: measure([sys.executable, "-c", PARSE, str(names)]),
            cold=lambda: measure([*self._check, "--no-cache"], (0, 1)),
            first=lambda: self._first_run(),
        )
        parse, cold, first = costs["parse"], costs["cold"], costs["first"]
        self._cold = cold
        yield _ratio("cold: wall", cold.wall, "LibCST parses all files", parse.wall)
        yield _ratio("cold: CPU", cold.cpu, "LibCST parses all files", parse.cpu)
        yield _ratio("cold, filling the cache: CPU", first.cpu, "LibCST parses all files", parse.cpu)

    def _first_run(self) -> Cost:
        subprocess.run(
            [sys.executable, "-m", "fastapi_lint", "clean", str(self.application)],
            check=True,
            capture_output=True,
        )
        return measure(self._check, (0, 1))

    def warm(self) -> Iterator[Row]:
        ruff = [_tool("ruff"), "check", "--no-cache", "--select", "ASYNC,FAST", str(self.application)]
        self._fill()
        costs = self._in_turn(ruff=lambda: measure(ruff, (0, 1)), warm=lambda: measure(self._check, (0, 1)))
        yield _ratio("warm: wall", costs["warm"].wall, "ruff check --no-cache", costs["ruff"].wall)

    def edited(self) -> Iterator[Row]:
        file = max(self.files, key=lambda path: path.stat().st_size)

        def edit(text: str) -> Cost:
            with file.open("a", encoding="utf-8") as opened:
                opened.write(f"\n{text} {time.time_ns()}\n")
            return measure(self._check, (0, 1))

        costs = self._in_turn(code=lambda: edit("_edited_at ="), comment=lambda: edit("# edited at"))
        yield _ratio("the largest file edited: wall", costs["code"].wall, "cold", self._cold.wall)
        yield _ratio("a comment added to it: wall", costs["comment"].wall, "cold", self._cold.wall)

    def flake8(self) -> Iterator[Row]:
        file = statistics.median_low(sorted((path.stat().st_size, str(path)) for path in self.files))[1]
        command = [sys.executable, "-c", _FLAKE8]
        with_plugin = [*command, "", "--isolated", "-j1", file]
        without = [*command, "fastapi-lint", "--isolated", "-j1", file]
        measure(with_plugin, (0, 1))
        _let_clock_pass()
        measure(with_plugin, (0, 1))
        costs = self._in_turn(
            plain=lambda: measure(without, (0, 1)), flake8=lambda: measure(with_plugin, (0, 1))
        )
        yield _difference("flake8, one file, warm", costs["flake8"].wall, "flake8 alone", costs["plain"].wall)

    def start_up(self) -> Iterator[Row]:
        def program(*arguments: str) -> Callable[[], Cost]:
            return lambda: measure([sys.executable, *arguments])

        costs = self._in_turn(
            bare=program("-c", "pass"),
            version=program("-m", "fastapi_lint", "--version"),
            help=program("-m", "fastapi_lint", "--help"),
            plugin=program("-c", "import fastapi_lint.flake8_plugin"),
        )
        for name in ("version", "help"):
            yield f"--{name}: wall", _milliseconds(costs[name].wall), "", _milliseconds(costs[name].wall)
        yield _difference("import of the plugin", costs["plugin"].wall, "bare Python", costs["bare"].wall)

    def million(self, directory: Path) -> Iterator[Row]:
        lines = _multiplied(self.application, self.lines, directory)
        print(f"one run over {lines:,} lines", file=sys.stderr)
        memory = PeakMemory()
        with memory:
            cost = measure(
                [sys.executable, "-m", "fastapi_lint", "check", str(directory), "--no-cache"], (0, 1)
            )
        small = self._cold.cpu / self.lines
        yield _ratio(f"{lines:,} lines: CPU a line", cost.cpu / lines, "the application", small, unit="us")
        peak = f"{memory.peak / 2**30:.2f} GiB" if memory.peak else "unknown"
        yield f"{lines:,} lines: memory", peak, "", peak
        yield f"{lines:,} lines: wall", f"{cost.wall:.1f} s", "", f"{cost.wall:.1f} s"

    def _fill(self) -> None:
        """Two runs: what was written just now is looked at once more."""
        _let_clock_pass()
        for _ in range(2):
            measure(self._check, (0, 1))


class PeakMemory:
    """The largest sum of the memory of this process's descendants while the block runs; shared pages count once."""

    def __init__(self) -> None:
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            self.peak = max(self.peak, sum(map(_proportional_size, _descendants())))


def _descendants() -> list[int]:
    """The processes below this one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {os.getpid()})


def _proportional_size(process: int) -> int:
    try:
        match = re.search(
            r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE
        )
    except OSError:
        return 0
    return int(match[1]) * 1024 if match else 0


def _copied(source: Path, target: Path) -> Path:
    """The Python files of the application, as a project of their own."""
    for path in sorted(source.rglob("*.py")):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    (target / "pyproject.toml").touch()
    return target


def _multiplied(application: Path, lines: int, target: Path) -> int:
    """Copies of the application's packages, each importing its own copies; how many lines they have together."""
    tops = sorted(path for path in application.iterdir() if path.is_dir() and any(path.rglob("*.py")))
    names = "|".join(re.escape(top.name) for top in tops)
    imports = re.compile(rf"^(\s*(?:from|import)\s+)({names})\b", re.MULTILINE)
    copies = -(-_MILLION // lines)
    for number in range(copies):
        for top in tops:
            for path in top.rglob("*.py"):
                copy = target / f"{top.name}_{number}" / path.relative_to(top)
                copy.parent.mkdir(parents=True, exist_ok=True)
                text = path.read_text(encoding="utf-8", errors="replace")
                copy.write_text(imports.sub(rf"\g<1>\g<2>_{number}", text), encoding="utf-8")
    (target / "pyproject.toml").touch()
    return copies * lines


def _let_clock_pass() -> None:
    """Until the files count as old: those written just now are not believed by their times."""
    time.sleep(2.1)


def _tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else name


def _ratio(run: str, value: float, against: str, reference: float, unit: str = "s") -> Row:
    factor = 1_000_000 if unit == "us" else 1
    shown = f"{factor * value:.3f} {unit}"
    return run, shown, f"{against} {factor * reference:.3f} {unit}", f"{value / reference:.2f}"


def _difference(run: str, value: float, against: str, reference: float) -> Row:
    return (
        run,
        _milliseconds(value),
        f"{against} {_milliseconds(reference)}",
        f"+{_milliseconds(value - reference)}",
    )


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
