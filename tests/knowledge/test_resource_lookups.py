"""Resources are found by what makes them and by their type."""

from __future__ import annotations

import pytest

from fastapi_lint.knowledge.resources import resource_by_factory, resource_by_type


@pytest.mark.parametrize(
    ("factory", "type", "close", "is_async"),
    [
        ("httpx.AsyncClient", "httpx.AsyncClient", ("aclose",), True),
        ("httpx.Client", "httpx.Client", ("close",), False),
        ("aiohttp.ClientSession", "aiohttp.ClientSession", ("close",), True),
        ("asyncpg.create_pool", "asyncpg.pool.Pool", ("close",), True),
        ("redis.asyncio.from_url", "redis.asyncio.Redis", ("aclose",), True),
        ("sqlalchemy.create_engine", "sqlalchemy.engine.Engine", ("dispose",), False),
        (
            "sqlalchemy.ext.asyncio.create_async_engine",
            "sqlalchemy.ext.asyncio.AsyncEngine",
            ("dispose",),
            True,
        ),
        (
            "motor.motor_asyncio.AsyncIOMotorClient",
            "motor.motor_asyncio.AsyncIOMotorClient",
            ("close",),
            False,
        ),
        ("aiomysql.create_pool", "aiomysql.Pool", ("close", "wait_closed"), True),
        (
            "concurrent.futures.ThreadPoolExecutor",
            "concurrent.futures.ThreadPoolExecutor",
            ("shutdown",),
            False,
        ),
        ("databases.Database", "databases.Database", ("disconnect",), True),
    ],
)
def test_by_factory_and_by_type(factory: str, type: str, close: tuple[str, ...], is_async: bool) -> None:
    found = resource_by_factory(factory)
    assert found is not None
    assert (found.type, found.close, found.close_is_async) == (type, close, is_async)
    assert resource_by_type(type) is found


def test_another_spelling_of_the_type() -> None:
    assert resource_by_type("sqlalchemy.engine.base.Engine") is resource_by_type("sqlalchemy.engine.Engine")
    assert resource_by_type("sqlmodel.Session") is resource_by_type("sqlalchemy.orm.Session")


@pytest.mark.parametrize("path", ["requests.get", "httpx.Response", "asyncio.Lock", "my_project.Client", ""])
def test_what_needs_no_closing(path: str) -> None:
    assert resource_by_factory(path) is None
    assert resource_by_type(path) is None


def test_creation_that_is_awaited() -> None:
    pool, client = resource_by_factory("asyncpg.create_pool"), resource_by_factory("httpx.AsyncClient")
    assert pool is not None
    assert client is not None
    assert pool.awaited
    assert not client.awaited
