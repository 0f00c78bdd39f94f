"""The file behind the cache: whatever happens to it, entries are right or missing, and nobody waits."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fastapi_lint import store
from fastapi_lint.store import FILE, Store, digest

ENTRIES = {digest(bytes([number])): bytes([number]) * 500 for number in range(60)}


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    directory = tmp_path / "cache"
    assert Store(str(directory)).put(ENTRIES)
    return directory


def test_entries_come_back(filled: Path) -> None:
    assert Store(str(filled)).get([*ENTRIES, b"another key"]) == ENTRIES


def test_the_directory_is_marked_as_a_cache(filled: Path) -> None:
    assert sorted(os.listdir(filled)) == [".gitignore", "CACHEDIR.TAG", FILE]
    assert (filled / ".gitignore").read_text() == "*\n"
    assert (filled / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


def test_asking_makes_nothing(tmp_path: Path) -> None:
    assert Store(str(tmp_path / "cache")).get([b"key"]) == {}
    assert os.listdir(tmp_path) == []


def test_a_file_that_wants_another_beside_it_is_replaced(filled: Path) -> None:
    connection = sqlite3.connect(filled / FILE)
    assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    connection.close()
    assert Store(str(filled)).get(ENTRIES) == {}
    _check_rebuilt(filled)
    assert sorted(os.listdir(filled)) == [".gitignore", "CACHEDIR.TAG", FILE]


def _check_rebuilt(directory: Path) -> None:
    """What is there is right, and the store takes new entries; damage that shows late may cost one more run."""
    for _ in range(3):
        one = Store(str(directory))
        found = one.get(ENTRIES)
        assert found.items() <= ENTRIES.items()
        if found == ENTRIES:
            return
        assert one.put(ENTRIES)
    raise AssertionError("entries are missing after three runs")


def test_a_cut_off_file_is_rebuilt(filled: Path) -> None:
    content = (filled / FILE).read_bytes()
    for length in (0, 1, 15, 16, 100, 4096, 5000, 8192, len(content) // 2, len(content) - 1):
        (filled / FILE).write_bytes(content[:length])
        _check_rebuilt(filled)


def test_damaged_bytes_are_noticed(filled: Path) -> None:
    content = (filled / FILE).read_bytes()
    random_numbers = random.Random(7)
    for _ in range(60):
        changed = bytearray(content)
        for _ in range(random_numbers.choice((1, 10, 500))):
            changed[random_numbers.randrange(len(changed))] = random_numbers.randrange(256)
        (filled / FILE).write_bytes(bytes(changed))
        _check_rebuilt(filled)


@pytest.mark.parametrize("content", [b"", b"no database", bytes(100_000), b"SQLite format 3\0" + bytes(4080)])
def test_a_file_of_another_kind_is_replaced(filled: Path, content: bytes) -> None:
    (filled / FILE).write_bytes(content)
    _check_rebuilt(filled)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (x)",
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END",
        "DROP TABLE entries",
        "ALTER TABLE entries ADD COLUMN more",
        "CREATE VIEW v AS SELECT * FROM entries",
    ],
)
def test_another_schema_is_replaced(filled: Path, statement: str) -> None:
    with sqlite3.connect(filled / FILE) as connection:
        connection.execute(statement)
    connection.close()
    assert Store(str(filled)).get(ENTRIES) == {}
    _check_rebuilt(filled)


@pytest.mark.parametrize("value", ["'text'", "NULL", "1", "x'00'", "zeroblob(100000000)"])
def test_made_up_entries_are_not_believed(filled: Path, value: str) -> None:
    key = next(iter(ENTRIES))
    connection = sqlite3.connect(filled / FILE)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(f"UPDATE OR IGNORE entries SET content = {value} WHERE key = ?", (key,))
    changed = connection.execute("SELECT typeof(content), length(content) FROM entries WHERE key = ?", (key,))
    was_changed = changed.fetchone() != ("blob", 500)
    connection.commit()
    connection.close()
    assert was_changed is (value != "NULL")  # that one the schema refuses
    found = Store(str(filled)).get(ENTRIES)
    assert found.keys() == (ENTRIES.keys() - {key} if was_changed else ENTRIES.keys())


def test_an_entry_under_anothers_key_is_not_believed(filled: Path) -> None:
    first, second = list(ENTRIES)[:2]
    with sqlite3.connect(filled / FILE) as connection:
        connection.execute("DELETE FROM entries WHERE key = ?", (first,))
        connection.execute("UPDATE entries SET key = ? WHERE key = ?", (first, second))
    connection.close()
    assert Store(str(filled)).get([first, second]) == {}


def test_a_locked_file_is_not_waited_for(filled: Path) -> None:
    connection = sqlite3.connect(filled / FILE, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    one = Store(str(filled))
    assert one.get(ENTRIES) == {}
    assert not one.put({b"key": b"content"})
    assert time.monotonic() - started < 2
    connection.close()
    assert Store(str(filled)).get(ENTRIES) == ENTRIES  # it was not taken for damaged


def test_links_are_not_followed(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    (filled / FILE).unlink()
    (filled / FILE).symlink_to(target)
    assert Store(str(filled)).get(ENTRIES) == {}
    _check_rebuilt(filled)
    assert target.read_bytes() == b"precious"

    for suffix in ("-journal", "-wal", "-shm"):
        (filled / (FILE + suffix)).symlink_to(target)
        _check_rebuilt(filled)
        assert target.read_bytes() == b"precious"
        assert os.listdir(filled).count(FILE + suffix) == 0

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)
    assert not Store(str(tmp_path / "link")).put(ENTRIES)
    assert os.listdir(elsewhere) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written(filled: Path) -> None:
    filled.chmod(0o500)
    (filled / FILE).chmod(0o400)
    try:
        assert Store(str(filled)).get(ENTRIES) == ENTRIES
        assert not Store(str(filled)).put({b"key": b"content"})
    finally:
        filled.chmod(0o700)


def test_a_place_where_there_can_be_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not Store(str(tmp_path / "file" / "cache")).put(ENTRIES)
    assert not Store(str(tmp_path / "file")).put(ENTRIES)
    assert Store(str(tmp_path / "file")).get(ENTRIES) == {}


def test_unused_entries_go(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used, unused = list(ENTRIES)[:2]
    now = store._today()
    monkeypatch.setattr(store, "_today", lambda: now + store.UNUSED_DAYS - 1)
    one = Store(str(filled))
    one.get([used])
    one.touch()
    monkeypatch.setattr(store, "_today", lambda: now + store.UNUSED_DAYS + 1)
    assert Store(str(filled)).put({b"key": b"content"})
    assert Store(str(filled)).get([used, unused, b"key"]).keys() == {used, b"key"}


def test_the_file_stays_below_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGEST_FILE", 200_000)
    for number in range(100):
        assert Store(str(tmp_path)).put({digest(bytes([number])): os.urandom(10_000)})
    assert (tmp_path / FILE).stat().st_size < 300_000
    assert Store(str(tmp_path)).get([digest(bytes([99]))])


_WRITER = """
import sys
from fastapi_lint.store import Store, digest
name, rounds = sys.argv[2].encode(), int(sys.argv[3])
for number in range(rounds):
    Store(sys.argv[1]).put({digest(name, bytes([number, part])): name * 300 for part in range(20)})
    print(number, flush=True)
"""


def _writer(directory: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(directory), name, str(rounds)], stdout=subprocess.PIPE, text=True
    )


def test_writers_do_not_harm_one_another(tmp_path: Path) -> None:
    writers = {name: _writer(tmp_path / "cache", name, 10) for name in ("one", "two", "three")}
    for writer in writers.values():
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    found = Store(str(tmp_path / "cache"))
    present = 0
    for name in writers:
        keys = [digest(name.encode(), bytes([number, part])) for number in range(10) for part in range(20)]
        contents = found.get(keys)
        assert set(contents.values()) <= {name.encode() * 300}
        present += len(contents)
    assert present >= 400  # one that would have had to wait long did without


def test_a_killed_writer_does_no_harm(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    random_numbers = random.Random(8)
    for attempt in range(6):
        writer = _writer(directory, f"writer {attempt}", 200)
        assert writer.stdout is not None
        for _ in range(random_numbers.randrange(1, 8)):
            writer.stdout.readline()
        time.sleep(random_numbers.random() / 50)
        writer.kill()
        writer.communicate(timeout=60)
        name = f"writer {attempt}".encode()
        keys = [digest(name, bytes([0, part])) for part in range(20)]
        assert set(Store(str(directory)).get(keys).values()) <= {name * 300}
        _check_rebuilt(directory)


def test_only_a_cache_is_removed(filled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("")
    assert not store.remove(str(other))
    assert (other / "file").exists()
    (filled / "notes.txt").write_text("somebody's")
    assert store.remove(str(filled))
    assert os.listdir(filled) == ["notes.txt"]
