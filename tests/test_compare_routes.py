"""`scripts/compare_routes.py`: what it finds missing is missing, and what it counts as found is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts/compare_routes.py"
APPS = ROOT / "tests/routes_apps"

DYNAMIC = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/known/{id}")
def known(id: int): ...


for name in dir(app)[:1]:
    app.add_api_route("/" + name.strip("_"), known)
"""


def compare(sources: Path, app: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--python", sys.executable, "--app", app, str(sources), "--env", f"PYTHONPATH={path}"],
        capture_output=True,
        text=True,
    )  # fmt: skip


def test_a_table_that_agrees() -> None:
    done = compare(APPS / "nested", "nested.main:app", APPS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "100.0 %" in done.stdout
    assert "missed (0)" in done.stdout


def test_a_route_that_only_the_running_application_has(tmp_path: Path) -> None:
    (tmp_path / "dynamic.py").write_text(DYNAMIC, encoding="utf-8")
    done = compare(tmp_path, "dynamic:app", tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 of 2 routes of the running application found: 50.0 %" in done.stdout
    assert "missed (1)" in done.stdout


def test_an_application_that_cannot_be_imported(tmp_path: Path) -> None:
    done = compare(tmp_path, "nowhere:app", tmp_path)
    assert done.returncode == 1
    assert "cannot be imported" in done.stderr
