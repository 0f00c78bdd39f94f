"""The commands and their options; what they do stands in a module each and is imported when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fastapi_lint import __version__
from fastapi_lint.cli import CLEAN, MISUSE, MisuseError
from fastapi_lint.cli.baseline_commands import app as baseline_app
from fastapi_lint.cli.options import Jobs
from fastapi_lint.cli.output import complain, wants_color, write

app = typer.Typer(
    name="fastapi-lint",
    help="A linter that knows where FastAPI code runs.",
    epilog="Exit codes: 0 nothing found, 1 findings, 2 misuse or an internal error.",
    pretty_exceptions_enable=False,
    # Drawing the help takes longer than all the rest of it: only where somebody sees colors.
    rich_markup_mode="rich" if wants_color(sys.stdout) else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(baseline_app, name="baseline")

# The base of every error about arguments; typer gives no public name to it.
_ArgumentError: type[Exception] = typer.BadParameter.__mro__[2]

_SELECTION = "Codes, starts of codes (FAP1) or names, separated by commas:"
_AS_IN_CHECK = "As in `check`."
_Format = Annotated[str, typer.Option("--output-format", metavar="FORMAT", help="text or json.")]


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name; returns the exit code."""
    try:
        # The options of `check` belong together by their order, which parsing loses.
        typed = tuple(arguments)
        code = app(list(arguments), prog_name="fastapi-lint", standalone_mode=False, obj=typed)
    except _ArgumentError as error:
        message = " ".join(str(getattr(error, "format_message", error.__str__)()).split())
        if arguments and message.startswith("No such command") and os.path.exists(arguments[0]):
            message += f" Did you mean `fastapi-lint check {arguments[0]}`?"
        complain(f"error: {message}")
        return MISUSE
    except MisuseError as error:
        complain(f"error: {error}")
        return MISUSE
    except typer.Abort:
        return MISUSE
    return code if isinstance(code, int) else CLEAN


def _print_version(value: bool) -> None:
    if value:
        write(f"fastapi-lint {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _without_command(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        write(context.get_help())
        raise typer.Exit(MISUSE)


@app.command()
def check(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATHS]...",
            help="Files and directories (by default the current one), or `-` for standard input. "
            "Each is judged with its whole project in view.",
            show_default=False,
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help=f"{_SELECTION} the rules to run, in place of the default ones."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help=f"{_SELECTION} rules not to run.")
    ] = None,
    extend_select: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help=f"{_SELECTION} rules to run besides.")
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERNS",
            help="Files and directories to leave out, as in .gitignore, in place of the setting `exclude`.",
        ),
    ] = None,
    force_exclude: Annotated[
        bool, typer.Option("--force-exclude", help="Leave excluded files out even when they are named.")
    ] = False,
    output_format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help="full, concise, grouped, json, json-lines, sarif, github, gitlab, junit, markdown or html. "
            "Several may be given. By default full on a terminal, or else concise.",
        ),
    ] = None,
    output_file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Where the format before it goes; one without a file goes to standard output, as does `-`.",
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="SEVERITY",
            help="Exit with 1 only for findings as bad as that: error, warning or info (the default).",
        ),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Show how often each rule found something, not the findings.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print findings only: no summary, no progress, no warnings.")
    ] = False,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Read every file again, and store nothing in the project's cache."),
    ] = False,
    cache_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIRECTORY",
            envvar="FASTAPI_LINT_CACHE_DIR",
            help="Where the cache is; by default .fastapi_lint_cache in the project.",
        ),
    ] = None,
    jobs: Jobs = None,
    stdin_filename: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The file whose text comes from standard input; needs `-` as the path."
        ),
    ] = None,
    startup: Annotated[
        bool,
        typer.Option("--startup", help="Report also what blocks the loop while the application starts."),
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Report only what is not in this baseline. By default the setting's."
        ),
    ] = None,
    no_baseline: Annotated[
        bool, typer.Option("--no-baseline", help="Report also what is in the project's baseline.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="Report only what the git revision REF did not have; `REF...` for where this branch left REF.",
        ),
    ] = None,
    add_noqa: Annotated[
        str | None,
        typer.Option(
            metavar="REASON", help="Accept the findings: write `# noqa: CODE -- REASON` where each stands."
        ),
    ] = None,
) -> int:
    """Check files and directories."""
    from fastapi_lint.cli.check import CheckOptions, run_check

    return run_check(
        CheckOptions(
            paths=tuple(paths or (Path("."),)),
            select=_split(select),
            ignore=_split(ignore),
            extend_select=_split(extend_select),
            exclude=_split(exclude),
            force_exclude=force_exclude,
            output_formats=tuple(output_format or ()),
            output_files=tuple(output_file or ()),
            fail_on=fail_on,
            exit_zero=exit_zero,
            statistics=statistics,
            quiet=quiet,
            jobs=jobs,
            stdin_filename=stdin_filename,
            startup=startup,
            baseline=baseline,
            no_baseline=no_baseline,
            since=since,
            add_noqa=add_noqa,
            arguments=context.obj,
            no_cache=no_cache,
        )
    )


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="A directory of the project.")] = Path("."),
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Accept what is found now: write a baseline, and use it.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", "--diff", help="Show what would be written as a diff, and write nothing."),
    ] = False,
) -> int:
    """Write a starting configuration into pyproject.toml."""
    from fastapi_lint.cli.init import InitOptions, run_init

    return run_init(InitOptions(path, baseline, dry_run))


@app.command()
def config(
    path: Annotated[Path, typer.Argument(help="A directory or a file of the project.")] = Path("."),
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of [tool.fastapi-lint] instead.")
    ] = False,
    output_format: _Format = "text",
    select: Annotated[list[str] | None, typer.Option(metavar="RULES", help=_AS_IN_CHECK)] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help=_AS_IN_CHECK)] = None,
    extend_select: Annotated[list[str] | None, typer.Option(metavar="RULES", help=_AS_IN_CHECK)] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="PATTERNS", help=_AS_IN_CHECK)] = None,
    startup: Annotated[bool, typer.Option("--startup", help=_AS_IN_CHECK)] = False,
    baseline: Annotated[Path | None, typer.Option(metavar="FILE", help=_AS_IN_CHECK)] = None,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help=_AS_IN_CHECK)] = False,
    fail_on: Annotated[str | None, typer.Option(metavar="SEVERITY", help=_AS_IN_CHECK)] = None,
) -> int:
    """Show the settings that count, and where each comes from."""
    from fastapi_lint.cli.config import ConfigOptions, run_config, run_schema

    if schema:
        return run_schema()
    options = ConfigOptions(
        select=_split(select),
        ignore=_split(ignore),
        extend_select=_split(extend_select),
        exclude=_split(exclude),
        startup=startup,
        baseline=baseline,
        no_baseline=no_baseline,
        fail_on=fail_on,
    )
    return run_config(path, options, output_format)


@app.command()
def clean(
    path: Annotated[Path, typer.Argument(help="A directory or a file of the project.")] = Path("."),
) -> int:
    """Delete a project's cache."""
    from fastapi_lint.cli.replay import run_clean

    return run_clean(path)


@app.command()
def rule(rule: Annotated[str, typer.Argument(metavar="RULE", help="A code or a name.")]) -> int:
    """Explain a rule."""
    from fastapi_lint.cli.explain import run_rule

    return run_rule(rule)


@app.command()
def rules(output_format: _Format = "text") -> int:
    """List all rules."""
    from fastapi_lint.cli.explain import run_rules

    return run_rules(output_format)


@app.command()
def routes(
    path: Annotated[Path, typer.Argument(help="A directory or a file of the project.")] = Path("."),
    output_format: _Format = "text",
    jobs: Jobs = None,
) -> int:
    """List the routes of a project and where they run."""
    from fastapi_lint.cli.routes import run_routes

    return run_routes(path, output_format, jobs)


@app.command()
def audit(
    path: Annotated[Path, typer.Argument(help="A directory or a file of the project.")] = Path("."),
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write; `-` is standard output. By default audit.html, other formats go to standard output.",
        ),
    ] = None,
    output_format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help="html, markdown or json. By default what the file's name says."
        ),
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the audit as JSON too, for a later `--previous`."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The JSON of an earlier audit, to show what has changed."),
    ] = None,
    jobs: Jobs = None,
) -> int:
    """Write a report of the whole application to show to a team."""
    from fastapi_lint.cli.audit import AuditOptions, run_audit

    return run_audit(AuditOptions(path, output, output_format, json_file, previous, jobs))


@app.command()
def why(
    question: Annotated[
        str, typer.Argument(metavar="WHAT", help='`FILE:LINE`, or a route such as "GET /users/{id}".')
    ],
    path: Annotated[
        Path, typer.Option("--path", metavar="PATH", help="The project to look for the route in.")
    ] = Path("."),
    everything: Annotated[
        bool, typer.Option("--all", help="Show every call, also those that neither block nor hand over.")
    ] = False,
    output_format: Annotated[
        str, typer.Option("--format", "--output-format", metavar="FORMAT", help="text or json.")
    ] = "text",
    jobs: Jobs = None,
) -> int:
    """Tell what a route runs, or why a line has a finding or none."""
    from fastapi_lint.cli.why import run_why

    return run_why(question, path, everything, output_format, jobs)


def _split(values: Sequence[str] | None) -> tuple[str, ...] | None:
    """The values of an option that may be repeated and may separate them by commas; None if it is not given."""
    if values is None:
        return None
    return tuple(part for value in values for part in value.replace(",", " ").split())
