"""Websocket endpoints and their dependencies."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, WebSocket
from probe import record
from starlette.endpoints import WebSocketEndpoint

app = FastAPI()


def token_sync() -> str:  # runs on: threadpool
    record("token_sync")
    return "token"


async def token_async() -> str:  # runs on: event loop
    record("token_async")
    return "token"


def session_sync() -> Iterator[str]:  # runs on: threadpool
    record("session_sync: enter")
    try:
        yield "session"
    finally:
        record("session_sync: exit")


async def session_async() -> AsyncIterator[str]:  # runs on: event loop
    record("session_async: enter")
    try:
        yield "session"
    finally:
        record("session_async: exit")


@app.websocket("/chat")
async def chat(  # runs on: event loop
    websocket: WebSocket,
    first: Annotated[str, Depends(token_sync)],
    second: Annotated[str, Depends(token_async)],
    third: Annotated[str, Depends(session_sync)],
    fourth: Annotated[str, Depends(session_async)],
) -> None:
    await websocket.accept()
    record("chat")
    await websocket.close()


@app.websocket("/sync")
def sync_socket(websocket: WebSocket) -> None:  # runs on: event loop
    # FastAPI calls it on the event loop and then awaits what it returned: a TypeError.
    record("sync_socket")


async def added_socket(websocket: WebSocket) -> None:  # runs on: event loop
    await websocket.accept()
    record("added_socket")
    await websocket.close()


app.add_api_websocket_route("/added", added_socket)

rooms = APIRouter(prefix="/rooms")


@rooms.websocket("/{name}")
async def room(websocket: WebSocket, name: str) -> None:  # runs on: event loop
    await websocket.accept()
    record("room")
    await websocket.close()


# The router's prefix applies to `websocket`, not to Starlette's `websocket_route`.
@rooms.websocket_route("/plain/socket")
async def plain_socket(websocket: WebSocket) -> None:  # runs on: event loop
    await websocket.accept()
    record("plain_socket")
    await websocket.close()


app.include_router(rooms)


@app.websocket_route("/echo")
class Echo(WebSocketEndpoint):
    encoding = "text"

    async def on_connect(self, websocket: WebSocket) -> None:  # runs on: event loop
        record("on_connect")
        await websocket.accept()

    async def on_receive(self, websocket: WebSocket, data: Any) -> None:  # runs on: event loop
        record("on_receive")
        await websocket.send_text(data)

    async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:  # runs on: event loop
        record("on_disconnect")
