"""The commands below `fastapi-lint baseline` and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fastapi_lint.cli.options import Jobs

app = typer.Typer(help="Live with the findings that there are, and see only new ones.", no_args_is_help=True)

_Path = Annotated[Path, typer.Argument(help="A directory or a file of the project.")]
_File = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="The baseline. By default the setting's, or else fastapi-lint-baseline.json in the project.",
    ),
]


@app.command()
def create(
    path: _Path = Path("."),
    file: _File = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a baseline that exists.")] = False,
    jobs: Jobs = None,
) -> int:
    """Write all findings of the project into a new baseline."""
    from fastapi_lint.cli.baseline import BaselineOptions, run_create

    return run_create(BaselineOptions(path, file, jobs), force=force)


@app.command()
def update(path: _Path = Path("."), file: _File = None, jobs: Jobs = None) -> int:
    """Remove from the baseline what is fixed. Nothing is added."""
    from fastapi_lint.cli.baseline import BaselineOptions, run_update

    return run_update(BaselineOptions(path, file, jobs))


@app.command()
def show(
    path: _Path = Path("."),
    file: _File = None,
    output_format: Annotated[
        str, typer.Option("--output-format", metavar="FORMAT", help="text or json.")
    ] = "text",
    jobs: Jobs = None,
) -> int:
    """Show what the baseline holds, and what of it is fixed."""
    from fastapi_lint.cli.baseline import BaselineOptions, run_show

    return run_show(BaselineOptions(path, file, jobs), output_format)
