"""Replay a baseline on the history of a repository: how many old findings come back, how many new ones hide.

python benchmarks/baseline_replay.py CLONE --commits 400 --step 40 [--select ALL] [--show]

CLONE is a clone or a bare git directory. Every STEP-th commit on the first-parent line is analysed whole;
a baseline is made at each of them and compared with every later one.

What is true is decided without the baseline, by following each line through the differences of all single
commits in between (`git log -p -U0 -M`): a finding is old when its line came down unchanged from a
line that carried a finding of the same rule. It is moved when one commit took such a line away together with a
neighbor and added both somewhere else (20 letters and digits at least, as for git's `--color-moved`), and
edited when a commit replaced such a line by the lines that it stands in; then either answer may be right.
All others are new. The last row but one counts moved findings as new ones, which is what a plain
difference says of them: an upper bound.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fastapi_lint.comparison import Described
from fastapi_lint.linter import describe_project
from fastapi_lint.project_files import find_projects
from fastapi_lint.settings import Overrides

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Hunk(NamedTuple):
    """`old_count` lines from `old_start` on became `new_count` lines from `new_start` on."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int


class FileChange(NamedTuple):
    """What a commit did to a file; `path` is its new name, None when it is gone. The texts are by line."""

    path: str | None
    hunks: tuple[Hunk, ...]
    removed: dict[int, str]
    added: dict[int, str]


class Change(NamedTuple):
    """What a commit did: to files, by their old names, and where it added which texts."""

    files: dict[str, FileChange]
    added: dict[str, list[tuple[str, int]]]


class Tracked(NamedTuple):
    """Where a finding's line is now: one line ("old", "moved"), or the lines that replaced it ("edited")."""

    code: str
    path: str
    lines: tuple[int, ...]
    how: str


class Sample(NamedTuple):
    """One analysed commit: its number on the line of commits, and what was found."""

    number: int
    described: Described
    places: tuple[tuple[str, int, str], ...]


class Outcome(NamedTuple):
    """Counts for one pair of samples, by what is true and whether the baseline said so."""

    old: int = 0
    resurfaced: int = 0
    new: int = 0
    hidden: int = 0
    moved: int = 0
    moved_hidden: int = 0
    edited: int = 0
    edited_hidden: int = 0

    def plus(self, other: Outcome) -> Outcome:
        return Outcome(*(mine + its for mine, its in zip(self, other, strict=True)))


def git(clone: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(clone), *arguments], check=True, capture_output=True).stdout


def commits_of(clone: Path, count: int) -> list[str]:
    """The last commits on the first-parent line, oldest first."""
    listed = git(clone, "rev-list", "--first-parent", f"--max-count={count + 1}", "HEAD").decode().split()
    return listed[::-1]


def changes_of(clone: Path, commits: Sequence[str]) -> list[Change]:
    """For each commit but the first what it did to Python files."""
    options = (
        "--first-parent",
        "--reverse",
        "-m",
        "-p",
        "-U0",
        "-M",
        "--no-color",
        "--no-ext-diff",
        "--format=%x00%H",
    )
    log = git(clone, "log", *options, f"{commits[0]}..{commits[-1]}", "--", "*.py").decode(errors="replace")
    by_commit = {}
    for part in log.split("\0")[1:]:
        commit, _, text = part.partition("\n")
        files = dict(_file_changes(text))
        added: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for change in files.values():
            for line, content in change.added.items():
                added[content].append((change.path or "", line))
        by_commit[commit] = Change(files, added)
    return [by_commit.get(commit, Change({}, {})) for commit in commits[1:]]


def _file_changes(text: str) -> Iterator[tuple[str, FileChange]]:
    prefixes = (("rename from ", "from"), ("rename to ", "to"), ("--- a/", "from"), ("+++ b/", "to"))
    for part in re.split(r"^diff --git ", text, flags=re.MULTILINE)[1:]:
        named: dict[str, str] = {}
        hunks: list[Hunk] = []
        removed: dict[int, str] = {}
        added: dict[int, str] = {}
        old = new = 0
        for line in part.split("\n")[1:]:
            if match := _HUNK.match(line):
                hunk = Hunk(*(int(number) if number is not None else 1 for number in match.groups()))
                hunks.append(hunk)
                old, new = hunk.old_start, hunk.new_start
            elif not hunks:
                for prefix, key in prefixes:
                    if line.startswith(prefix):
                        named[key] = line.removeprefix(prefix).rstrip("\t")
            elif line.startswith("-"):
                removed[old] = line[1:].strip()
                old += 1
            elif line.startswith("+"):
                added[new] = line[1:].strip()
                new += 1
        # A new file is nobody's old one, but what was moved may have come to it.
        yield (
            named.get("from", f"\0{named.get('to')}"),
            FileChange(named.get("to"), tuple(hunks), removed, added),
        )


def follow(place: Tracked, change: Change) -> Tracked | None:
    """Where the lines are after a commit; None when nothing is left of them."""
    if place.path not in change.files:
        return place
    path, hunks, removed, _ = change.files[place.path]
    lines: list[int] = []
    how = place.how
    for line in place.lines:
        shift = 0
        for hunk in hunks:
            if hunk.old_count and hunk.old_start <= line < hunk.old_start + hunk.old_count:
                if how != "edited" and (there := _moved_to(change, removed, line)):
                    return Tracked(place.code, there[0], (there[1],), "moved")
                lines += range(hunk.new_start, hunk.new_start + hunk.new_count)
                how = "edited"
                break
            if line > hunk.old_start:
                shift += hunk.new_count - hunk.old_count
        else:
            lines.append(line + shift)
    return Tracked(place.code, path, tuple(lines), how) if lines and path is not None else None


def _moved_to(change: Change, removed: dict[int, str], line: int) -> tuple[str, int] | None:
    """The place to which a commit moved a removed line and one of its neighbors."""
    by_path = {one.path: one.added for one in change.files.values()}
    text = removed[line]
    for path, number in change.added.get(text, ()):
        for step in (1, -1):
            neighbor = removed.get(line + step)
            is_same = neighbor and neighbor == by_path[path].get(number + step)
            if is_same and sum(character.isalnum() for character in f"{text}{neighbor}") >= 20:
                return path, number
    return None


def sample(clone: Path, commit: str, number: int, folder: Path, overrides: Overrides) -> Sample:
    """Analyse one commit, unpacked into `folder`, which has to stay for the comparisons."""
    names = git(clone, "ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0")
    wanted = [name for name in names if name.endswith(".py")]
    with tarfile.open(fileobj=io.BytesIO(git(clone, "archive", commit, "--", *wanted))) as archive:
        archive.extractall(folder, filter="data")
    (folder / "pyproject.toml").touch()
    (project,) = find_projects([folder], overrides=overrides)
    described = describe_project(project, overrides=overrides)
    places = tuple(
        (entry.path, finding.span.line, finding.code)
        for entry, finding in zip(described.entries, described.findings, strict=True)
    )
    return Sample(number, described, places)


def truth(tracked: Sequence[Tracked], places: Sequence[tuple[str, int, str]]) -> list[str]:
    """ "old", "moved", "edited" or "new" for each place."""
    left: defaultdict[tuple[str, int, str], list[int]] = defaultdict(list)
    for how in ("old", "moved", "edited"):
        for number, one in enumerate(tracked):
            if one.how == how:
                for line in one.lines:
                    left[one.path, line, one.code].append(number)
    used: set[int] = set()
    said = []
    for place in places:
        match = next((number for number in left[place] if number not in used), None)
        said.append("new" if match is None else tracked[match].how)
        if match is not None:
            used.add(match)
    return said


def compare(before: Sample, tracked: Sequence[Tracked], now: Sample) -> tuple[Outcome, list[str]]:
    """The counts for one pair, and a line for each finding that the baseline got wrong."""
    known = now.described.known_among(before.described.entries)
    outcome, mistakes = Outcome(), []
    for said, entry, place, finding in zip(
        truth(tracked, now.places), now.described.entries, now.places, now.described.findings, strict=True
    ):
        is_hidden = known.holds(finding)
        outcome = outcome.plus(
            {
                "old": Outcome(old=1, resurfaced=not is_hidden),
                "new": Outcome(new=1, hidden=is_hidden),
                "moved": Outcome(moved=1, moved_hidden=is_hidden),
                "edited": Outcome(edited=1, edited_hidden=is_hidden),
            }[said]
        )
        if (said == "old" and not is_hidden) or (said == "new" and is_hidden):
            kind = "resurfaced" if said == "old" else "hidden"
            mistakes.append(f"{before.number}..{now.number} {kind} {place[0]}:{place[1]} {entry}")
    return outcome, mistakes


def row(name: str, outcome: Outcome) -> str:
    """One line of the table."""

    def share(part: int, whole: int) -> str:
        return f"{part:>5} of {whole:>6} {100 * part / whole if whole else 0:6.2f} %"

    return (
        f"{name:>10}  {share(outcome.resurfaced, outcome.old)}  {share(outcome.hidden, outcome.new)}  "
        f"{share(outcome.moved_hidden, outcome.moved)}  {share(outcome.edited_hidden, outcome.edited)}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Replay a baseline on the history of a repository.")
    parser.add_argument("clone", type=Path)
    parser.add_argument("--commits", type=int, default=400, help="how many of the last commits to replay")
    parser.add_argument("--step", type=int, default=40, help="analyse every so many commits")
    parser.add_argument("--select", default="ALL", help="the rules to run, separated by commas")
    parser.add_argument("--show", action="store_true", help="list what the baseline got wrong")
    options = parser.parse_args(arguments)
    overrides = Overrides(select=tuple(options.select.split(",")))
    commits = commits_of(options.clone, options.commits)
    changes = changes_of(options.clone, commits)
    outcomes: defaultdict[int, Outcome] = defaultdict(Outcome)
    mistakes: list[str] = []
    # Each earlier sample with where its findings have come to.
    earlier: list[tuple[Sample, list[Tracked]]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, commit in enumerate(commits):
            if number:
                for index, (one, tracked) in enumerate(earlier):
                    moved = [follow(place, changes[number - 1]) for place in tracked]
                    earlier[index] = (one, [place for place in moved if place is not None])
            if number % options.step:
                continue
            now = sample(options.clone, commit, number, Path(folder, commit), overrides)
            print(f"{commit[:12]} {len(now.places)} findings", file=sys.stderr, flush=True)
            for before, tracked in earlier:
                outcome, wrong = compare(before, tracked, now)
                outcomes[number - before.number] = outcomes[number - before.number].plus(outcome)
                mistakes += wrong
            earlier.append((now, [Tracked(code, path, (line,), "old") for path, line, code in now.places]))
    if options.show:
        print("\n".join(mistakes))
    titles = ("old, resurfaced", "new, hidden", "moved, recognized", "edited, recognized")
    print("  ".join((f"{'commits':>10}", *(f"{title:>24}" for title in titles))))
    total = Outcome()
    for distance in sorted(outcomes):
        print(row(str(distance), outcomes[distance]))
        total = total.plus(outcomes[distance])
    bound = Outcome(new=total.new + total.moved, hidden=total.hidden + total.moved_hidden)
    print(row("bound", bound))
    print(row("all", total))
    return 0


if __name__ == "__main__":
    sys.exit(main())
