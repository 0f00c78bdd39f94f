"""What `check` says of a baseline or an older revision."""

from __future__ import annotations

import os
from collections.abc import Iterable

from fastapi_lint.comparison import Accepted
from fastapi_lint.reporters.summary import count, relative_path


def describe_accepted(accepted: Iterable[Accepted], since: str | None = None) -> str:
    """What to say after the summary of a run: what is not shown, and what can go from the baseline."""
    lines = []
    for one in accepted:
        if one.in_revision:
            lines.append(
                f"Not shown: {count(one.in_revision, 'finding')} that {since or 'an older revision'} had."
            )
        if one.baseline is None:
            continue
        shown = shown_path(one.baseline)
        if one.in_baseline:
            lines.append(f"Not shown: {count(one.in_baseline, 'finding')} in the baseline {shown}.")
        if one.fixed:
            lines.append(
                f"Fixed: {count(len(one.fixed), 'finding')} of the baseline; "
                f"`fastapi-lint baseline update` removes {'it' if len(one.fixed) == 1 else 'them'} from {shown}."
            )
    return "".join(f"{line}\n" for line in lines)


def shown_path(path: str) -> str:
    """The path as seen from the current directory."""
    return relative_path(path, os.path.realpath(os.curdir))
