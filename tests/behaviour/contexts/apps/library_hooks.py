"""Classes of the libraries whose methods an application overrides."""

import json
from typing import Any

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.middleware import Middleware
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from probe import record
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.types import Scope


class HeaderBackend(AuthenticationBackend):
    async def authenticate(self, conn: HTTPConnection) -> Any:  # runs on: event loop
        record("HeaderBackend.authenticate")
        self.look_up()
        if "x-refused" in conn.headers:
            raise AuthenticationError("refused")
        return AuthCredentials(["known"]), SimpleUser("ann")

    def look_up(self) -> None:  # runs on: event loop
        record("HeaderBackend.look_up")


class SecondBackend(AuthenticationBackend):
    def authenticate(self, conn: HTTPConnection) -> Any:  # runs on: event loop
        # Starlette calls it on the event loop and awaits what it returns, so this happens to work.
        record("SecondBackend.authenticate")
        return self.nobody()

    async def nobody(self) -> None:  # runs on: event loop
        record("SecondBackend.nobody")


def refused(conn: HTTPConnection, error: Exception) -> Response:  # runs on: event loop
    record("refused")
    return Response(status_code=200)


app = FastAPI(middleware=[Middleware(AuthenticationMiddleware, backend=HeaderBackend(), on_error=refused)])
app.add_middleware(AuthenticationMiddleware, backend=SecondBackend())


class Pages(StaticFiles):
    def get_path(self, scope: Scope) -> str:  # runs on: event loop
        record("Pages.get_path")
        return super().get_path(scope)

    async def get_response(self, path: str, scope: Scope) -> Response:  # runs on: event loop
        record("Pages.get_response")
        self.note(path)
        return await super().get_response(path, scope)

    def lookup_path(self, path: str) -> Any:  # runs on: threadpool
        record("Pages.lookup_path")
        return super().lookup_path(path)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # runs on: event loop
        record("Pages.file_response")
        return super().file_response(*args, **kwargs)

    def is_not_modified(self, *args: Any, **kwargs: Any) -> bool:  # runs on: event loop
        record("Pages.is_not_modified")
        return super().is_not_modified(*args, **kwargs)

    def note(self, path: str) -> None:  # runs on: event loop
        record("Pages.note")


app.mount("/pages", Pages(packages=[("fastapi", ".")]), name="pages")


class Notes(HTTPEndpoint):
    def get(self, request: Request) -> Response:  # runs on: threadpool
        record("Notes.get")
        return Response()

    async def method_not_allowed(self, request: Request) -> Response:  # runs on: event loop
        record("Notes.method_not_allowed")
        return Response()


app.add_route("/notes", Notes, methods=["GET", "POST"])


class Echo(WebSocketEndpoint):
    encoding = "text"

    async def on_connect(self, websocket: WebSocket) -> None:  # runs on: event loop
        record("Echo.on_connect")
        await websocket.accept()

    async def decode(self, websocket: WebSocket, message: Any) -> Any:  # runs on: event loop
        record("Echo.decode")
        return await super().decode(websocket, message)

    async def on_receive(self, websocket: WebSocket, data: Any) -> None:  # runs on: event loop
        record("Echo.on_receive")
        await websocket.send_text(data)

    async def on_disconnect(self, websocket: WebSocket, close_code: int) -> None:  # runs on: event loop
        record("Echo.on_disconnect")


app.router.add_websocket_route("/echo", Echo)


class Indented(JSONResponse):
    def render(self, content: Any) -> bytes:  # runs on: event loop, threadpool
        record("Indented.render")
        return json.dumps(content, indent=1).encode()


@app.get("/made/sync")
def made_sync() -> Response:  # runs on: threadpool
    record("made_sync")
    return Indented({"a": 1})


@app.get("/made/async")
async def made_async() -> Response:  # runs on: event loop
    record("made_async")
    return Indented({"a": 1})
