"""Look-ups in both directions: what must be found, and what must stay unknown or silent."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fastapi_lint.knowledge import blocking
from fastapi_lint.knowledge.blocking import Confidence, Kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("time.sleep", Kind.SLEEP),
        ("requests.get", Kind.NETWORK),
        ("httpx.post", Kind.NETWORK),
        ("urllib.request.urlopen", Kind.NETWORK),
        ("socket.gethostbyname", Kind.NETWORK),
        ("smtplib.SMTP", Kind.NETWORK),
        ("websocket.create_connection", Kind.NETWORK),
        ("pywebpush.webpush", Kind.NETWORK),
        ("stripe.Customer.retrieve", Kind.NETWORK),
        ("stripe.billing_portal.Session.create", Kind.NETWORK),
        ("resend.Contacts.create", Kind.NETWORK),
        ("rq.job.Job.fetch", Kind.NETWORK),
        ("openai.chat.completions.create", Kind.NETWORK),
        ("google.oauth2.id_token.verify_oauth2_token", Kind.NETWORK),
        ("sqlite3.connect", Kind.DATABASE),
        ("psycopg2.connect", Kind.DATABASE),
        ("pandas.read_sql", Kind.DATABASE),
        ("open", Kind.FILE),
        ("shutil.copyfileobj", Kind.FILE),
        ("json.load", Kind.FILE),
        ("zipfile.ZipFile", Kind.FILE),
        ("pathlib.Path.read_text", Kind.FILE),
        ("os.path.exists", Kind.METADATA),
        ("os.listdir", Kind.METADATA),
        ("glob.glob", Kind.METADATA),
        ("os.makedirs", Kind.METADATA),
        ("pathlib.Path.mkdir", Kind.METADATA),
        ("subprocess.run", Kind.PROCESS),
        ("subprocess.Popen", Kind.PROCESS),
        ("git.Repo.clone_from", Kind.PROCESS),
        ("concurrent.futures.wait", Kind.WAIT),
        ("asyncio.run", Kind.LOOP),
        ("input", Kind.CONSOLE),
        ("boto3.client", Kind.CPU),
        ("httpx.Client", Kind.CPU),
        ("pandas.read_csv", Kind.CPU),
        ("transformers.AutoTokenizer.from_pretrained", Kind.CPU),
    ],
)
def test_blocking_functions(path: str, kind: Kind) -> None:
    call = blocking.blocking_function(path)
    assert call is not None
    assert (call.name, call.kind) == (path, kind)
    assert call.replacement


@pytest.mark.parametrize(
    "path",
    [
        "bcrypt.hashpw",
        "bcrypt.checkpw",
        "passlib.hash.bcrypt.verify",
        "passlib.hash.django_pbkdf2_sha256.hash",
        "hashlib.scrypt",
        "hashlib.pbkdf2_hmac",
        "werkzeug.security.generate_password_hash",
        "passlib.context.CryptContext.verify",
        "argon2.PasswordHasher.hash",
        "pwdlib.PasswordHash.verify",
        "pwdlib.hashers.bcrypt.BcryptHasher.verify",
    ],
)
def test_password_hashing_is_certain(path: str) -> None:
    call = blocking.blocking_function(path)
    assert call is not None
    assert (call.kind, call.confidence) == (Kind.CPU, Confidence.HIGH)


@pytest.mark.parametrize(
    "path",
    [
        "asyncio.sleep",
        "httpx.AsyncClient.get",
        "redis.asyncio.from_url",
        "redis.asyncio.Redis.get",
        "sqlalchemy.create_engine",
        "sqlalchemy.select",
        "sqlalchemy.orm.Session.add",
        "redis.Redis",
        "redis.Redis.from_url",
        "requests.Session",
        "bcrypt.gensalt",
        "hashlib.sha256",
        "stripe.Webhook.construct_event",
        "stripe.Customer.list_async",
        "websocket.WebSocket",
        "threading.Event.set",
        "queue.Queue.get_nowait",
        "confluent_kafka.Producer.produce",
        "anyio.Path.read_text",
        "kubernetes.client.CoreV1Api",
        "my_project.services.load",
        "",
    ],
)
def test_functions_that_do_not_block(path: str) -> None:
    assert blocking.blocking_function(path) is None


@pytest.mark.parametrize(
    ("type", "method", "kind"),
    [
        ("sqlalchemy.orm.Session", "execute", Kind.DATABASE),
        ("sqlalchemy.orm.session.Session", "commit", Kind.DATABASE),
        ("sqlmodel.Session", "exec", Kind.DATABASE),
        ("sqlmodel.Session", "get_one", Kind.DATABASE),
        ("sqlalchemy.orm.scoped_session", "commit", Kind.DATABASE),
        ("sqlalchemy.orm.Query", "first", Kind.DATABASE),
        ("redis.client.Redis", "hgetall", Kind.DATABASE),
        ("botocore.client.BaseClient", "put_object", Kind.NETWORK),
        ("websocket.WebSocket", "recv", Kind.NETWORK),
        ("kubernetes.client.RbacAuthorizationV1Api", "list_namespaced_role_binding", Kind.NETWORK),
        ("langchain_openai.ChatOpenAI", "invoke", Kind.NETWORK),
        ("slack_sdk.WebClient", "conversations_history", Kind.NETWORK),
        ("celery.app.task.Task", "delay", Kind.NETWORK),
        ("pathlib.Path", "write_bytes", Kind.FILE),
        ("pathlib.Path", "exists", Kind.METADATA),
        ("threading._RLock", "acquire", Kind.WAIT),
        ("queue.Queue", "get", Kind.WAIT),
        ("llama_cpp.Llama", "__call__", Kind.CPU),
        ("sentence_transformers.SentenceTransformer", "encode", Kind.CPU),
    ],
)
def test_blocking_methods(type: str, method: str, kind: Kind) -> None:
    call = blocking.blocking_method(type, method)
    assert call is not None
    assert call.kind == kind
    assert call.name.endswith(f".{method}")


@pytest.mark.parametrize(
    ("type", "method"),
    [
        ("sqlalchemy.orm.Session", "query"),
        ("sqlmodel.Session", "add"),
        ("sqlalchemy.ext.asyncio.AsyncSession", "execute"),
        ("redis.Redis", "pipeline"),
        ("redis.Redis", "__init__"),
        ("redis.asyncio.Redis", "get"),
        ("botocore.client.BaseClient", "generate_presigned_url"),
        ("asyncio.Task", "result"),
        ("io.BytesIO", "read"),
        ("pathlib.Path", "with_suffix"),
        ("langchain_openai.ChatOpenAI", "ainvoke"),
        ("queue.Queue", "put_nowait"),
        ("unknown.Type", "get"),
    ],
)
def test_methods_that_do_not_block(type: str, method: str) -> None:
    assert blocking.blocking_method(type, method) is None


@pytest.mark.parametrize(
    ("type", "chain"),
    [
        ("openai.OpenAI", "chat.completions.create"),
        ("openai.AzureOpenAI", "with_raw_response.chat.completions.create"),
        ("anthropic.Anthropic", "messages.create"),
        ("twilio.rest.Client", "messages.create"),
        ("git.Repo", "remotes.origin.pull"),
        ("docker.DockerClient", "containers.run"),
        ("elasticsearch.Elasticsearch", "indices.put_mapping"),
        ("hvac.Client", "secrets.kv.v2.read_secret_version"),
    ],
)
def test_blocking_chains(type: str, chain: str) -> None:
    assert blocking.blocking_chain(type, chain) is not None
    prefix = chain.rpartition(".")[0]
    assert blocking.is_chain_prefix(type, prefix)
    assert blocking.is_chain_prefix(type, chain.partition(".")[0])


@pytest.mark.parametrize(
    ("type", "chain"),
    [
        ("openai.AsyncOpenAI", "chat.completions.create"),
        ("openai.OpenAI", "webhooks.unwrap"),
        ("twilio.rest.Client", "messages.create_async"),
        ("elasticsearch.Elasticsearch", "transport.close"),
    ],
)
def test_chains_that_do_not_block(type: str, chain: str) -> None:
    assert blocking.blocking_chain(type, chain) is None


def test_no_chain_of_an_async_client_goes_on() -> None:
    assert not blocking.is_chain_prefix("openai.AsyncOpenAI", "chat.completions")


@pytest.mark.parametrize(
    ("path", "type"),
    [
        ("redis.from_url", "redis.Redis"),
        ("boto3.client", "botocore.client.BaseClient"),
        ("open", "io.TextIOWrapper"),
        ("sqlalchemy.create_engine", "sqlalchemy.engine.Engine"),
        ("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.sessionmaker"),
        ("sqlmodel.Session", "sqlmodel.Session"),
        ("redis.client.Redis", "redis.Redis"),
        ("redis.asyncio.from_url", "redis.asyncio.Redis"),
        ("asyncpg.create_pool", "asyncpg.pool.Pool"),
        ("websocket.create_connection", "websocket.WebSocket"),
        ("stripe.Customer.list", "stripe.ListObject"),
        ("transformers.AutoModelForCausalLM.from_pretrained", "transformers.PreTrainedModel"),
        ("langchain_community.document_loaders.PyPDFLoader", "langchain_core.document_loaders.BaseLoader"),
        ("langchain_openai.AzureOpenAIEmbeddings", "langchain_core.embeddings.Embeddings"),
        ("pathlib.Path.cwd", "pathlib.Path"),
        ("my_project.make", None),
    ],
)
def test_constructed_types(path: str, type: str | None) -> None:
    assert blocking.constructed_type(path) == type


@pytest.mark.parametrize(
    ("type", "method", "result"),
    [
        ("sqlalchemy.orm.sessionmaker", "__call__", "sqlalchemy.orm.Session"),
        ("sqlalchemy.orm.scoped_session", "__call__", "sqlalchemy.orm.Session"),
        ("sqlalchemy.engine.Engine", "connect", "sqlalchemy.engine.Connection"),
        ("sqlmodel.Session", "query", "sqlalchemy.orm.Query"),
        ("sqlalchemy.orm.Query", "filter", "sqlalchemy.orm.Query"),
        ("sqlalchemy.orm.Session", "execute", "sqlalchemy.engine.Result"),
        ("sqlalchemy.ext.asyncio.async_sessionmaker", "__call__", "sqlalchemy.ext.asyncio.AsyncSession"),
        ("sqlite3.Connection", "cursor", "sqlite3.Cursor"),
        ("sqlite3.Connection", "__enter__", "sqlite3.Connection"),
        ("threading.Lock", "__enter__", None),
        ("tempfile.TemporaryDirectory", "__enter__", None),
        ("botocore.client.BaseClient", "get_paginator", "botocore.paginate.Paginator"),
        ("pymongo.MongoClient", "__getitem__", "pymongo.database.Database"),
        ("twilio.rest.Client", "verify.v2.services", "twilio.base.instance_context.InstanceContext"),
        ("docker.DockerClient", "containers.get", "docker.models.containers.Container"),
        ("googleapiclient.discovery.Resource", "files", "googleapiclient.discovery.Resource"),
        ("asyncio.AbstractEventLoop", "run_in_executor", "asyncio.Future"),
        ("redis.asyncio.Redis", "__aenter__", "redis.asyncio.Redis"),
        ("unknown.Type", "__enter__", None),
    ],
)
def test_returned_types(type: str, method: str, result: str | None) -> None:
    assert blocking.returned_type(type, method) == result


def test_events() -> None:
    enter = blocking.blocks_on("threading.Lock", "enter")
    assert enter is not None
    assert enter.kind == Kind.WAIT
    exit_ = blocking.blocks_on("concurrent.futures.ThreadPoolExecutor", "exit")
    assert exit_ is not None
    assert blocking.blocks_on("sqlalchemy.orm.Query", "iterate") is not None
    assert blocking.blocks_on("boto3.resources.base.ServiceResource", "getattr") is not None
    assert blocking.blocks_on("threading.Lock", "exit") is None
    assert blocking.blocks_on("asyncio.Lock", "enter") is None


def test_attributes_objects_and_decorators() -> None:
    assert blocking.attribute_type("fastapi.UploadFile", "file") == "tempfile.SpooledTemporaryFile"
    assert (
        blocking.attribute_type("starlette.datastructures.UploadFile", "file")
        == "tempfile.SpooledTemporaryFile"
    )
    assert blocking.attribute_type("fastapi.UploadFile", "filename") is None
    assert blocking.object_type("fastapi_sqlalchemy.db.session") == "sqlalchemy.orm.Session"
    assert blocking.object_type("my_project.db.session") is None
    assert blocking.decorated_type("celery.shared_task") == "celery.app.task.Task"
    assert blocking.decorated_type("functools.wraps") is None


def test_known_types_and_twins() -> None:
    assert blocking.is_known_type("io.BytesIO")
    assert blocking.is_known_type("httpx.AsyncClient")
    assert not blocking.is_known_type("my_project.Client")
    assert blocking.async_twin("time.sleep") == "asyncio.sleep"
    assert blocking.async_twin("stripe.Customer.create") == "stripe.Customer.create_async"
    assert blocking.async_twin("openai.OpenAI") == "openai.AsyncOpenAI"
    assert blocking.async_twin("my_project.load") is None


def test_what_is_declared_harmless() -> None:
    assert blocking.is_not_blocking("threading.Event.set")
    assert blocking.is_not_blocking("queue.Queue.get_nowait")
    assert blocking.is_not_blocking("redis.Redis")
    assert not blocking.is_not_blocking("requests.get")
    assert not blocking.is_not_blocking("my_project.load")


def test_the_tables_are_read_at_the_first_look_up_only() -> None:
    program = (
        "import sys, fastapi_lint.knowledge.blocking as b\n"
        "assert 'fastapi_lint.knowledge.blocking.index' not in sys.modules\n"
        "assert b.blocking_function('requests.get')\n"
        "assert 'fastapi_lint.knowledge.blocking.index' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
