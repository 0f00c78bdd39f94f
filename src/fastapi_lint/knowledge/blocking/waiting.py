"""Parameters that say how long a call waits, by the place at which they may be passed.

Only these methods are judged by such arguments: `timeout=0` means "at once" to a lock, and "forever" to some clients.
A constructor's row is about `with` and about calls that leave the argument out.
"""

from __future__ import annotations

from functools import cache

AT_ONCE: dict[str, object] = {
    "blocking": False, "block": False, "wait": False, "timeout": 0, "fail_when_locked": True,
}  # fmt: skip
"""The arguments with which a call returns at once."""

_ROWS = """
threading.Lock.acquire: blocking timeout
threading.RLock.acquire: blocking timeout
threading.Semaphore.acquire: blocking timeout
threading.Condition.acquire: blocking timeout
threading.Condition.wait: timeout
threading.Condition.wait_for: predicate timeout
threading.Event.wait: timeout
threading.Barrier.wait: timeout
threading.Thread.join: timeout
multiprocessing.synchronize.Lock.acquire: block timeout
multiprocessing.synchronize.Event.wait: timeout
multiprocessing.Process.join: timeout
multiprocessing.pool.AsyncResult.get: timeout
multiprocessing.pool.AsyncResult.wait: timeout
multiprocessing.queues.Queue.get: block timeout
multiprocessing.queues.Queue.put: obj block timeout
queue.Queue.get: block timeout
queue.Queue.put: item block timeout
queue.SimpleQueue.get: block timeout
queue.SimpleQueue.put: item block timeout
concurrent.futures.Future.result: timeout
concurrent.futures.Future.exception: timeout
concurrent.futures.ThreadPoolExecutor.shutdown: wait
concurrent.futures.ProcessPoolExecutor.shutdown: wait
celery.result.AsyncResult.get: timeout
subprocess.Popen.wait: timeout
filelock.FileLock: lock_file timeout mode thread_local blocking
filelock.FileLock.acquire: timeout poll_interval blocking
portalocker.Lock: filename mode timeout check_interval fail_when_locked
portalocker.Lock.acquire: timeout check_interval fail_when_locked
fasteners.InterProcessLock.acquire: blocking delay max_delay timeout
fasteners.InterProcessReaderWriterLock.acquire_read_lock: blocking delay max_delay timeout
fasteners.InterProcessReaderWriterLock.acquire_write_lock: blocking delay max_delay timeout
"""


@cache
def _rows() -> dict[str, tuple[str, ...]]:
    rows = [line.partition(":") for line in _ROWS.strip().splitlines()]
    return {path: tuple(names.split()) for path, _, names in rows}


def waiting_parameters(path: str) -> tuple[str, ...]:
    """The parameters of the method, or constructor, at `path`; none when no argument decides how long it waits."""
    return _rows().get(path, ())
