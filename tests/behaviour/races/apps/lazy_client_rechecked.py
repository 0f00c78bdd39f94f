"""The check is made again inside the lock, so one request makes the client."""

import asyncio

from fastapi import FastAPI

app = FastAPI()


class Client:
    made = 0

    @classmethod
    async def connect(cls) -> "Client":
        cls.made += 1
        await asyncio.sleep(0.01)
        return cls()


_client: Client | None = None
_client_lock = asyncio.Lock()


async def get_client() -> Client:
    global _client
    if _client is None:
        async with _client_lock:
            if _client is None:
                _client = await Client.connect()
    return _client


@app.post("/")
async def use() -> None:
    await get_client()


@app.get("/")
async def made() -> int:
    return Client.made
