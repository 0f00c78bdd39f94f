"""Exception handlers."""

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from probe import record


class SyncError(Exception):
    pass


class AsyncError(Exception):
    pass


class ListedError(Exception):
    pass


class AddedError(Exception):
    pass


async def handle_listed(request: Request, error: Exception) -> Response:  # runs on: event loop
    record("handle_listed")
    return Response(status_code=400)


def handle_conflict(request: Request, error: Exception) -> Response:  # runs on: threadpool
    record("handle_conflict")
    return Response(status_code=409)


app = FastAPI(exception_handlers={ListedError: handle_listed, 409: handle_conflict})


@app.exception_handler(SyncError)
def handle_sync(request: Request, error: SyncError) -> Response:  # runs on: threadpool
    record("handle_sync")
    return Response(status_code=400)


@app.exception_handler(AsyncError)
async def handle_async(request: Request, error: AsyncError) -> Response:  # runs on: event loop
    record("handle_async")
    return Response(status_code=400)


@app.exception_handler(RequestValidationError)
def handle_validation(request: Request, error: RequestValidationError) -> Response:  # runs on: threadpool
    record("handle_validation")
    return Response(status_code=422)


@app.exception_handler(404)
async def handle_not_found(request: Request, error: Exception) -> Response:  # runs on: event loop
    record("handle_not_found")
    return Response(status_code=404)


@app.exception_handler(Exception)
def handle_any(request: Request, error: Exception) -> Response:  # runs on: threadpool
    record("handle_any")
    return Response(status_code=500)


async def handle_added(request: Request, error: Exception) -> Response:  # runs on: event loop
    record("handle_added")
    return Response(status_code=400)


app.add_exception_handler(AddedError, handle_added)


class Handlers:
    def handle_value(self, request: Request, error: Exception) -> Response:  # runs on: threadpool
        record("handle_value")
        return Response(status_code=400)


app.add_exception_handler(ValueError, Handlers().handle_value)


@app.get("/sync")
async def raise_sync() -> None:
    raise SyncError


@app.get("/async")
def raise_async() -> None:
    raise AsyncError


@app.get("/listed")
async def raise_listed() -> None:
    raise ListedError


@app.get("/added")
async def raise_added() -> None:
    raise AddedError


@app.get("/value")
async def raise_value() -> None:
    raise ValueError


@app.get("/conflict")
async def raise_conflict() -> None:
    raise HTTPException(409)


@app.get("/any")
async def raise_any() -> None:
    raise KeyError


@app.get("/validated/{number}")
async def validated(number: int) -> int:
    return number


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    raise AddedError


inner = FastAPI()


@inner.exception_handler(Exception)
async def handle_any_async(request: Request, error: Exception) -> Response:  # runs on: event loop
    record("handle_any_async")
    return Response(status_code=500)


@inner.get("/any")
def raise_any_inside() -> None:
    raise KeyError


app.mount("/inner", inner)
