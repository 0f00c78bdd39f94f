"""Fifty requests at once: an application with a marked line answers with a wrong number, the others do not."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

REQUESTS = 50
# Where the right answer is not one for each request: things made once, and a limit.
RIGHT_NUMBER = {
    "lazy_client": 1,
    "lazy_client_rechecked": 1,
    "seat_limit": 10,
    "seat_limit_booked_first": 10,
    "seat_limit_locked": 10,
}
TAKEN_OR_REFUSED = {200, 409}


def load(race: Any, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The application, imported anew."""
    name = f"race_application_{race.path.stem}"
    spec = importlib.util.spec_from_file_location(name, race.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module.app


async def number_after_requests(app: FastAPI) -> int:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        responses = await asyncio.gather(*(client.post("/") for _ in range(REQUESTS)))
        assert {response.status_code for response in responses} <= TAKEN_OR_REFUSED
        return (await client.get("/")).json()


def test_marked_applications_lose_and_the_others_keep(race: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    app = load(race, monkeypatch)
    number = asyncio.run(asyncio.wait_for(number_after_requests(app), timeout=20))
    right = RIGHT_NUMBER.get(race.path.stem, REQUESTS)
    if not race.errors:
        assert number == right
    elif race.path.stem in RIGHT_NUMBER:
        assert number > right, "the check held for every request"
    else:
        assert number < right, "no update was lost"


def test_each_number_belongs_to_an_application(request: pytest.FixtureRequest) -> None:
    apps = {path.stem for path in (request.path.parent / "apps").glob("*.py")}
    assert RIGHT_NUMBER.keys() <= apps
