"""Placing orders."""

import asyncio

from fastapi import HTTPException
from sqlalchemy.orm import Session

from shop import settings
from shop.clients.payments import PaymentFailed, gateway
from shop.models import Order, Product, User
from shop.schemas import OrderIn

reservations: list[int] = []
revenue_cents = 0
_warehouse = asyncio.Lock()


async def announce(order_id: int) -> None:
    """Tell the warehouse. Its connection takes one message at a time."""
    async with _warehouse:
        await asyncio.sleep(0.01)


async def reserve(product_id: int) -> None:
    if len(reservations) >= settings.MAX_OPEN_RESERVATIONS:
        raise HTTPException(status_code=503, detail="too many open orders")
    await announce(product_id)
    reservations.append(product_id)


async def book_revenue(order: Order) -> None:
    global revenue_cents
    before = revenue_cents
    await announce(order.id)
    revenue_cents = before + order.total_cents


def place(db: Session, user: User, wanted: OrderIn) -> Order:
    product = db.get(Product, wanted.product_id)
    if product is None:
        raise HTTPException(status_code=404, detail="no such product")
    order = Order(
        user_id=user.id,
        product_id=product.id,
        quantity=wanted.quantity,
        total_cents=product.price_cents * wanted.quantity,
    )
    db.add(order)
    pay(order, user)
    db.commit()
    return order


def pay(order: Order, user: User) -> None:
    try:
        order.payment_reference = gateway.charge(user.id, order.total_cents)
    except PaymentFailed as error:
        raise HTTPException(status_code=502, detail="payment failed") from error
