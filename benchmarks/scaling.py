"""What analysing costs a line, by phase: whether a large application costs more a line than a small one.

    python benchmarks/scaling.py DIRECTORY [DIRECTORY ...]

Each directory is one project. A fresh process for each reads its Python files (one job, no cache),
evaluates it and answers the questions of the rules that run by default; the same process has parsed the
files with LibCST before. The columns are CPU time in microseconds a line; `analysis` is everything after
reading, and its ratio to the parse is what should not grow with the size. `evaluations` are those of
function bodies, a function. `peak` is the memory of the process in MiB.
Nothing is asserted, because the machine decides about the seconds; tests/test_scaling.py counts.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def measured(directory: str) -> dict[str, Any]:
    """The costs of one project; to be run in a process of its own."""
    import libcst

    from fastapi_lint.analysis.options import Options
    from fastapi_lint.analysis.program import Program
    from fastapi_lint.collector import collector_paused
    from fastapi_lint.deep_stack import on_deep_stack
    from fastapi_lint.facts.reading import read_all
    from fastapi_lint.inference.interpreter import Interpreter
    from fastapi_lint.inference.project_run import evaluate_project
    from fastapi_lint.project.modules import Project
    from fastapi_lint.rules import all_rules

    files = sorted(str(path) for path in Path(directory).resolve().rglob("*.py"))
    lines = 0
    began = time.process_time()
    for path in files:
        source = Path(path).read_bytes()
        lines += source.count(b"\n")
        try:
            libcst.parse_module(source)
        except libcst.ParserSyntaxError:
            continue
    seconds: dict[str, float] = {"parse": time.process_time() - began}
    questions: dict[str, float] = {}

    def run() -> tuple[int, int, int]:
        with collector_paused():
            began = time.process_time()
            facts, unreadable = read_all([(path, None) for path in files], 1, None)
            seconds["read"] = time.process_time() - began
            began = time.process_time()
            interpreter = Interpreter(Project(str(Path(directory).resolve()), facts))
            evaluate_project(interpreter)
            seconds["evaluate"] = time.process_time() - began
            program = Program(interpreter, tuple(unreadable), Options())
            began = time.process_time()
            assert program.reach is not None
            for rule in all_rules():
                for question, _ in rule.checks if rule.default else ():
                    before = time.process_time()
                    program.answers(question)
                    questions.setdefault(question.__name__, time.process_time() - before)
            seconds["answer"] = time.process_time() - began
        functions = {frame.function for frame in interpreter.frames}
        return (
            len(functions),
            len(interpreter.frames),
            sum(frame.evaluations for frame in interpreter.frames),
        )

    functions, frames, evaluations = on_deep_stack(run)
    seconds["analysis"] = seconds["evaluate"] + seconds["answer"]
    return {
        "directory": directory,
        "lines": lines,
        "seconds": seconds,
        "questions": questions,
        "functions": functions,
        "frames": frames,
        "evaluations": evaluations,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="CPU a line by phase, for projects of several sizes.")
    parser.add_argument("directories", nargs="+")
    parser.add_argument("--questions", action="store_true", help="also the five dearest questions of each")
    parser.add_argument("--json", action="store_true", help="one object a project instead of the table")
    options = parser.parse_args(arguments)
    phases = ("parse", "read", "evaluate", "answer", "analysis")
    if not options.json:
        heads = "".join(f"{phase:>10}" for phase in phases)
        print(f"{'project':<24}{'lines':>9}{heads}{'ratio':>7}{'evaluations':>13}{'peak':>7}")
    for directory in options.directories:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(measured, (directory,))
        if options.json:
            print(json.dumps(found), flush=True)
            continue
        seconds, lines = found["seconds"], max(1, found["lines"])
        costs = "".join(f"{seconds[phase] / lines * 1e6:>10.1f}" for phase in phases)
        ratio = seconds["analysis"] / max(seconds["parse"], 1e-9)
        again = found["evaluations"] / max(1, found["functions"])
        name = Path(directory).resolve().name
        print(
            f"{name:<24}{lines:>9,}{costs}{ratio:>7.2f}{again:>13.2f}{found['peak']:>7,}",
            flush=True,
        )
        if options.questions:
            for question, cost in sorted(found["questions"].items(), key=lambda item: -item[1])[:5]:
                print(f"    {question:<28}{cost / lines * 1e6:>8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
