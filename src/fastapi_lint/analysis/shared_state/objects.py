"""Judgements about values: what is a container, a lock, a resource, plain data, or new to the world."""

from __future__ import annotations

from fastapi_lint.facts import model as m
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.values import (
    Atom,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    DecoratorAtom,
    ExternalAtom,
    FolderAtom,
    FunctionAtom,
    GenericAtom,
    InstanceAtom,
    MarkerAtom,
    ModuleAtom,
    ObjectAtom,
    PartialAtom,
    Value,
)
from fastapi_lint.knowledge.resources import resource_by_type

_CONTAINER_PACKAGES = (
    "collections.",
    "cachetools.",
    "weakref.Weak",
    "sortedcontainers.",
    "multidict.",
    "asyncstdlib.",
)
_BUILT_IN_CONTAINERS = frozenset({"dict", "list", "set", "bytearray"})
_NOT_STATE = (
    ModuleAtom,
    FolderAtom,
    FunctionAtom,
    ClassAtom,
    ExternalAtom,
    GenericAtom,
    MarkerAtom,
    PartialAtom,
)
_OWN_SYNCHRONISATION = (
    "contextvars.", "threading.", "asyncio.", "anyio.", "logging.", "queue.", "multiprocessing.", "concurrent.",
)  # fmt: skip
PLAIN_BASES = (
    "pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel", "typing.NamedTuple", "typing.TypedDict",
    "enum.Enum", "enum.StrEnum", "enum.IntEnum", "str", "int", "dict", "list",
    "datetime.datetime", "datetime.date", "datetime.timedelta", "pendulum.DateTime", "Exception",
    "sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.MappedAsDataclass", "sqlalchemy.orm.declarative_base",
    "sqlalchemy.ext.declarative.declarative_base", "peewee.Model", "tortoise.models.Model", "django.db.models.Model",
    "beanie.Document", "mongoengine.Document",
)  # fmt: skip
"""Library classes whose subclasses are records."""

_MEMO_WORDS = ("cache", "memo", "checked", "healthcheck", "seen", "known", "probed", "loaded")
_RESOURCE_WORDS = frozenset(
    {"client", "pool", "connection", "conn", "engine", "producer", "consumer", "channel", "task", "lock", "semaphore",
     "executor", "scheduler", "worker", "driver", "browser", "socket", "listener", "watcher", "subscription", "pubsub",
     "bucket", "limiter", "broker"}
)  # fmt: skip
_OPENING_WORDS = (
    "connect",
    "create_pool",
    "open_connection",
    "create_task",
    "ensure_future",
    "start_server",
    "launch",
)
_FRESH_CALLS = frozenset(
    {"uuid1", "uuid4", "uuid7", "uuid5", "token_hex", "token_urlsafe", "token_bytes", "urandom", "id", "object",
     "create_task", "ensure_future", "get_ident", "mkdtemp", "current_task", "shortuuid", "ulid", "nanoid", "uuid", "ULID",
     "Future", "create_future", "Queue", "Event", "time_ns"}
)  # fmt: skip


def is_data_class(cls: ProjectClass) -> bool:
    """A record: a model, data class, named tuple or table row."""
    if cls.inherits(*PLAIN_BASES):
        return True
    return any(
        _last_name(decorator) in ("dataclass", "define", "frozen", "attrs", "s", "mutable")
        for ancestor in cls.mro
        for decorator in ancestor.facts.decorators
    )


def is_memo(name: str) -> bool:
    """Whether a variable says by its name that losing or repeating an entry is harmless."""
    return any(word in name.lower() for word in _MEMO_WORDS)


def _last_name(node: m.Expression) -> str:
    while isinstance(node, m.Call):
        node = node.function
    return node.attribute if isinstance(node, m.Attribute) else node.id if isinstance(node, m.Name) else ""


def is_container(value: Value) -> bool:
    """Whether the value is a dict, list, set or one of their relatives."""
    for atom in value:
        if isinstance(atom, ContainerAtom) and atom.kind not in ("tuple", "iterator"):
            return True
        if isinstance(atom, InstanceAtom) and (
            atom.type in _BUILT_IN_CONTAINERS or atom.type.startswith(_CONTAINER_PACKAGES)
        ):
            return True
        if isinstance(atom, ObjectAtom) and any(
            external in _BUILT_IN_CONTAINERS or external.startswith(_CONTAINER_PACKAGES)
            for external in atom.cls.externals
        ):
            return True
    return False


def is_state(value: Value) -> bool:
    """Whether a global or attribute with this value is a variable, and no function, class, module or primitive of its own."""
    if not value:
        return True
    return not all(_is_no_state(atom) for atom in value)


def _is_no_state(atom: Atom) -> bool:
    if isinstance(atom, DecoratorAtom):
        return True
    if isinstance(atom, InstanceAtom) and atom.type.startswith("contextvars."):
        return True
    return isinstance(atom, _NOT_STATE)


def is_synchronised(value: Value) -> bool:
    """Whether the methods of the value (a queue, an event, a context variable) take care of themselves."""
    return any(
        isinstance(atom, InstanceAtom) and atom.type.startswith(_OWN_SYNCHRONISATION) for atom in value
    )


def constant_kind(node: m.Expression, value: Value) -> str:
    """ "none", "constant" or "assign", by what is written."""
    if isinstance(node, m.Constant):
        return "none" if node.type == "NoneType" else "constant"
    if isinstance(node, m.UnaryOperation) and isinstance(node.value, m.Constant):
        return "constant"
    if (isinstance(node, m.Display) and not node.items) or (
        isinstance(node, m.DictDisplay) and not node.keys
    ):
        return "clear"
    if value and all(isinstance(atom, ClassAtom) for atom in value):
        return "constant"
    if isinstance(node, m.Attribute) and node.attribute.isupper():
        return "constant"
    return "assign"


def is_known_resource(value: Value) -> bool:
    """Whether the value is a client, pool, connection, lock or task of a library."""
    return any(
        isinstance(atom, InstanceAtom)
        and (
            resource_by_type(atom.type) is not None
            or atom.type in ("asyncio.Task", "asyncio.Lock", "anyio.Lock")
        )
        for atom in value
    )


def is_resource(value: Value, target: str, source: str) -> bool:
    """Whether making the value twice shows: a client, pool, connection, task, lock, service; not plain data.

    Where the value is not known, the names of the variable and of what was called decide.
    """
    if is_known_resource(value):
        return True
    for atom in value:
        if isinstance(atom, ObjectAtom):
            return not is_data_class(atom.cls)
        if isinstance(atom, (ContainerAtom, FunctionAtom, ClassAtom)):
            return False
    if value and all(isinstance(atom, ConstantAtom) for atom in value):
        return False
    words = set(target.lower().strip("_").split("_"))
    if words & _RESOURCE_WORDS and not words & {
        "id",
        "ids",
        "name",
        "count",
        "url",
        "info",
        "status",
        "config",
        "time",
    }:
        return True
    last = source.rpartition(".")[2].lower()
    return last.startswith(_OPENING_WORDS)


def is_fresh_call(node: m.Call) -> bool:
    """Whether each call gives something that nobody else has: a UUID, a token, a new object."""
    function = node.function
    name = (
        function.attribute
        if isinstance(function, m.Attribute)
        else function.id
        if isinstance(function, m.Name)
        else ""
    )
    return name in _FRESH_CALLS
