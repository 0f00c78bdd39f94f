"""Which rows of the resource catalogue matter where: at start-up, at module level, for each request."""

from __future__ import annotations

from functools import cache

from fastapi_lint.knowledge.resources import Resource, all_resources

_CLIENTS = frozenset({"http", "db", "mq", "rpc", "ws", "executor", "scheduler", "cloud", "net"})
"""Kinds that hold connections, threads or processes of their own."""

_STARTED_FIRST = frozenset(
    {"scheduler"}
    | {"databases.Database", "prisma.Prisma", "broadcaster.Broadcast", "peewee.Database", "grpc.aio.Server"}
    | {
        "aiokafka.AIOKafkaProducer",
        "aiokafka.AIOKafkaConsumer",
        "cassandra.cluster.Cluster",
        "taskiq.AsyncBroker",
    }
    | {
        "weaviate.WeaviateAsyncClient",
        "paramiko.SSHClient",
        "aiosmtplib.SMTP",
        "ldap3.Connection",
        "aioftp.Client",
    }
)
"""Kinds and types that hold nothing until one of their `start` methods is called."""

_NOT_OPENED_AT_ALL = frozenset(
    {
        "socket.socket",
        "asyncio.StreamWriter",
        "aiohttp.TCPConnector",
        "httpx.AsyncHTTPTransport",
        "zmq.Context",
        "aioboto3.Session",
        "aiobotocore.session.ClientCreatorContext",
    }
)
"""Low-level things whose owners are closed instead, and what opens nothing outside of its `async with`."""

_FOR_ONE_USE = frozenset(
    {
        "asyncpg.connection.Connection", "psycopg.AsyncConnection", "psycopg.Connection",
        "psycopg2.extensions.connection", "aiomysql.Connection", "pymysql.connections.Connection",
        "aiosqlite.Connection", "sqlite3.Connection", "oracledb.AsyncConnection", "duckdb.DuckDBPyConnection",
        "aiomqtt.Client", "zmq.Context", "databases.Database", "urllib3.PoolManager", "httpx.AsyncHTTPTransport",
        "concurrent.futures.ThreadPoolExecutor", "multiprocessing.pool.Pool", "peewee.Database",
        "psycopg_pool.AsyncNullConnectionPool",
        "taskiq.AsyncBroker",
        "redis.asyncio.ConnectionPool", "aiohttp.TCPConnector",
    }
)  # fmt: skip
"""Single connections, thread pools and what exists inside `with` only: sharing them gains little."""

_ASYNC_THOUGH_CLOSED_SYNC = frozenset(
    {"motor.motor_asyncio.AsyncIOMotorClient", "google.cloud.firestore.AsyncClient"}
)

_SERVED_SYNCHRONOUSLY = frozenset(
    {
        "redis.Redis", "pymongo.MongoClient", "psycopg_pool.ConnectionPool",
        "psycopg2.pool.ThreadedConnectionPool", "psycopg2.extensions.connection", "psycopg.Connection",
        "pymysql.connections.Connection", "oracledb.ConnectionPool", "neo4j.Driver",
        "confluent_kafka.Producer", "pika.BlockingConnection",
    }
)  # fmt: skip
"""Synchronous clients whose connections a server counts. A synchronous engine of SQLAlchemy is made for the module by every manual."""

_COLLECTED_WITHOUT_LOSS = frozenset({"requests.Session", "urllib3.PoolManager"})
"""Sync objects whose few sockets the reference count closes: leaving one to it is common and seldom hurts."""


_CLOSED_WHEN_COLLECTED = frozenset(
    {
        "openai.OpenAI", "openai.AsyncOpenAI", "anthropic.AsyncAnthropic", "anthropic.AsyncAnthropicBedrock",
        "groq.AsyncGroq",
    }
)  # fmt: skip
"""Clients whose `__del__` closes them: what one a request costs is its construction, not a leak."""


def is_client(resource: Resource) -> bool:
    """Whether something has to be closed that outlives one use."""
    return (
        resource.kind in _CLIENTS and resource.severity != "low" and resource.type not in _NOT_OPENED_AT_ALL
    )


def is_reported_at_module_level(resource: Resource) -> bool:
    """Async clients, executors, schedulers, and the synchronous clients of database servers and brokers.

    Other synchronous clients hold sockets that are closed with the process, and no server counts them. Async clients
    that have nothing but `async with` (no closing method) are made for modules by their own manuals.
    """
    return (
        is_client(resource)
        and bool(resource.close)
        and (
            resource.kind in ("executor", "scheduler")
            or (resource.close_is_async and resource.kind != "net")
            or resource.type in _ASYNC_THOUGH_CLOSED_SYNC
            or is_synchronous_server_client(resource)
        )
    )


def is_synchronous_server_client(resource: Resource) -> bool:
    """Whether it is a synchronous client that holds connections of which a server has a limited number."""
    return resource.type in _SERVED_SYNCHRONOUSLY


def is_leak(resource: Resource) -> bool:
    """Whether one that a request drops without closing it does harm."""
    return is_client(resource) and resource.type not in _COLLECTED_WITHOUT_LOSS


def closes_itself(resource: Resource) -> bool:
    """Whether such a client closes its connections when it is collected."""
    return resource.type in _CLOSED_WHEN_COLLECTED


def is_pooled(resource: Resource) -> bool:
    """Whether one shared object instead of one a request saves connections or costly construction."""
    return (
        is_client(resource)
        and resource.kind not in ("ws", "net", "scheduler")
        and resource.type not in _FOR_ONE_USE
    )


def must_be_started(resource: Resource) -> bool:
    """Whether the object holds nothing before its `start` method is called."""
    return resource.kind in _STARTED_FIRST or resource.type in _STARTED_FIRST


def is_minor(resource: Resource) -> bool:
    """Whether an unclosed one is untidy rather than harmful."""
    return (
        resource.type in _COLLECTED_WITHOUT_LOSS
        or resource.kind == "executor"
        or resource.severity == "medium"
    )


def closing_methods(resource: Resource) -> frozenset[str]:
    """The methods that close an object of that kind, one of which is enough."""
    names = {name.rpartition(".")[2] for name in (*resource.close, *resource.close_alternatives)}
    return frozenset(names | {"__exit__", "__aexit__"})


@cache
def all_closing_methods() -> frozenset[str]:
    """Every method that closes something, and the names people take for one."""
    names = {
        "close",
        "aclose",
        "shutdown",
        "stop",
        "dispose",
        "disconnect",
        "terminate",
        "quit",
        "destroy",
        "__aexit__",
        "__exit__",
    }
    return frozenset(names.union(*[closing_methods(one) for one in all_resources()]))
