"""Generators: as path operations, and as the content of a StreamingResponse."""

from collections.abc import AsyncIterator, Iterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse
from probe import record

app = FastAPI()


@app.get("/lines/sync")
def lines_sync() -> Iterator[int]:  # runs on: threadpool
    record("lines_sync")
    yield 1


@app.get("/lines/async")
async def lines_async() -> AsyncIterator[int]:  # runs on: event loop
    record("lines_async")
    yield 1


@app.get("/raw/sync", response_class=StreamingResponse)
def raw_sync() -> Iterator[bytes]:  # runs on: threadpool
    record("raw_sync")
    yield b"1"


@app.get("/raw/async", response_class=StreamingResponse)
async def raw_async() -> AsyncIterator[bytes]:  # runs on: event loop
    record("raw_async")
    yield b"1"


@app.get("/events/sync", response_class=EventSourceResponse)
def events_sync() -> Iterator[int]:  # runs on: threadpool
    record("events_sync")
    yield 1


@app.get("/events/async", response_class=EventSourceResponse)
async def events_async() -> AsyncIterator[int]:  # runs on: event loop
    record("events_async")
    yield 1


def chunks_sync() -> Iterator[bytes]:  # runs on: threadpool
    record("chunks_sync")
    yield b"1"


async def chunks_async() -> AsyncIterator[bytes]:  # runs on: event loop
    record("chunks_async")
    yield b"1"


@app.get("/response/sync")
async def respond_with_sync_content() -> StreamingResponse:  # runs on: event loop
    record("respond_with_sync_content")
    return StreamingResponse(chunks_sync())


@app.get("/response/async")
def respond_with_async_content() -> StreamingResponse:  # runs on: threadpool
    record("respond_with_async_content")
    return StreamingResponse(chunks_async())


@app.get("/nested/sync")
async def respond_with_nested_sync() -> StreamingResponse:
    def nested_sync() -> Iterator[bytes]:  # runs on: threadpool
        record("nested_sync")
        yield b"1"

    return StreamingResponse(nested_sync(), media_type="text/csv")


@app.get("/nested/async")
async def respond_with_nested_async() -> StreamingResponse:
    async def nested_async() -> AsyncIterator[bytes]:  # runs on: event loop
        record("nested_async")
        yield b"1"

    content = nested_async()
    return StreamingResponse(content, media_type="text/csv")


class Report:
    """Iterated by hand: by a generator method, and by `__iter__` and `__next__`."""

    def __init__(self) -> None:
        self.left = 2

    def rows(self) -> Iterator[bytes]:  # runs on: threadpool
        record("rows")
        yield b"1"

    def __iter__(self) -> "Report":
        return self

    def __next__(self) -> bytes:  # runs on: threadpool
        record("Report.__next__")
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        return b"1"


@app.get("/report/rows")
async def report_rows() -> StreamingResponse:
    return StreamingResponse(Report().rows())


@app.get("/report")
async def report() -> StreamingResponse:
    return StreamingResponse(Report())


def letters() -> Iterator[str]:  # runs on: event loop
    record("letters")
    yield "a"


@app.get("/looped")
async def looped() -> list[str]:
    return [letter.upper() for letter in letters()]


def words() -> Iterator[str]:  # runs on: event loop
    record("words")
    yield "a"


@app.get("/forwarded")
async def forwarded() -> StreamingResponse:
    async def forward() -> AsyncIterator[str]:  # runs on: event loop
        record("forward")
        for word in words():
            yield word

    return StreamingResponse(forward())
