"""Types whose methods are awaited, or do no I/O at all: catalogued so that a receiver is known, and silent.

`ASYNC_FACTORIES` maps a callable to the type of what it gives (awaited where it must be), `ASYNC_RETURNS` does so
for `type.method`, and `ASYNC_SPELLINGS` maps other paths of the same classes to the catalogued ones.
"""

from __future__ import annotations

# fmt: off
_GROUPS: tuple[str, ...] = (
    # Standard library
    """asyncio.Lock asyncio.Event asyncio.Condition asyncio.Semaphore asyncio.BoundedSemaphore asyncio.Barrier
    asyncio.Queue asyncio.LifoQueue asyncio.PriorityQueue asyncio.Task asyncio.Future asyncio.TaskGroup
    asyncio.Timeout asyncio.TimerHandle asyncio.Handle asyncio.StreamReader asyncio.StreamWriter asyncio.Server
    asyncio.Transport asyncio.DatagramTransport asyncio.SubprocessTransport asyncio.subprocess.Process
    io.BytesIO io.StringIO contextvars.Context contextvars.ContextVar contextlib.AsyncExitStack contextlib.ExitStack
    threading.local collections.deque collections.defaultdict collections.OrderedDict collections.Counter
    pathlib.PurePath pathlib.PurePosixPath pathlib.PureWindowsPath""",
    # anyio, trio
    """anyio.Lock anyio.Event anyio.Condition anyio.Semaphore anyio.CapacityLimiter anyio.CancelScope anyio.Path
    anyio.AsyncFile anyio.abc.TaskGroup anyio.abc.Process anyio.abc.ByteStream anyio.abc.SocketStream
    anyio.from_thread.BlockingPortal anyio.streams.memory.MemoryObjectSendStream
    anyio.streams.memory.MemoryObjectReceiveStream trio.Lock trio.Event trio.Path trio.Nursery""",
    # Files
    """aiofiles.threadpool.text.AsyncTextIOWrapper aiofiles.threadpool.binary.AsyncBufferedIOBase aiopath.AsyncPath
    aiofiles.tempfile.temptypes.AsyncTemporaryDirectory fastapi.UploadFile""",
    # Starlette and FastAPI
    """fastapi.Request fastapi.Response fastapi.WebSocket fastapi.BackgroundTasks fastapi.FastAPI fastapi.APIRouter
    starlette.background.BackgroundTask starlette.requests.HTTPConnection""",
    # HTTP, RPC, WebSocket
    """httpx.AsyncClient httpx2.AsyncClient httpx.Response httpx2.Response httpx.AsyncHTTPTransport httpx2.AsyncHTTPTransport httpx.ASGITransport
    aiohttp.ClientSession aiohttp.ClientResponse aiohttp.TCPConnector aiohttp.UnixConnector
    aiohttp.ClientWebSocketResponse curl_cffi.requests.AsyncSession grpc.aio.Channel grpc.aio.Server
    websockets.asyncio.client.ClientConnection websockets.asyncio.server.ServerConnection zeep.AsyncClient
    niquests.AsyncSession""",
    # SQL
    """sqlalchemy.ext.asyncio.AsyncSession sqlalchemy.ext.asyncio.AsyncEngine sqlalchemy.ext.asyncio.AsyncConnection
    sqlalchemy.ext.asyncio.async_sessionmaker sqlalchemy.ext.asyncio.async_scoped_session
    sqlalchemy.ext.asyncio.AsyncResult sqlalchemy.ext.asyncio.AsyncScalarResult
    sqlmodel.ext.asyncio.session.AsyncSession asyncpg.pool.Pool asyncpg.connection.Connection
    asyncpg.transaction.Transaction psycopg.AsyncConnection psycopg.AsyncCursor psycopg_pool.AsyncConnectionPool
    aiosqlite.Connection aiosqlite.Cursor aiomysql.Pool aiomysql.Connection aiomysql.Cursor asyncmy.pool.Pool
    asyncmy.connection.Connection aioodbc.Pool aioodbc.Connection oracledb.AsyncConnection oracledb.AsyncConnectionPool
    databases.Database databases.core.Connection databases.core.Transaction tortoise.Tortoise tortoise.models.Model
    tortoise.queryset.QuerySet prisma.Prisma gel.AsyncIOClient edgedb.AsyncIOClient piccolo.table.Table
    ormar.Model""",
    # Stores
    """redis.asyncio.Redis redis.asyncio.RedisCluster redis.asyncio.ConnectionPool redis.asyncio.BlockingConnectionPool
    redis.asyncio.client.Pipeline redis.asyncio.client.PubSub redis.asyncio.lock.Lock redis.asyncio.sentinel.Sentinel
    aioredis.Redis aiocache.Cache aiocache.SimpleMemoryCache aiocache.RedisCache aiomcache.Client
    valkey.asyncio.Valkey coredis.Redis fakeredis.FakeAsyncRedis glide.GlideClient
    motor.motor_asyncio.AsyncIOMotorClient motor.motor_asyncio.AsyncIOMotorDatabase
    motor.motor_asyncio.AsyncIOMotorCollection motor.motor_asyncio.AsyncIOMotorCursor
    motor.motor_asyncio.AsyncIOMotorGridFSBucket pymongo.AsyncMongoClient pymongo.asynchronous.database.AsyncDatabase
    pymongo.asynchronous.collection.AsyncCollection pymongo.asynchronous.cursor.AsyncCursor beanie.Document
    beanie.odm.queries.find.FindMany odmantic.AIOEngine elasticsearch.AsyncElasticsearch opensearchpy.AsyncOpenSearch
    neo4j.AsyncDriver neo4j.AsyncSession neo4j.AsyncResult neo4j.AsyncTransaction qdrant_client.AsyncQdrantClient
    chromadb.api.AsyncClientAPI chromadb.api.models.AsyncCollection.AsyncCollection pinecone.PineconeAsyncio
    weaviate.WeaviateAsyncClient pymilvus.AsyncMilvusClient supabase.AsyncClient
    clickhouse_connect.driver.asyncclient.AsyncClient influxdb_client.client.influxdb_client_async.InfluxDBClientAsync
    meilisearch_python_sdk.AsyncClient typesense.AsyncClient lancedb.AsyncConnection surrealdb.AsyncSurreal""",
    # Cloud
    """aioboto3.Session aiobotocore.client.AioBaseClient aiobotocore.session.AioSession
    aiobotocore.session.ClientCreatorContext azure.storage.blob.aio.BlobServiceClient
    azure.storage.blob.aio.ContainerClient azure.storage.blob.aio.BlobClient azure.identity.aio.DefaultAzureCredential
    azure.keyvault.secrets.aio.SecretClient azure.cosmos.aio.CosmosClient azure.cosmos.aio.DatabaseProxy
    azure.cosmos.aio.ContainerProxy azure.servicebus.aio.ServiceBusClient azure.servicebus.aio.ServiceBusSender
    azure.search.documents.aio.SearchClient google.cloud.firestore.AsyncClient gcloud.aio.storage.Storage
    google.cloud.secretmanager.SecretManagerServiceAsyncClient google.cloud.tasks_v2.CloudTasksAsyncClient
    miniopy_async.Minio kubernetes_asyncio.client.CoreV1Api aiodocker.Docker""",
    # Messages
    """aiokafka.AIOKafkaProducer aiokafka.AIOKafkaConsumer aio_pika.abc.AbstractConnection
    aio_pika.abc.AbstractChannel aio_pika.abc.AbstractQueue aio_pika.abc.AbstractExchange aio_pika.Message
    nats.aio.client.Client nats.js.client.JetStreamContext arq.ArqRedis aiomqtt.Client broadcaster.Broadcast
    zmq.asyncio.Socket zmq.asyncio.Context socketio.AsyncServer socketio.AsyncClient
    apscheduler.schedulers.asyncio.AsyncIOScheduler apscheduler.AsyncScheduler faststream.kafka.KafkaBroker
    faststream.rabbit.RabbitBroker faststream.redis.RedisBroker faststream.nats.NatsBroker
    taskiq.AsyncBroker temporalio.client.Client procrastinate.App""",
    # Language models
    """openai.AsyncOpenAI openai.AsyncAzureOpenAI openai.AsyncStream anthropic.AsyncAnthropic
    anthropic.AsyncAnthropicBedrock anthropic.AsyncAnthropicVertex groq.AsyncGroq cohere.AsyncClient
    cohere.AsyncClientV2 ollama.AsyncClient huggingface_hub.AsyncInferenceClient together.AsyncTogether
    elevenlabs.client.AsyncElevenLabs elevenlabs.AsyncElevenLabs cerebras.cloud.sdk.AsyncCerebras
    voyageai.AsyncClient mcp.ClientSession deepgram.AsyncDeepgramClient tavily.AsyncTavilyClient
    firecrawl.AsyncFirecrawlApp""",
    # Everything else
    """slack_sdk.web.async_client.AsyncWebClient slack_sdk.webhook.async_client.AsyncWebhookClient
    notion_client.AsyncClient telebot.async_telebot.AsyncTeleBot telegram.Bot aiogram.Bot discord.Client
    discord.Webhook aiosmtplib.SMTP aioftp.Client aioimaplib.IMAP4_SSL asyncssh.SSHClientConnection
    asyncssh.SFTPClient dns.asyncresolver.Resolver playwright.async_api.Playwright playwright.async_api.Browser
    playwright.async_api.BrowserContext playwright.async_api.Page filelock.AsyncFileLock fastapi_mail.FastMail
    aiocron.Cron aiolimiter.AsyncLimiter""",
)

ASYNC_TYPES: frozenset[str] = frozenset(name for group in _GROUPS for name in group.split())

ASYNC_SPELLINGS: dict[str, str] = {
    "asyncio.locks.Lock": "asyncio.Lock",
    "asyncio.locks.Event": "asyncio.Event",
    "asyncio.locks.Condition": "asyncio.Condition",
    "asyncio.locks.Semaphore": "asyncio.Semaphore",
    "asyncio.queues.Queue": "asyncio.Queue",
    "asyncio.tasks.Task": "asyncio.Task",
    "asyncio.futures.Future": "asyncio.Future",
    "_io.BytesIO": "io.BytesIO",
    "_io.StringIO": "io.StringIO",
    "anyio._core._fileio.Path": "anyio.Path",
    "aiohttp.client.ClientSession": "aiohttp.ClientSession",
    "asyncpg.Pool": "asyncpg.pool.Pool",
    "asyncpg.Connection": "asyncpg.connection.Connection",
    "asyncpg.pool.PoolConnectionProxy": "asyncpg.connection.Connection",
    "sqlalchemy.ext.asyncio.session.AsyncSession": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.session.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
    "sqlalchemy.ext.asyncio.engine.AsyncEngine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.ext.asyncio.engine.AsyncConnection": "sqlalchemy.ext.asyncio.AsyncConnection",
    "psycopg.connection_async.AsyncConnection": "psycopg.AsyncConnection",
    "psycopg_pool.pool_async.AsyncConnectionPool": "psycopg_pool.AsyncConnectionPool",
    "psycopg_pool.AsyncNullConnectionPool": "psycopg_pool.AsyncConnectionPool",
    "redis.asyncio.client.Redis": "redis.asyncio.Redis",
    "redis.asyncio.StrictRedis": "redis.asyncio.Redis",
    "redis.asyncio.cluster.RedisCluster": "redis.asyncio.RedisCluster",
    "redis.asyncio.connection.ConnectionPool": "redis.asyncio.ConnectionPool",
    "redis.asyncio.Sentinel": "redis.asyncio.sentinel.Sentinel",
    "aioredis.client.Redis": "aioredis.Redis",
    "aioredis.StrictRedis": "aioredis.Redis",
    "pymongo.asynchronous.mongo_client.AsyncMongoClient": "pymongo.AsyncMongoClient",
    "motor.core.AgnosticClient": "motor.motor_asyncio.AsyncIOMotorClient",
    "motor.core.AgnosticDatabase": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.core.AgnosticCollection": "motor.motor_asyncio.AsyncIOMotorCollection",
    "tortoise.Model": "tortoise.models.Model",
    "aio_pika.RobustConnection": "aio_pika.abc.AbstractConnection",
    "aio_pika.Connection": "aio_pika.abc.AbstractConnection",
    "aio_pika.abc.AbstractRobustConnection": "aio_pika.abc.AbstractConnection",
    "aio_pika.Channel": "aio_pika.abc.AbstractChannel",
    "aio_pika.abc.AbstractRobustChannel": "aio_pika.abc.AbstractChannel",
    "aio_pika.Queue": "aio_pika.abc.AbstractQueue",
    "aio_pika.Exchange": "aio_pika.abc.AbstractExchange",
    "arq.connections.ArqRedis": "arq.ArqRedis",
    "nats.NATS": "nats.aio.client.Client",
    "openai.AsyncClient": "openai.AsyncOpenAI",
    "openai.lib.azure.AsyncAzureOpenAI": "openai.AsyncAzureOpenAI",
    "anthropic.AsyncClient": "anthropic.AsyncAnthropic",
    "groq.AsyncClient": "groq.AsyncGroq",
    "starlette.datastructures.UploadFile": "fastapi.UploadFile",
    "fastapi.datastructures.UploadFile": "fastapi.UploadFile",
    "starlette.requests.Request": "fastapi.Request",
    "fastapi.requests.Request": "fastapi.Request",
    "starlette.responses.Response": "fastapi.Response",
    "fastapi.responses.Response": "fastapi.Response",
    "starlette.websockets.WebSocket": "fastapi.WebSocket",
    "fastapi.websockets.WebSocket": "fastapi.WebSocket",
    "starlette.background.BackgroundTasks": "fastapi.BackgroundTasks",
    "fastapi.background.BackgroundTasks": "fastapi.BackgroundTasks",
    "websockets.WebSocketClientProtocol": "websockets.asyncio.client.ClientConnection",
    "websockets.ClientConnection": "websockets.asyncio.client.ClientConnection",
}

ASYNC_FACTORIES: dict[str, str] = {
    "asyncio.create_task": "asyncio.Task",
    "asyncio.ensure_future": "asyncio.Task",
    "asyncio.gather": "asyncio.Future",
    "asyncio.wrap_future": "asyncio.Future",
    "asyncio.current_task": "asyncio.Task",
    "asyncio.create_subprocess_exec": "asyncio.subprocess.Process",
    "asyncio.create_subprocess_shell": "asyncio.subprocess.Process",
    "asyncio.start_server": "asyncio.Server",
    "asyncio.start_unix_server": "asyncio.Server",
    "asyncio.timeout": "asyncio.Timeout",
    "asyncio.AbstractEventLoop.create_task": "asyncio.Task",
    "asyncio.AbstractEventLoop.create_future": "asyncio.Future",
    "asyncio.AbstractEventLoop.run_in_executor": "asyncio.Future",
    "asyncio.AbstractEventLoop.call_later": "asyncio.TimerHandle",
    "asyncio.AbstractEventLoop.create_server": "asyncio.Server",
    "anyio.open_file": "anyio.AsyncFile",
    "anyio.create_task_group": "anyio.abc.TaskGroup",
    "anyio.open_process": "anyio.abc.Process",
    "anyio.connect_tcp": "anyio.abc.SocketStream",
    "aiofiles.open": "aiofiles.threadpool.text.AsyncTextIOWrapper",
    "aiofiles.tempfile.NamedTemporaryFile": "aiofiles.threadpool.binary.AsyncBufferedIOBase",
    "aiofiles.tempfile.TemporaryFile": "aiofiles.threadpool.binary.AsyncBufferedIOBase",
    "aiofiles.tempfile.TemporaryDirectory": "aiofiles.tempfile.temptypes.AsyncTemporaryDirectory",
    "grpc.aio.insecure_channel": "grpc.aio.Channel",
    "grpc.aio.secure_channel": "grpc.aio.Channel",
    "grpc.aio.server": "grpc.aio.Server",
    "websockets.connect": "websockets.asyncio.client.ClientConnection",
    "websockets.asyncio.client.connect": "websockets.asyncio.client.ClientConnection",
    "websockets.client.connect": "websockets.asyncio.client.ClientConnection",
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.ext.asyncio.async_engine_from_config": "sqlalchemy.ext.asyncio.AsyncEngine",
    "asyncpg.create_pool": "asyncpg.pool.Pool",
    "asyncpg.pool.create_pool": "asyncpg.pool.Pool",
    "asyncpg.connect": "asyncpg.connection.Connection",
    "psycopg.AsyncConnection.connect": "psycopg.AsyncConnection",
    "aiosqlite.connect": "aiosqlite.Connection",
    "aiomysql.create_pool": "aiomysql.Pool",
    "aiomysql.connect": "aiomysql.Connection",
    "asyncmy.create_pool": "asyncmy.pool.Pool",
    "asyncmy.connect": "asyncmy.connection.Connection",
    "aioodbc.create_pool": "aioodbc.Pool",
    "aioodbc.connect": "aioodbc.Connection",
    "oracledb.connect_async": "oracledb.AsyncConnection",
    "oracledb.create_pool_async": "oracledb.AsyncConnectionPool",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_pool": "redis.asyncio.Redis",
    "redis.asyncio.client.Redis.from_url": "redis.asyncio.Redis",
    "redis.asyncio.RedisCluster.from_url": "redis.asyncio.RedisCluster",
    "redis.asyncio.ConnectionPool.from_url": "redis.asyncio.ConnectionPool",
    "aioredis.from_url": "aioredis.Redis",
    "aioredis.create_redis_pool": "aioredis.Redis",
    "aioredis.create_redis": "aioredis.Redis",
    "aioredis.Redis.from_url": "aioredis.Redis",
    "fakeredis.aioredis.FakeRedis": "fakeredis.FakeAsyncRedis",
    "neo4j.AsyncGraphDatabase.driver": "neo4j.AsyncDriver",
    "chromadb.AsyncHttpClient": "chromadb.api.AsyncClientAPI",
    "weaviate.use_async_with_local": "weaviate.WeaviateAsyncClient",
    "weaviate.use_async_with_weaviate_cloud": "weaviate.WeaviateAsyncClient",
    "supabase.create_async_client": "supabase.AsyncClient",
    "supabase.acreate_client": "supabase.AsyncClient",
    "clickhouse_connect.get_async_client": "clickhouse_connect.driver.asyncclient.AsyncClient",
    "clickhouse_connect.create_async_client": "clickhouse_connect.driver.asyncclient.AsyncClient",
    "lancedb.connect_async": "lancedb.AsyncConnection",
    "aiobotocore.session.get_session": "aiobotocore.session.AioSession",
    "aio_pika.connect": "aio_pika.abc.AbstractConnection",
    "aio_pika.connect_robust": "aio_pika.abc.AbstractConnection",
    "nats.connect": "nats.aio.client.Client",
    "arq.create_pool": "arq.ArqRedis",
    "arq.connections.create_pool": "arq.ArqRedis",
    "asyncssh.connect": "asyncssh.SSHClientConnection",
    "temporalio.client.Client.connect": "temporalio.client.Client",
}

ASYNC_RETURNS: dict[str, str] = {
    "asyncio.TaskGroup.create_task": "asyncio.Task",
    "sqlalchemy.ext.asyncio.async_sessionmaker.__call__": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.async_sessionmaker.begin": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.async_scoped_session.__call__": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.begin": "sqlalchemy.ext.asyncio.AsyncConnection",
    "asyncpg.pool.Pool.acquire": "asyncpg.connection.Connection",
    "asyncpg.connection.Connection.transaction": "asyncpg.transaction.Transaction",
    "psycopg.AsyncConnection.cursor": "psycopg.AsyncCursor",
    "psycopg.AsyncConnection.execute": "psycopg.AsyncCursor",
    "psycopg_pool.AsyncConnectionPool.connection": "psycopg.AsyncConnection",
    "psycopg_pool.AsyncConnectionPool.getconn": "psycopg.AsyncConnection",
    "aiosqlite.Connection.cursor": "aiosqlite.Cursor",
    "aiosqlite.Connection.execute": "aiosqlite.Cursor",
    "aiomysql.Pool.acquire": "aiomysql.Connection",
    "aiomysql.Connection.cursor": "aiomysql.Cursor",
    "databases.Database.connection": "databases.core.Connection",
    "databases.Database.transaction": "databases.core.Transaction",
    "redis.asyncio.Redis.pipeline": "redis.asyncio.client.Pipeline",
    "redis.asyncio.Redis.pubsub": "redis.asyncio.client.PubSub",
    "redis.asyncio.Redis.lock": "redis.asyncio.lock.Lock",
    "motor.motor_asyncio.AsyncIOMotorClient.__getitem__": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.motor_asyncio.AsyncIOMotorClient.__getattr__": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.motor_asyncio.AsyncIOMotorClient.get_database": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.motor_asyncio.AsyncIOMotorClient.get_default_database": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.motor_asyncio.AsyncIOMotorDatabase.__getitem__": "motor.motor_asyncio.AsyncIOMotorCollection",
    "motor.motor_asyncio.AsyncIOMotorDatabase.__getattr__": "motor.motor_asyncio.AsyncIOMotorCollection",
    "motor.motor_asyncio.AsyncIOMotorDatabase.get_collection": "motor.motor_asyncio.AsyncIOMotorCollection",
    "motor.motor_asyncio.AsyncIOMotorCollection.find": "motor.motor_asyncio.AsyncIOMotorCursor",
    "pymongo.AsyncMongoClient.__getitem__": "pymongo.asynchronous.database.AsyncDatabase",
    "pymongo.AsyncMongoClient.__getattr__": "pymongo.asynchronous.database.AsyncDatabase",
    "pymongo.AsyncMongoClient.get_database": "pymongo.asynchronous.database.AsyncDatabase",
    "pymongo.asynchronous.database.AsyncDatabase.__getitem__": "pymongo.asynchronous.collection.AsyncCollection",
    "pymongo.asynchronous.database.AsyncDatabase.__getattr__": "pymongo.asynchronous.collection.AsyncCollection",
    "pymongo.asynchronous.database.AsyncDatabase.get_collection": "pymongo.asynchronous.collection.AsyncCollection",
    "pymongo.asynchronous.collection.AsyncCollection.find": "pymongo.asynchronous.cursor.AsyncCursor",
    "neo4j.AsyncDriver.session": "neo4j.AsyncSession",
    "neo4j.AsyncSession.run": "neo4j.AsyncResult",
    "azure.storage.blob.aio.BlobServiceClient.get_container_client": "azure.storage.blob.aio.ContainerClient",
    "azure.storage.blob.aio.BlobServiceClient.get_blob_client": "azure.storage.blob.aio.BlobClient",
    "azure.storage.blob.aio.ContainerClient.get_blob_client": "azure.storage.blob.aio.BlobClient",
    "aio_pika.abc.AbstractConnection.channel": "aio_pika.abc.AbstractChannel",
    "aio_pika.abc.AbstractChannel.declare_queue": "aio_pika.abc.AbstractQueue",
    "aio_pika.abc.AbstractChannel.declare_exchange": "aio_pika.abc.AbstractExchange",
    "nats.aio.client.Client.jetstream": "nats.js.client.JetStreamContext",
    "zmq.asyncio.Context.socket": "zmq.asyncio.Socket",
}
