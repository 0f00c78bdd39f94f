"""What the messages about the event loop and locks (FAP1xx, FAP204) say happens, happens."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

NAP = 0.1


class Neighbour:
    """A coroutine that takes a turn whenever the loop offers one, and counts them."""

    def __init__(self) -> None:
        self.turns = 0

    async def take_turns(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0.001)


neighbour = Neighbour()
turns_during_nap: list[int] = []


def nap() -> None:
    before = neighbour.turns
    time.sleep(NAP)
    turns_during_nap.append(neighbour.turns - before)


async def nap_on_the_loop() -> None:
    nap()


async def nap_politely() -> None:
    before = neighbour.turns
    await asyncio.sleep(NAP)
    turns_during_nap.append(neighbour.turns - before)


async def napping_chunks() -> AsyncIterator[bytes]:
    nap()
    yield b""


def stream_from_the_loop() -> StreamingResponse:
    return StreamingResponse(napping_chunks())


@pytest.mark.parametrize(
    ("endpoint", "blocks"),
    [(nap_on_the_loop, True), (stream_from_the_loop, True), (nap, False), (nap_politely, False)],
)
def test_a_blocking_call_on_the_loop_stops_everything_else(
    endpoint: Callable[..., Any], blocks: bool
) -> None:
    """FAP101 to FAP108"""
    app = FastAPI()
    app.get("/", response_model=None)(endpoint)
    turns_during_nap.clear()

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://app") as client:
            others = asyncio.create_task(neighbour.take_turns())
            assert (await client.get("/")).status_code == 200
            others.cancel()

    asyncio.run(ask())
    assert [turns == 0 for turns in turns_during_nap] == [blocks]


def test_asyncio_run_is_refused_on_a_running_loop() -> None:
    """FAP110"""
    app = FastAPI()
    errors: list[str] = []

    @app.get("/")
    async def read() -> None:
        coroutine = asyncio.sleep(0)
        for run in (asyncio.run, asyncio.get_running_loop().run_until_complete):
            try:
                run(coroutine)
            except RuntimeError as error:
                errors.append(str(error))
        coroutine.close()

    assert TestClient(app).get("/").status_code == 200
    assert errors == [
        "asyncio.run() cannot be called from a running event loop",
        "This event loop is already running",
    ]


def ends(run: Callable[[], None], within: float, set_free: Callable[[], None]) -> bool:
    """Whether `run` ends within so many seconds in a thread of its own; if not, `set_free` has to end it."""
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(timeout=within)
    if not thread.is_alive():
        return True
    set_free()
    thread.join(timeout=10)
    assert not thread.is_alive(), "still stuck after the lock was released from outside"
    return False


def concurrent_requests(lock: Any) -> Callable[[], None]:
    app = FastAPI()

    @app.get("/")
    async def read() -> None:
        if isinstance(lock, asyncio.Lock):
            async with lock:
                await asyncio.sleep(0.01)
        else:
            with lock:
                await asyncio.sleep(0.01)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://app") as client:
            await asyncio.gather(client.get("/"), client.get("/"))

    return lambda: asyncio.run(ask())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_lock_held_across_an_await_stops_the_worker_for_good() -> None:
    """FAP204"""
    lock = threading.Lock()
    assert not ends(concurrent_requests(lock), within=0.5, set_free=lock.release)


def test_an_asyncio_lock_held_across_an_await_does_not() -> None:
    """FAP204"""
    assert ends(concurrent_requests(asyncio.Lock()), within=10, set_free=lambda: None)


def test_waiting_for_a_result_of_the_own_loop_never_ends() -> None:
    """FAP106: only its time limit ends it, for the loop that has to produce the result is the one that waits"""
    finished: list[str] = []

    async def work() -> None:
        finished.append("work")

    async def wait() -> None:
        future = asyncio.run_coroutine_threadsafe(work(), asyncio.get_running_loop())
        with pytest.raises(TimeoutError):
            future.result(timeout=0.2)
        assert finished == []

    asyncio.run(wait())


def test_leaving_an_executor_waits_for_its_work_on_the_loop() -> None:
    """FAP106"""

    async def hand_over() -> None:
        with ThreadPoolExecutor(1) as executor:
            executor.submit(nap)

    async def beside_others() -> int:
        others = asyncio.create_task(neighbour.take_turns())
        await asyncio.sleep(0)
        before = neighbour.turns
        await hand_over()
        others.cancel()
        return neighbour.turns - before

    assert asyncio.run(beside_others()) == 0
