"""The Python files of a git revision, read from git's own store.

Nothing is checked out, no hook runs, and git may not fetch what a partial clone lacks.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# What a hook's environment says about the repository it runs for; we ask about the one around a directory.
_HOOK_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
_FILES = ("100644", "100755")
_SUBMODULE = "160000"
_SINCE_FORK = "..."


class RevisionError(Exception):
    """A revision that cannot be read; the text is one line that says why."""


class Revision(NamedTuple):
    """The Python files below a directory as a commit has them.

    `blobs` gives their object names by absolute path; `submodules` are directories whose files the
    commit does not hold.
    """

    root: str
    commit: str
    blobs: Mapping[str, str]
    submodules: tuple[str, ...]


def read_revision(root: str, reference: str) -> Revision:
    """The files below `root` at `reference`; `REF...` means where the current branch left REF.

    Raises `RevisionError`.
    """
    _git(root, ["rev-parse", "--git-dir"], f"`{root}` is in no git repository that can be read")
    commit = _commit(root, reference)
    listing = _git(root, ["ls-tree", "-r", "-z", commit], f"the files of `{reference}` cannot be listed")
    blobs: dict[str, str] = {}
    submodules = []
    for row in listing.split(b"\0"):
        if not row:
            continue
        description, _, name = row.partition(b"\t")
        mode, _, blob = description.decode("ascii").split(" ", 2)
        path = os.path.join(root, *os.fsdecode(name).split("/"))
        if mode == _SUBMODULE:
            submodules.append(path)
        elif mode in _FILES and path.endswith(".py"):
            blobs[path] = blob
    return Revision(root, commit, blobs, tuple(submodules))


def read_blobs(revision: Revision, paths: Iterable[str]) -> dict[str, bytes]:
    """The contents of these files at the revision. Raises `RevisionError`."""
    wanted = list(paths)
    request = "".join(revision.blobs[path] + "\n" for path in wanted).encode("ascii")
    problem = f"the files of commit {revision.commit[:12]} cannot be read"
    output = _git(revision.root, ["cat-file", "--batch"], problem, request)
    contents = {}
    position = 0
    for path in wanted:
        end = output.find(b"\n", position)
        header = output[position:end].split(b" ")
        if len(header) != 3:
            raise RevisionError(f"{problem}: this clone lacks `{path}`{_shallow_hint(revision.root)}")
        size = int(header[2])
        contents[path] = output[end + 1 : end + 1 + size]
        position = end + 1 + size + 1
    return contents


def is_blob(content: bytes, name: str) -> bool:
    """Whether an object's name is that of a file with this content."""
    algorithm = hashlib.sha256 if len(name) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0%b" % (len(content), content)).hexdigest() == name


def _commit(root: str, reference: str) -> str:
    """The name of the commit that a reference means."""
    name = reference.removesuffix(_SINCE_FORK)
    problem = f"`{reference}` is no revision of the git repository around `{root}`"
    if name.startswith("-"):
        raise RevisionError(problem)
    try:
        commit = (
            _git(root, ["rev-parse", "--verify", "--quiet", name + "^{commit}"], problem).decode().strip()
        )
        if name != reference:
            problem = f"`{name}` and the current commit have no common ancestor"
            commit = _git(root, ["merge-base", commit, "HEAD"], problem).decode().strip()
    except RevisionError as error:
        raise RevisionError(f"{error}{_shallow_hint(root)}") from error
    return commit


def _shallow_hint(root: str) -> str:
    is_shallow = _git(root, ["rev-parse", "--is-shallow-repository"], "").strip() == b"true"
    return "; this clone is shallow, and `git fetch --unshallow` brings the rest" if is_shallow else ""


def _git(root: str, arguments: Sequence[str], problem: str, input: bytes = b"") -> bytes:
    environment = {key: value for key, value in os.environ.items() if key not in _HOOK_VARIABLES}
    environment |= {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        result = subprocess.run(
            ["git", *arguments], cwd=root, env=environment, input=input, capture_output=True, check=False
        )
    except OSError as error:
        raise RevisionError(f"git cannot be run: {error}") from error
    if result.returncode:
        said = " ".join(result.stderr.decode(errors="replace").split())
        raise RevisionError(f"{problem}: {said}" if said else problem)
    return result.stdout
