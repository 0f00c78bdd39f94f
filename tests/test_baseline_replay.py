"""The benchmark of the baseline decides by the lines of git's differences, and tells moves from new code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "baseline_replay.py"

_ONE = "async def one(request):\n    time.sleep(request.one)\n    return request\n"
_TWO = "async def two(request):\n    return request\n\n\nasync def more(request):\n    return request.more\n"
_MOVED = f"import os\nimport time\n\n\n{_TWO}\n\n{_ONE}"
_STATES = [
    f"import time\n\n\n{_ONE}\n\n{_TWO}",
    f"import os\nimport time\n\n\n{_ONE}\n\n{_TWO}",  # the line came down unchanged
    _MOVED,
    _MOVED.replace("request.one)", "request.first)"),  # edited
    _MOVED.replace("    return request.more", "    time.sleep(9)"),  # edited back, and a new one
]


def test_old_moved_edited_and_new(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, env=environment, check=True)

    git("init", "-q")
    for text in _STATES:
        (tmp_path / "app.py").write_text(text)
        git("add", ".")
        git("commit", "-q", "-m", "state")
    options = ("--commits", "4", "--step", "1", "--select", "FAP101")
    command = [sys.executable, str(SCRIPT), str(tmp_path), *options]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rows = {
        line.split()[0]: [(int(part), int(whole)) for part, whole in re.findall(r"(\d+) of +(\d+)", line)]
        for line in result.stdout.splitlines()
        if " of " in line
    }
    # Old that came back, new that hid, moved and edited that were recognized.
    assert rows["1"] == [(0, 1), (0, 1), (1, 1), (2, 2)]
    assert rows["4"] == [(0, 0), (0, 1), (0, 0), (1, 1)]
