"""Calls that move their callable argument to a thread, a process or a loop of its own.

Each row names the position and keyword of the work-bearing argument, and how many leading
arguments the callee keeps for itself. Evidence: signatures of the installed packages.
"""

from __future__ import annotations

from typing import NamedTuple


class HandOver(NamedTuple):
    """`position`/`keyword`: the work. `awaitable`: the call gives an awaitable of the work's result.

    `passes_arguments`: the arguments after the work are the work's. `returns`: the library type of the call's
    result, when it is not awaitable. `returns_callable`: the call gives a callable that hands over when called.
    """

    position: int
    keyword: str
    awaitable: bool = True
    passes_arguments: bool = True
    returns: str = ""
    returns_callable: bool = False


FUNCTIONS: dict[str, HandOver] = {
    "asyncio.to_thread": HandOver(0, "func"),
    "starlette.concurrency.run_in_threadpool": HandOver(0, "func"),
    "fastapi.concurrency.run_in_threadpool": HandOver(0, "func"),
    "anyio.to_thread.run_sync": HandOver(0, "func"),
    "anyio.to_process.run_sync": HandOver(0, "func"),
    "anyio.run_sync_in_worker_thread": HandOver(0, "func"),
    "trio.to_thread.run_sync": HandOver(0, "sync_fn"),
    "asgiref.sync.sync_to_async": HandOver(0, "func", returns_callable=True),
    "asgiref.sync.SyncToAsync": HandOver(0, "func", returns_callable=True),
    "channels.db.database_sync_to_async": HandOver(0, "func", returns_callable=True),
    "asyncer.asyncify": HandOver(0, "function", returns_callable=True),
    "aiofiles.base.wrap": HandOver(0, "func", returns_callable=True),
    "aiofiles.os.wrap": HandOver(0, "func", returns_callable=True),
    "aiofiles.ospath.wrap": HandOver(0, "func", returns_callable=True),
    "threading.Thread": HandOver(
        1, "target", awaitable=False, passes_arguments=False, returns="threading.Thread"
    ),
    "threading.Timer": HandOver(
        1, "function", awaitable=False, passes_arguments=False, returns="threading.Timer"
    ),
    "multiprocessing.Process": HandOver(
        1, "target", awaitable=False, passes_arguments=False, returns="multiprocessing.Process"
    ),
    "_thread.start_new_thread": HandOver(0, "function", awaitable=False, passes_arguments=False),
    "atexit.register": HandOver(0, "func", awaitable=False),
    "signal.signal": HandOver(1, "handler", awaitable=False, passes_arguments=False),
    "weakref.finalize": HandOver(1, "func", awaitable=False),
    "starlette.concurrency.iterate_in_threadpool": HandOver(0, "iterator", passes_arguments=False),
    "joblib.delayed": HandOver(0, "function", awaitable=False, returns_callable=True),
}

METHODS: dict[str, HandOver] = {
    "run_in_executor": HandOver(1, "func"),
    "submit": HandOver(0, "fn", awaitable=False, returns="concurrent.futures.Future"),
    "apply_async": HandOver(
        0, "func", awaitable=False, passes_arguments=False, returns="multiprocessing.pool.AsyncResult"
    ),
    "map": HandOver(
        0, "fn", awaitable=False, passes_arguments=False, returns="concurrent.futures.Executor.map"
    ),
    "add_job": HandOver(0, "func", awaitable=False, passes_arguments=False),
}
"""By method name. `run_in_executor` is distinctive enough for any receiver; the others need one of `METHOD_OWNERS`."""

_EXECUTORS = frozenset(
    {
        "concurrent.futures.ThreadPoolExecutor",
        "concurrent.futures.ProcessPoolExecutor",
        "concurrent.futures.Executor",
        "concurrent.futures.thread.ThreadPoolExecutor",
        "concurrent.futures.process.ProcessPoolExecutor",
    }
)

METHOD_OWNERS: dict[str, frozenset[str]] = {
    "submit": _EXECUTORS,
    "map": _EXECUTORS,
    "apply_async": frozenset(
        {"multiprocessing.pool.Pool", "multiprocessing.pool.ThreadPool", "multiprocessing.Pool"}
    ),
    "add_job": frozenset(
        {
            "apscheduler.schedulers.asyncio.AsyncIOScheduler",
            "apscheduler.schedulers.background.BackgroundScheduler",
            "apscheduler.schedulers.blocking.BlockingScheduler",
        }
    ),
}

LOOP_CALLBACKS: dict[str, int] = {
    "call_soon": 0,
    "call_soon_threadsafe": 0,
    "call_later": 1,
    "call_at": 1,
    "add_signal_handler": 1,
    "add_reader": 1,
    "add_writer": 1,
    "add_done_callback": 0,
}
"""Methods of a loop, task or future that run a plain function on the loop later: name to the function's position."""

OWN_LOOPS: dict[str, int] = {
    "asyncio.run": 0,
    "asyncio.Runner.run": 0,
    "anyio.run": 0,
    "anyio.from_thread.run": 0,
    "trio.run": 0,
    "uvloop.run": 0,
    "asgiref.sync.async_to_sync": 0,
    "asyncer.syncify": 0,
    "asyncio.run_coroutine_threadsafe": 0,
    "asyncio.AbstractEventLoop.run_until_complete": 0,
    "nest_asyncio.asyncio.run": 0,
}
"""Callables that run a coroutine (or coroutine function) for code that is not on the loop, with its position."""

AWAITABLE_CONSUMERS: frozenset[str] = frozenset(
    {
        "asyncio.gather",
        "asyncio.wait",
        "asyncio.wait_for",
        "asyncio.shield",
        "asyncio.ensure_future",
        "asyncio.create_task",
        "asyncio.as_completed",
        "asyncio.tasks.create_task",
        "asyncio.TaskGroup.create_task",
        "asyncio.AbstractEventLoop.create_task",
    }
)
"""Calls whose arguments are awaitables: a call among them is awaited, whatever its name says."""

COMMAND = "click.Command"
"""The type of a function that a command-line library has made a command of."""

COMMANDS = frozenset(
    {"click.command", "click.group", "click.Command.command", "click.Command.group", "click.Group.command",
     "click.Group.group", "asyncclick.command", "asyncclick.group", "typer.Typer.command", "typer.Typer.callback",
     "cyclopts.App.command", "cyclopts.App.default", "temporalio.activity.defn", "temporalio.workflow.run",
     "temporalio.workflow.signal", "temporalio.workflow.query", "temporalio.workflow.update"}
)  # fmt: skip
"""Decorators that make a command, or work for a worker: its process runs it, on a loop of its own, and no request does."""

WORKER_FIELDS = frozenset(
    {"functions", "cron_jobs", "on_startup", "on_shutdown", "on_job_start", "on_job_end", "after_job_end"}
)
"""What a settings class of arq names: coroutine functions that the worker's process runs on a loop of its own."""

WORKER_MARKS = frozenset({"functions", "cron_jobs"})
"""Fields of which such a class has one at least."""

WORKER_WRAPPERS = frozenset({"arq.cron", "arq.cron.cron", "arq.func", "arq.worker.func"})
"""Calls that wrap such a function, which is their first argument."""
