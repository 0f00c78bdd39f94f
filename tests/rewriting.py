"""Rewrites of source text for the metamorphic tests: each keeps every line where it is."""

from __future__ import annotations

import ast
import builtins
import io
import itertools
import tokenize
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Replacement(NamedTuple):
    """Put `text` in the place of a stretch of one line; columns count characters."""

    line: int
    start: int
    end: int
    text: str


def replace(source: str, replacements: Iterable[Replacement]) -> str:
    """Apply replacements that do not overlap."""
    lines = source.splitlines(keepends=True)
    for line, start, end, text in sorted(replacements, reverse=True):
        lines[line - 1] = lines[line - 1][:start] + text + lines[line - 1][end:]
    return "".join(lines)


def without_async(source: str) -> str:
    """The source without the words `async` and `await`, so that everything is an ordinary function."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    return replace(
        source,
        [
            Replacement(token.start[0], token.start[1], following.start[1], "")
            for token, following in itertools.pairwise(tokens)
            if token.type == tokenize.NAME and token.string in ("async", "await")
        ],
    )


def with_renamed_imports(source: str) -> str:
    """The source with every import at module level bound to another name: `import x as renamed_x`.

    Names that are bound anywhere else, and imports of submodules, keep their names.
    """
    tree = ast.parse(source)
    imported: dict[str, ast.alias] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom) and (
            not isinstance(statement, ast.ImportFrom) or statement.module != "__future__"
        ):
            for alias in statement.names:
                if "." not in (alias.asname or alias.name) and alias.name != "*":
                    imported[alias.asname or alias.name] = alias
    bound = set(_bound_names(tree))
    renamed = {name: alias for name, alias in imported.items() if name not in bound}
    replacements = [
        Replacement(
            alias.lineno, alias.col_offset, alias.end_col_offset or 0, f"{alias.name} as renamed_{name}"
        )
        for name, alias in renamed.items()
    ]
    replacements += [
        Replacement(node.lineno, node.col_offset, node.end_col_offset or 0, f"renamed_{node.id}")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in renamed
    ]
    return replace(source, replacements)


def _bound_names(tree: ast.Module) -> Iterator[str]:
    """Every name that something other than an import at module level binds, and names inside strings."""
    top = {id(statement) for statement in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
        ):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in top:
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names if "." in alias.name)


def split_in_two(source: str) -> tuple[str, str, list[str]] | None:
    """The source without its plain helpers, those helpers as a module `helpers`, and their names.

    A helper is a synchronous function without decorators that uses nothing of its module but imports
    and other helpers. None when there is none.
    """
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    available = {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names}
    available |= set(dir(builtins))
    helpers = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.decorator_list
    }
    while True:
        unfit = [name for name, node in helpers.items() if not _free_names(node) <= available | set(helpers)]
        if not unfit:
            break
        for name in unfit:
            del helpers[name]
    if not helpers:
        return None
    lines = source.splitlines()
    moved = ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in (*imports, *helpers.values())]
    rest = list(lines)
    for node in helpers.values():
        rest[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or 0) - node.lineno + 1)
    first = imports[0].lineno - 1
    rest[first] = f"from helpers import {', '.join(sorted(helpers))}; {rest[first]}"
    return "\n".join(rest) + "\n", "\n\n\n".join(moved) + "\n", sorted(helpers)


def _free_names(function: ast.FunctionDef) -> set[str]:
    own = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    own |= {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            own -= set(node.names)
            return {"<a global of its module>"}
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node is not function:
            own.add(node.name)
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return used - own


def calls_in_threads(source: str, lines: set[int]) -> tuple[str, set[int]]:
    """The source with calls on the given lines of `async def` bodies handed to a thread, and which lines.

    Only calls that are a statement, or what a statement returns, that fit one line, and whose receiver
    and arguments call nothing: these are computed before anything is handed over.
    """
    tree = ast.parse(source)
    replacements = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        for statement in _own_statements(function):
            call = statement.value if isinstance(statement, ast.Expr | ast.Return) else None
            if (
                isinstance(call, ast.Call)
                and call.lineno == call.end_lineno
                and call.lineno in lines
                and not any(
                    isinstance(node, ast.Call | ast.Await | ast.GeneratorExp | ast.ListComp)
                    for argument in (call.func, *call.args, *call.keywords)
                    for node in ast.walk(argument)
                )
                and not any(isinstance(argument, ast.Starred) for argument in call.args)
            ):
                text = source.splitlines()[call.lineno - 1]
                function_text = text[call.func.col_offset : call.func.end_col_offset]
                rest = text[call.func.end_col_offset : call.end_col_offset].strip()[1:-1].strip()
                arguments = f", {rest}" if rest else ""
                wrapped = f"await __import__('asyncio').to_thread({function_text}{arguments})"
                replacements.append(
                    Replacement(call.lineno, call.col_offset, call.end_col_offset or 0, wrapped)
                )
    changed = replace(source, replacements).replace("__import__('asyncio')", "thread_library")
    if replacements:
        first = next(node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)).lineno - 1
        rows = changed.splitlines()
        rows[first] = f"import asyncio as thread_library; {rows[first]}"
        changed = "\n".join(rows) + "\n"
    return changed, {replacement.line for replacement in replacements}


def _own_statements(function: ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    """The statements that run in the function itself, not in one nested in it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.stmt):
            yield node
        pending.extend(ast.iter_child_nodes(node))
