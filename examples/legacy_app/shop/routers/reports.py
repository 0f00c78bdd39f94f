"""Reports."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import anyio
import httpx
from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException

from shop.clients import rates
from shop.db import DatabaseSession
from shop.models import Order
from shop.services import reports

router = APIRouter(prefix="/reports", tags=["reports"])
pool = ThreadPoolExecutor(max_workers=2)


@router.get("/forecast")
async def forecast(days: int) -> dict[str, float]:
    return {"total": reports.forecast(days)}


@router.get("/forecast/threaded")
async def forecast_in_a_thread(days: int) -> dict[str, float]:
    return {"total": await anyio.to_thread.run_sync(reports.forecast, days)}


@router.post("/orders/{order_id}/invoice")
async def make_invoice(order_id: int, db: DatabaseSession) -> dict[str, str]:
    try:
        order = await anyio.to_thread.run_sync(db.get, Order, order_id)
        if order is None:
            raise HTTPException(status_code=404, detail="no such order")
        return {"url": reports.invoice(order)}
    except Exception as error:
        raise HTTPException(status_code=500, detail="could not make the invoice") from error


@router.post("/orders/{order_id}/invoice/later", status_code=202)
async def make_invoice_later(order_id: int, db: DatabaseSession, tasks: BackgroundTasks) -> dict[str, int]:
    order = await anyio.to_thread.run_sync(db.get, Order, order_id)
    if order is None:
        raise HTTPException(status_code=404, detail="no such order")
    tasks.add_task(reports.invoice, order)
    return {"order": order_id}


@router.get("/revenue/{currency}")
async def revenue(currency: str, db: DatabaseSession) -> dict[str, float]:
    totals = pool.submit(lambda: [order.total_cents for order in db.query(Order)])
    rate = await rates.fetch_rate(currency)
    return {"revenue": sum(totals.result()) / 100 * rate}


@router.get("/rates")
async def read_rates(client: Annotated[httpx.AsyncClient, Depends(rates.get_rates_client)]) -> dict:
    response = await client.get(rates.RATES_URL)
    return response.json()
