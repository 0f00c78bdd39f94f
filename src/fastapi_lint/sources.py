"""The text of a file by lines, for whoever looks at a finding's surroundings; and writing a file whole."""

from __future__ import annotations

import io
import os
import stat
import tempfile
import tokenize
from collections.abc import Callable, Mapping, Sequence

Reader = Callable[[str], Sequence[str]]


def file_reader(overlay: Mapping[str, str] | None = None) -> Reader:
    """A function from a path to the file's lines, each with its end; a file that cannot be read has none.

    `overlay` holds texts that stand in for what is on disk. Every file is read once.
    """
    texts = overlay or {}
    known: dict[str, Sequence[str]] = {}

    def read(path: str) -> Sequence[str]:
        if path not in known:
            text = texts.get(path)
            known[path] = _read_lines(path) if text is None else split_lines(text)
        return known[path]

    return read


def split_lines(text: str) -> list[str]:
    """The lines as Python counts them: a form feed or a Unicode separator does not end one."""
    return io.StringIO(text.removeprefix("\ufeff"), newline=None).readlines()


def decode(content: bytes) -> str:
    """The text of a Python file: by its declared encoding, or else, so that there is something to show, Latin-1."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        return content.decode("latin-1")


def _read_lines(path: str) -> list[str]:
    try:
        with open(path, "rb") as file:
            return split_lines(decode(file.read()))
    except OSError:
        return []


def replace_file(path: str, content: bytes) -> None:
    """Write a file so that whoever reads it meanwhile, and a run that is cut off, sees the old or the new one.

    A file that exists keeps its permissions. Raises OSError.
    """
    path = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(prefix=".fastapi-lint-", dir=os.path.dirname(path))
    try:
        with open(handle, "wb") as file:
            file.write(content)
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
        except FileNotFoundError:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
