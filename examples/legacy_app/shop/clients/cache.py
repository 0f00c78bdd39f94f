"""Redis."""

import redis.asyncio as redis

from shop import settings

client = redis.from_url(settings.REDIS_URL)


async def cached_price(product_id: int) -> int | None:
    value = await client.get(f"price:{product_id}")
    return int(value) if value is not None else None


async def remember_price(product_id: int, cents: int) -> None:
    await client.set(f"price:{product_id}", cents, ex=60)
