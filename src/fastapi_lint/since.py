"""What a project's git revision already had: the findings of the old tree, to compare with those of today.

Both trees are analysed whole, under today's settings. So a finding counts as new when the change made it
one, wherever its line stands: a helper that starts to block makes the endpoints above it new findings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from fastapi_lint import discovery
from fastapi_lint.baseline import Entry
from fastapi_lint.facts.cache import FactsCache
from fastapi_lint.linter import describe_project
from fastapi_lint.project_files import ProjectFiles, find_projects
from fastapi_lint.revisions import is_blob, read_blobs, read_revision
from fastapi_lint.settings import Overrides
from fastapi_lint.sources import decode
from fastapi_lint.store import Store, digest


def entries_at(
    reference: str,
    paths: Sequence[Path],
    *,
    overrides: Overrides | None = None,
    overlay: Mapping[Path, str] | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    store: Store | None = None,
) -> dict[str, Sequence[Entry]]:
    """The findings at a git revision of the projects that the paths belong to, by the projects' roots.

    `linter.lint` takes them as `older`. Raises `RevisionError`, `PathError` and `SettingsError`.
    """
    overrides = overrides or Overrides()
    texts = {os.path.realpath(path): text for path, text in (overlay or {}).items()}
    older: dict[str, Sequence[Entry]] = {}
    for project in find_projects(paths, overrides=overrides, overlay=texts):
        old, old_texts, digests = _at(reference, project, overrides)
        facts = FactsCache(store, digests) if store is not None else None
        describe = partial(
            describe_project, old, overrides=overrides, overlay=old_texts, jobs=jobs, progress=progress
        )
        try:
            described = describe(facts=facts)
        except Exception:
            if facts is None or not facts.recalled:
                raise
            described = describe(facts=None)  # what the cache held may have been made up
        older[project.root] = described.entries
    return older


def _at(
    reference: str, project: ProjectFiles, overrides: Overrides
) -> tuple[ProjectFiles, dict[str, str], dict[str, bytes]]:
    """The project as it was; the texts of files that are not so on disk now; and the others' hashes."""
    revision = read_revision(project.root, reference)
    patterns = project.settings.exclude if overrides.exclude is None else overrides.exclude
    exclude = discovery.compile_patterns((*patterns, *project.settings.extend_exclude))
    known = set(project.known)
    # A submodule's files are in no revision of ours: they count as they are.
    submodules = tuple(os.path.join(top, "") for top in revision.submodules)
    files = {path for path in known if submodules and path.startswith(submodules)}
    changed: list[str] = []
    digests: dict[str, bytes] = {}
    for path, blob in revision.blobs.items():
        content = _content(path)
        if content is not None and path not in known:
            continue  # today's run leaves it out as well
        if content is None and discovery.is_excluded(path, project.root, exclude):
            continue
        files.add(path)
        if content is not None and is_blob(content, blob):
            digests[path] = digest(content)
        else:
            changed.append(path)
    texts = {path: decode(content) for path, content in read_blobs(revision, changed).items()}
    old = project._replace(known=tuple(sorted(files)), checked=frozenset(files))
    return old, texts, digests


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
