"""HTTP, RPC and WebSocket clients and servers."""

from __future__ import annotations

from fastapi_lint.knowledge.resources.rows import DOCUMENTED, INSTALLED, Resource

# A row is one record and stays on as few lines as it needs.
# fmt: off
RESOURCES: tuple[Resource, ...] = (
    Resource("httpx.AsyncClient", ("httpx.AsyncClient",), "http", "high", close=("aclose",), close_is_async=True,
        context_manager="async with", exit_stack="enter_async_context(x) or push_async_callback(x.aclose)",
        note="cannot be re-entered after close", evidence=INSTALLED),
    Resource("httpx.Client", ("httpx.Client",), "http", "high", close=("close",), context_manager="with",
        exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
    Resource("httpx2.AsyncClient", ("httpx2.AsyncClient",), "http", "high", close=("aclose",), close_is_async=True,
        context_manager="async with", exit_stack="enter_async_context(x) or push_async_callback(x.aclose)",
        evidence=INSTALLED),
    Resource("httpx2.Client", ("httpx2.Client",), "http", "high", close=("close",), context_manager="with",
        exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
    Resource("aiohttp.ClientSession", ("aiohttp.ClientSession",), "http", "high", close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)",
        note="must be created inside a running loop; 'Unclosed client session' on GC", evidence=INSTALLED),
    Resource("aiohttp.TCPConnector", ("aiohttp.TCPConnector",), "http", "high", close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)",
        note="owned by the session unless connector_owner=False", evidence=INSTALLED),
    Resource("requests.Session", ("requests.Session", "requests.session"), "http", "medium", close=("close",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
    Resource("urllib3.PoolManager", ("urllib3.PoolManager",), "http", "medium", close=("clear",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.clear)", evidence=INSTALLED),
    Resource("grpc.aio.Channel", ("grpc.aio.insecure_channel", "grpc.aio.secure_channel"), "rpc", "high",
        close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("grpc.Channel", ("grpc.insecure_channel", "grpc.secure_channel"), "rpc", "high", close=("close",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
    Resource("grpc.aio.Server", ("grpc.aio.server",), "rpc", "high", start=("start",), close=("stop",),
        close_is_async=True, exit_stack="push_async_callback(x.stop)", evidence=INSTALLED),
    Resource("websockets.asyncio.client.ClientConnection",
        ("websockets.connect", "websockets.asyncio.client.connect"), "ws", "high", awaited=True, close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("curl_cffi.requests.AsyncSession", ("curl_cffi.requests.AsyncSession",), "http", "high",
        close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=DOCUMENTED),
    Resource("slack_sdk.web.async_client.AsyncWebClient", ("slack_sdk.web.async_client.AsyncWebClient",), "http",
        "low", close_is_async=True, exit_stack="none: closes per request unless a session is passed",
        evidence=INSTALLED),
)
