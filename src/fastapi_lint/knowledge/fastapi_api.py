"""FastAPI's and Starlette's own API: names only. Behaviour is tested against the installed FastAPI in tests/behaviour."""

from __future__ import annotations

APP = "fastapi.FastAPI"
ROUTER = "fastapi.APIRouter"
STATE = "starlette.datastructures.State"
REQUEST = "fastapi.Request"
WEBSOCKET = "fastapi.WebSocket"
BACKGROUND_TASKS = "fastapi.BackgroundTasks"

CANONICAL: dict[str, str] = {
    "fastapi.applications.FastAPI": APP,
    "starlette.applications.Starlette": APP,
    "fastapi.routing.APIRouter": ROUTER,
    "starlette.routing.Router": ROUTER,
    "starlette.requests.Request": REQUEST,
    "fastapi.requests.Request": REQUEST,
    "starlette.requests.HTTPConnection": REQUEST,
    "fastapi.requests.HTTPConnection": REQUEST,
    "starlette.websockets.WebSocket": WEBSOCKET,
    "fastapi.websockets.WebSocket": WEBSOCKET,
    "starlette.background.BackgroundTasks": BACKGROUND_TASKS,
    "fastapi.background.BackgroundTasks": BACKGROUND_TASKS,
    "starlette.datastructures.UploadFile": "fastapi.UploadFile",
    "fastapi.datastructures.UploadFile": "fastapi.UploadFile",
}
"""Other spellings of a class's path."""

HTTP_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

ROUTE_MAKERS = frozenset(
    {
        "FastAPI",
        "APIRouter",
        "api_route",
        "add_api_route",
        "add_api_websocket_route",
        "add_route",
        "include_router",
        "mount",
    }
)
"""Names of classes and methods by which applications come by their routes."""

MARKERS: dict[str, str] = {
    f"{module}.{name}": name
    for module in ("fastapi", "fastapi.params", "fastapi.param_functions")
    for name in ("Depends", "Security", "Query", "Path", "Body", "Form", "File", "Header", "Cookie")
}
"""Parameter markers by path."""

RESPONSES_OF_ITERATORS = frozenset(
    {
        "fastapi.responses.StreamingResponse",
        "starlette.responses.StreamingResponse",
        "sse_starlette.EventSourceResponse",
        "sse_starlette.sse.EventSourceResponse",
        "fastapi.sse.EventSourceResponse",
    }
)
"""They run a sync iterator in the threadpool, one hop an item, and an async one on the loop."""

BACKGROUND_TASK = frozenset({"starlette.background.BackgroundTask", "fastapi.background.BackgroundTask"})

MIDDLEWARE_BASES = frozenset(
    {"starlette.middleware.base.BaseHTTPMiddleware", "fastapi.middleware.base.BaseHTTPMiddleware"}
)

_STATIC_FILES = {
    "check_config": False, "file_response": False, "get_path": False, "get_response": False, "is_not_modified": False,
    "lookup_path": True,
}  # fmt: skip
HOOKS: dict[str, dict[str, bool]] = {
    "starlette.authentication.AuthenticationBackend": {"authenticate": False},
    "starlette.staticfiles.StaticFiles": _STATIC_FILES,
    "fastapi.staticfiles.StaticFiles": _STATIC_FILES,
}
"""Classes whose instances are given to FastAPI, with the methods that a subclass may override: whether a thread runs them.

Starlette awaits what `authenticate` gives, so that a plain function of that name runs on the loop as well.
"""

AUTHENTICATION = frozenset(
    {
        "starlette.middleware.authentication.AuthenticationMiddleware",
        "fastapi.middleware.authentication.AuthenticationMiddleware",
    }
)
"""Middleware that takes a backend, and a function `on_error` that it calls on the loop."""

ENDPOINT_BASES = frozenset({"starlette.endpoints.HTTPEndpoint", "starlette.endpoints.WebSocketEndpoint"})
