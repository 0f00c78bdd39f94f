"""Compare two versions of the linter over pinned real applications.

    python scripts/ecosystem.py download LIST --into DIR
    python scripts/ecosystem.py dump --sources DIR --output BEFORE.json
    python scripts/ecosystem.py compare --sources DIR --before REVISION [--after REVISION]
    python scripts/ecosystem.py compare --sources DIR --against BEFORE.json [--after REVISION]

`LIST` names one pinned package a line (`name==version`; `#` begins a comment). `download` fetches
each without its dependencies and unpacks its `.py` files into `DIR/<name>/`. `compare` lints every
folder of `DIR` with both versions and prints the findings that appear (+), disappear (-) and those
whose message changed (~). Without `--after` the working tree is the newer version. The exit code is
0 when nothing changed and 1 otherwise; a person reads what changed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent


class Place(NamedTuple):
    """What makes a finding the same one in two versions, the sources being the same."""

    package: str
    file: str
    line: int
    column: int
    code: str


class Change(NamedTuple):
    appeared: list[tuple[Place, str]]
    disappeared: list[tuple[Place, str]]
    reworded: list[tuple[Place, str, str]]


# --- sources --------------------------------------------------------------------------------


def pinned(text: str) -> list[str]:
    """The requirements of a list; one that is not pinned is an error."""
    found = []
    for line in text.splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement and "==" not in requirement:
            raise ValueError(f"not pinned: {requirement}")
        if requirement:
            found.append(requirement)
    return found


def download(requirements: Sequence[str], folder: Path) -> None:
    """Fetch each package and unpack its Python files, unless its folder is there already."""
    for requirement in requirements:
        target = folder / requirement.partition("==")[0].strip().replace("-", "_").lower()
        if target.is_dir():
            print(f"{requirement}: there already", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as temporary:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", temporary]
            subprocess.run([*command, requirement], check=True, stdin=subprocess.DEVNULL)
            for archive in Path(temporary).iterdir():
                count = unpack(archive, target)
                print(f"{requirement}: {count} Python files", file=sys.stderr)


def unpack(archive: Path, target: Path) -> int:
    """Write the archive's Python files below `target`; returns how many. Paths that leave it are skipped."""
    count = 0
    for name, content in _members(archive):
        parts = PurePosixPath(name).parts
        if not name.endswith(".py") or ".." in parts or PurePosixPath(name).is_absolute():
            continue
        path = target.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        count += 1
    return count


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                yield name, wheel.read(name)
        return
    with tarfile.open(archive) as sdist:
        for member in sdist:
            content = sdist.extractfile(member)
            if content is not None:
                yield member.name.partition("/")[2], content.read()


# --- running one version --------------------------------------------------------------------


def dump(sources: Path) -> dict[str, Any]:
    """The findings of the linter that is importable here, and the seconds each package took."""
    from fastapi_lint import __version__
    from fastapi_lint.linter import lint

    packages: dict[str, list[list[Any]]] = {}
    seconds: dict[str, float] = {}
    for folder in sorted(path for path in sources.resolve().iterdir() if path.is_dir()):
        began = time.perf_counter()
        report = lint([folder])
        seconds[folder.name] = round(time.perf_counter() - began, 2)
        packages[folder.name] = [
            [
                Path(found.path).relative_to(folder).as_posix(),
                found.span.line,
                found.span.column,
                found.code,
                found.message,
            ]
            for found in report.diagnostics
        ]
        print(f"{folder.name}: {len(packages[folder.name])} findings", file=sys.stderr)
    return {"version": __version__, "packages": packages, "seconds": seconds}


def dump_of_tree(tree: Path, sources: Path) -> dict[str, Any]:
    """The findings of the version checked out in `tree`, run in a process of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary) / "findings.json"
        program = [sys.executable, __file__, "dump", "--sources", str(sources), "--output", str(output)]
        environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "FASTAPI_LINT_EXPECTED_TREE": str(tree)}
        subprocess.run(program, check=True, stdin=subprocess.DEVNULL, env=environment)
        loaded: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return loaded


def _assert_expected_tree() -> None:
    """An installed copy must not stand in for the revision that was asked for."""
    import fastapi_lint

    expected = os.environ.get("FASTAPI_LINT_EXPECTED_TREE")
    if expected and not Path(fastapi_lint.__file__).resolve().is_relative_to(Path(expected).resolve()):
        raise SystemExit(f"the linter was imported from outside the revision: {fastapi_lint.__file__}")


@contextmanager
def worktree(revision: str) -> Iterator[Path]:
    """A checkout of a revision, removed afterwards."""
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary) / "tree"
        git = ["git", "-C", str(REPOSITORY), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def dump_of_revision(revision: str | None, sources: Path) -> dict[str, Any]:
    """The findings of a git revision, or of the working tree when it is None."""
    if revision is None:
        return dump_of_tree(REPOSITORY, sources)
    with worktree(revision) as tree:
        return dump_of_tree(tree, sources)


# --- comparing ------------------------------------------------------------------------------


def compare(before: dict[str, Any], after: dict[str, Any]) -> Change:
    """What changed between two dumps, in packages that both have."""
    both = set(before["packages"]) & set(after["packages"])
    old, new = _by_place(before, both), _by_place(after, both)
    return Change(
        appeared=[(place, text) for place in sorted(new.keys() - old.keys()) for text in new[place]],
        disappeared=[(place, text) for place in sorted(old.keys() - new.keys()) for text in old[place]],
        reworded=[
            (place, was, now)
            for place in sorted(old.keys() & new.keys())
            for was, now in zip(old[place], new[place], strict=False)
            if was != now
        ],
    )


def _by_place(dumped: dict[str, Any], packages: set[str]) -> dict[Place, list[str]]:
    found: dict[Place, list[str]] = {}
    for package in packages:
        for file, line, column, code, message in dumped["packages"][package]:
            found.setdefault(Place(package, file, line, column, code), []).append(message)
    return {place: sorted(messages) for place, messages in found.items()}


def render(change: Change) -> str:
    out = [f"- {_told(place)} {message}" for place, message in change.disappeared]
    out += [f"+ {_told(place)} {message}" for place, message in change.appeared]
    for place, was, now in change.reworded:
        out += [f"~ {_told(place)} {was}", f"  {'now':>{len(_told(place))}} {now}"]
    out.append(
        f"{len(change.appeared)} appeared, {len(change.disappeared)} disappeared, "
        f"{len(change.reworded)} with another message"
    )
    return "\n".join(out)


def _told(place: Place) -> str:
    return f"{place.package}/{place.file}:{place.line}:{place.column}: {place.code}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare two versions of the linter over real applications.")
    commands = parser.add_subparsers(dest="command", required=True)
    download_command = commands.add_parser("download", help="fetch and unpack pinned packages")
    download_command.add_argument("list", type=Path)
    download_command.add_argument("--into", type=Path, required=True)
    dump_command = commands.add_parser("dump", help="write the findings as JSON")
    dump_command.add_argument("--sources", type=Path, required=True)
    dump_command.add_argument("--output", type=Path, required=True)
    compare_command = commands.add_parser("compare", help="print what changed")
    compare_command.add_argument("--sources", type=Path, required=True)
    older = compare_command.add_mutually_exclusive_group(required=True)
    older.add_argument("--before", metavar="REVISION")
    older.add_argument("--against", type=Path, metavar="DUMP")
    compare_command.add_argument("--after", metavar="REVISION", help="default: the working tree")
    options = parser.parse_args(arguments)
    if options.command == "download":
        download(pinned(options.list.read_text(encoding="utf-8")), options.into)
        return 0
    if options.command == "dump":
        _assert_expected_tree()
        text = json.dumps(dump(options.sources), indent=1)
        options.output.write_text(text, encoding="utf-8")
        return 0
    if options.against:
        before = json.loads(options.against.read_text(encoding="utf-8"))
    else:
        before = dump_of_revision(options.before, options.sources)
    change = compare(before, dump_of_revision(options.after, options.sources))
    print(render(change))
    return 1 if any(change) else 0


if __name__ == "__main__":
    sys.exit(main())
