"""Exchange rates."""

import httpx

RATES_URL = "https://rates.example.com/latest"


async def get_rates_client():
    client = httpx.AsyncClient(timeout=5)
    yield client
    await client.aclose()


async def fetch_rate(currency: str) -> float:
    client = httpx.AsyncClient(timeout=5)
    response = await client.get(RATES_URL, params={"to": currency})
    return response.json()["rates"][currency]
