"""The advice of the rules about a blocked event loop fits the work that blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations import lint_project, write_project

SOURCE = """
import asyncio
{imports}
from fastapi import FastAPI

app = FastAPI()


def step(name: str) -> object:
    return {work}


@app.get("/step")
async def serve(name: str) -> None:
    step(name)
    await asyncio.sleep(1)
"""


@pytest.mark.parametrize(
    ("imports", "work", "has_async_client"),
    [
        ("import requests", "requests.get(name)", True),
        ("import psycopg2", "psycopg2.connect(name)", True),
        ("import bcrypt", "bcrypt.hashpw(name.encode(), b'salt')", False),
        ("import subprocess", "subprocess.run([name], check=True)", False),
        ("import shutil", "shutil.rmtree(name)", False),
    ],
)
def test_only_what_has_a_client_is_told_to_use_an_async_one(
    tmp_path: Path, imports: str, work: str, has_async_client: bool
) -> None:
    root = write_project(tmp_path, {"main.py": SOURCE.format(imports=imports, work=work).encode()})
    (found,) = (one for one in lint_project(root) if one.code.startswith("FAP10"))
    assert "await run_in_threadpool(step, ...)" in found.message
    assert ("async client" in found.message) is has_async_client


def test_a_model_is_loaded_in_the_lifespan(tmp_path: Path) -> None:
    source = SOURCE.format(imports="import whisper", work="whisper.load_model(name)")
    root = write_project(tmp_path, {"main.py": source.encode()})
    (found,) = lint_project(root, ["FAP108"])
    assert found.message.endswith("`await run_in_threadpool(step, ...)`, or load it in the lifespan")


@pytest.mark.parametrize(
    ("imports", "work"), [("import gc", "gc.collect()"), ("import gc as g", "g.collect(2)")]
)
def test_no_thread_is_proposed_for_what_holds_the_interpreters_lock(
    tmp_path: Path, imports: str, work: str
) -> None:
    root = write_project(tmp_path, {"main.py": SOURCE.format(imports=imports, work=work).encode()})
    (found,) = lint_project(root, ["FAP108"])
    assert "a thread would not help" in found.message
    assert "`gc.freeze()` at the end of start-up" in found.message
    assert "run_in_threadpool" not in found.message


def test_a_plain_function_on_the_loop_is_not_told_to_await(tmp_path: Path) -> None:
    source = """
import time

from fastapi import FastAPI
from pydantic import BaseModel, field_validator

app = FastAPI()


class Item(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def check_name(cls, value: str) -> str:
        time.sleep(1)
        return value


@app.post("/items")
async def create(item: Item) -> None:
    return None
"""
    (found,) = lint_project(write_project(tmp_path, {"main.py": source.encode()}), ["FAP101"])
    assert "`check_name` runs on the event loop and cannot `await`" in found.message
    assert found.routes == ("POST /items",)
