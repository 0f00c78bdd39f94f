"""Standard library: hashing, compression and serialisation."""

from __future__ import annotations

from fastapi_lint.knowledge.blocking.rows import (
    CPU,
    DOCUMENTED,
    FILE,
    HIGH,
    INSTALLED,
    LOW,
    MEDIUM,
    Function,
    Tier,
    Type,
)

MEGABYTE = "GIL released above a size; matters from ~1 MB"
LARGE = "only for large data; holds the GIL, so a thread helps little"
OTHER_FORMAT = "use orjson, pydantic's `model_dump_json` or a process pool"
COLLECTING = "leave collecting to Python, and call `gc.freeze()` at the end of start-up to keep that short"
# A row is one record and stays on as few lines as it needs.
# fmt: off
FUNCTIONS: tuple[Function, ...] = (
    Function("hashlib.scrypt", CPU, HIGH, INSTALLED, note="releases the GIL, so a thread helps"),
    Function("hashlib.pbkdf2_hmac", CPU, HIGH, INSTALLED, note="releases the GIL, so a thread helps"),
    Function("zlib.compress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("zlib.decompress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("gzip.compress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("gzip.decompress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("bz2.compress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("bz2.decompress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("lzma.compress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("lzma.decompress", CPU, LOW, INSTALLED, note=MEGABYTE),
    Function("json.dumps", CPU, LOW, INSTALLED, OTHER_FORMAT,
        note=LARGE, holds_gil=True),
    Function("json.loads", CPU, LOW, INSTALLED, OTHER_FORMAT,
        note=LARGE, holds_gil=True),
    Function("pickle.dumps", CPU, LOW, INSTALLED, OTHER_FORMAT,
        note=LARGE, holds_gil=True),
    Function("pickle.loads", CPU, LOW, INSTALLED, OTHER_FORMAT,
        note=LARGE, holds_gil=True),
    Function("copy.deepcopy", CPU, LOW, INSTALLED, note="only for large data"),
    Function("xml.etree.ElementTree.fromstring", CPU, LOW, INSTALLED,
        OTHER_FORMAT, note=LARGE, holds_gil=True),
    Function("marshal.loads", CPU, LOW, INSTALLED, OTHER_FORMAT,
        note=LARGE, holds_gil=True),
    Function("gc.collect", CPU, MEDIUM, INSTALLED, COLLECTING, holds_gil=True),
    Function("timeit.timeit", CPU, MEDIUM, INSTALLED),
    Function("cProfile.run", CPU, MEDIUM, INSTALLED),
    Function("zstandard.compress", CPU, LOW, INSTALLED, note="GIL released above a size; matters from ~1 MB"),
    Function("zstandard.decompress", CPU, LOW, INSTALLED, note="GIL released above a size; matters from ~1 MB"),
    Function("brotli.compress", CPU, LOW, DOCUMENTED, note="GIL released above a size; matters from ~1 MB"),
    Function("brotli.decompress", CPU, LOW, DOCUMENTED, note="GIL released above a size; matters from ~1 MB"),
    Function("lz4.frame.compress", CPU, LOW, DOCUMENTED, note="GIL released above a size; matters from ~1 MB"),
    Function("snappy.compress", CPU, LOW, DOCUMENTED, note="GIL released above a size; matters from ~1 MB"),
    Function("blosc.compress", CPU, LOW, DOCUMENTED, note="GIL released above a size; matters from ~1 MB"),
    Function("xmltodict.parse", CPU, LOW, DOCUMENTED, note="large inputs only"),
    Function("xml.dom.minidom.parseString", CPU, LOW, INSTALLED, note="large inputs only"),
    Function("difflib.get_close_matches", CPU, LOW, INSTALLED, note="large inputs only"),
    Function("xml.dom.minidom.parse", FILE, MEDIUM, INSTALLED),
    Function("msgpack.packb", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("msgpack.unpackb", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("cbor2.loads", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("cbor2.dumps", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("ujson.loads", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("ujson.dumps", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("simplejson.loads", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("simplejson.dumps", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("cloudpickle.dumps", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("cloudpickle.loads", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("dill.dumps", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
    Function("dill.loads", CPU, LOW, DOCUMENTED,
        note=LARGE, holds_gil=True),
)

TYPES: tuple[Type, ...] = (
)

TIERS: tuple[Tier, ...] = (
)
