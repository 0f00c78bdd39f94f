"""Notes where code runs: the applications beside this file call `record` from each callable of interest."""

import asyncio
import threading

places: dict[str, set[str]] = {}


def record(name: str) -> None:
    """Add the place of the caller to `places[name]`: event loop, threadpool or import time."""
    places.setdefault(name, set()).add(_place())


def _place() -> str:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # Neither the test client nor FastAPI ever uses the main thread for the application.
        return "import time" if threading.current_thread() is threading.main_thread() else "threadpool"
    return "event loop"
