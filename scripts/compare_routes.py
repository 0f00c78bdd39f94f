"""Compare the static route table with that of a running application.

    python scripts/compare_routes.py --python VENV/bin/python --app package.main:app DIR
    python scripts/compare_routes.py --python VENV/bin/python --app "package.main:create_app()" DIR --env KEY=VALUE

`DIR` holds the sources that `VENV` has installed (usually `VENV/lib/python3.x/site-packages/package`). The application
is imported in a process of its own, by its own interpreter; the linter itself never runs what it reads. A route counts
as found when method and path agree. Routes whose handler is defined outside of `DIR` (documentation pages, other
packages) are left out on both sides.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from fastapi_lint.analysis.options import Options
from fastapi_lint.analysis.program import SourceFile, analyse

DUMP = r"""
import importlib, inspect, json, sys

def unwrap(function):
    while True:
        if hasattr(function, "func") and not inspect.isfunction(function):
            function = function.func
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        else:
            return function

def place(endpoint):
    endpoint = unwrap(endpoint)
    try:
        name = inspect.getsourcefile(endpoint) or ""
    except TypeError:
        try:
            name = inspect.getsourcefile(type(endpoint)) or ""
        except TypeError:
            name = ""
    return name, getattr(endpoint, "__qualname__", type(endpoint).__qualname__)

def listed(app, prefix=""):
    import fastapi.routing
    from starlette.routing import Mount
    contexts = getattr(fastapi.routing, "iter_route_contexts", None)
    for route in contexts(app.routes) if contexts is not None else app.routes:
        original = getattr(route, "original_route", route)
        if isinstance(original, Mount):
            if hasattr(original.app, "routes"):
                yield from listed(original.app, prefix + original.path)
            continue
        endpoint = getattr(route, "endpoint", None)
        if endpoint is None:
            continue
        file, name = place(endpoint)
        methods = getattr(route, "methods", None)
        if methods is None:
            methods = ["WEBSOCKET"]
            if inspect.isclass(endpoint):
                methods = [m for m in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(endpoint, m.lower())]
        for method in sorted(methods):
            if method != "HEAD" or "GET" not in methods:
                yield {"method": method, "path": prefix + route.path, "file": file, "handler": name}

module, _, expression = sys.argv[1].partition(":")
app = eval(expression, vars(importlib.import_module(module)))
while not hasattr(app, "routes"):
    app = app.app
with open(sys.argv[2], "w") as out:
    json.dump(list(listed(app)), out)
"""


class Listed(NamedTuple):
    """One method of one route. `path` has `{}` for each parameter when it is compared."""

    method: str
    path: str
    file: str
    handler: str

    @property
    def key(self) -> tuple[str, str]:
        return self.method, re.sub(r"\{[^}:]*(:\w+)?\}", r"{\1}", self.path)

    def __str__(self) -> str:
        return f"{self.method:9} {self.path}  {self.handler} ({self.file})"


def running(python: str, app: str, environment: dict[str, str], start: str | None) -> list[Listed]:
    """The routes of the application as it runs in the interpreter `python`, started in the folder `start`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "routes.json"
        code = Path(folder) / "dump.py"
        code.write_text(DUMP, encoding="utf-8")
        done = subprocess.run(
            [os.path.abspath(python), str(code), app, str(out)],
            cwd=start or folder,
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
        )
        if done.returncode:
            raise SystemExit(f"error: `{app}` cannot be imported by {python}")
        found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return [Listed(**one) for one in found]


def static(root: Path) -> tuple[list[Listed], set[str]]:
    """The routes of the table, and the files that it was made from."""
    files = [str(path) for path in sorted(root.rglob("*.py"))]
    table = analyse(str(root), [SourceFile(file) for file in files], Options()).table
    routes = [
        Listed(method, route.path, route.file, route.handler)
        for route in table.routes
        if route.is_served
        for method in route.methods or ("WEBSOCKET",)
    ]
    return routes, set(files)


def report(title: str, routes: Iterable[Listed]) -> None:
    ordered = sorted(set(routes))
    print(f"\n{title} ({len(ordered)})")
    for route in ordered:
        print(f"  {route}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sources", type=Path)
    parser.add_argument("--python", required=True, help="the interpreter that has the application installed")
    parser.add_argument("--app", required=True, help="module:expression")
    parser.add_argument("--env", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--start", help="the folder that the application expects to run in")
    options = parser.parse_args(arguments)
    environment = dict(one.split("=", 1) for one in options.env)
    listed = running(options.python, options.app, environment, options.start)
    ours, files = static(options.sources.resolve())
    real = {os.path.realpath(file) for file in files}
    theirs = [one for one in listed if os.path.realpath(one.file) in real]
    expected, known = {one.key for one in theirs}, {one.key for one in ours}
    found = len(expected & known)
    share = 100 * found / len(expected) if expected else 0.0
    print(f"{found} of {len(expected)} routes of the running application found: {share:.1f} %")
    print(f"{len(known - expected)} of {len(known)} routes of the table are not among them")
    report("missed", [one for one in theirs if one.key not in known])
    report("not in the running application", [one for one in ours if one.key not in expected])
    return 0 if expected <= known else 1


if __name__ == "__main__":
    sys.exit(main())
