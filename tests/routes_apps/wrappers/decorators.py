import functools
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


def cached(seconds: int) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    return decorate


def protected_route(
    route: Callable[..., Any], path: str, scopes: list[str] | None = None, **options: Any
) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return route(path, **options)(function)

    return decorate


def simple_route(router: APIRouter, path: str, method: str = "GET") -> Callable[..., Any]:
    return router.api_route(path, methods=[method])


def both_slashes(router: APIRouter, path: str) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        router.add_api_route(path, function)
        router.add_api_route(path + "/", function, include_in_schema=False)
        return function

    return decorate
