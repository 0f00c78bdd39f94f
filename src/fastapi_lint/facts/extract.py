"""A file's bytes to its facts."""

from __future__ import annotations

import io
import re
import tokenize

import libcst as cst

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.facts.positions import Positions
from fastapi_lint.facts.statements import StatementBuilder
from fastapi_lint.facts.unreadable import Unreadable


def extract(path: str, source: bytes | str) -> ModuleFacts | Unreadable:
    """The facts of the module at `path` (taken down as given). `source` is bytes, or text already decoded."""
    try:
        text = source if isinstance(source, str) else _decoded(source)
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        return _syntax_error(path, error)
    except (SyntaxError, UnicodeError, ValueError, LookupError) as error:
        return Unreadable(path, Span(1, 1, 1, 1), _first_line(str(error)))
    try:
        builder = StatementBuilder(Positions(module, text))
        body = builder.block(module.body)
    except RecursionError:
        return Unreadable(path, Span(1, 1, 1, 1), "nested too deeply to be read")
    except KeyError as error:  # no reader for a type of node: LibCST knows more syntax than this program
        return Unreadable(
            path, Span(1, 1, 1, 1), f"it uses syntax that is not known yet ({_type_name(error)})"
        )
    functions = tuple([function for function in builder.functions if function is not None])
    classes = tuple([cls for cls in builder.classes if cls is not None])
    return ModuleFacts(path, functions, classes, body, tuple(builder.imports))


def extract_file(path: str, text: str | None = None) -> ModuleFacts | Unreadable:
    """The facts of the file at `path`; `text` stands for its content when given."""
    if text is not None:
        return extract(path, text)
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        return Unreadable(path, Span(1, 1, 1, 1), error.strerror or type(error).__name__)
    return extract(path, source)


def _decoded(source: bytes) -> str:
    """The text as Python and LibCST decode it, without a byte order mark."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding)


def _type_name(error: KeyError) -> str:
    return getattr(error.args[0], "__name__", str(error))


_PLACE = re.compile(r"error at (\d+):(\d+)")


def _syntax_error(path: str, error: cst.ParserSyntaxError) -> Unreadable:
    """LibCST's own position is one line off for tokens that do not fit; the message has the right one."""
    message = _first_line(error.message)
    place = _PLACE.search(message)
    line, column = (int(place[1]), int(place[2])) if place else (error.editor_line, error.editor_column)
    column = max(column, 1)
    reason = "it is not valid Python 3 here" if place else message
    return Unreadable(path, Span(line, column, line, column + 1), reason)


def _first_line(message: str) -> str:
    return " ".join(message.split("\n", 1)[0].split()) or "it cannot be parsed"
