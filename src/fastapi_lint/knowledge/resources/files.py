"""Files and temporary files."""

from __future__ import annotations

from fastapi_lint.knowledge.resources.rows import INSTALLED, Resource

# A row is one record and stays on as few lines as it needs.
# fmt: off
RESOURCES: tuple[Resource, ...] = (
    Resource("io.IOBase", ("open", "io.open"), "file", "high", close=("close",), context_manager="with",
        exit_stack="enter_context(x) or callback(x.close)",
        note="in a dependency: `yield` inside `with`; FileResponse of a temp file needs BackgroundTask(os.unlink)",
        evidence=INSTALLED),
    Resource("aiofiles.threadpool.binary.AsyncBufferedIOBase", ("aiofiles.open",), "file", "high", awaited=True,
        close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("anyio.AsyncFile", ("anyio.open_file",), "file", "high", awaited=True, close=("aclose",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.aclose)", evidence=INSTALLED),
    Resource("tempfile.TemporaryDirectory", ("tempfile.TemporaryDirectory",), "file", "high", close=("cleanup",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.cleanup)",
        note="returned FileResponse inside `with TemporaryDirectory()` is deleted before it is sent",
        evidence=INSTALLED),
    Resource("tempfile._TemporaryFileWrapper",
        ("tempfile.NamedTemporaryFile", "tempfile.mkstemp", "tempfile.mkdtemp"), "file", "high", close=("close",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.close)",
        note="delete=False / mkstemp / mkdtemp: nothing removes it", evidence=INSTALLED),
    Resource("zipfile.ZipFile", ("zipfile.ZipFile",), "file", "high", close=("close",), context_manager="with",
        exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
)
