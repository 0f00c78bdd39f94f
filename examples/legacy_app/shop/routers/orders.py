"""Orders."""

from fastapi import APIRouter, HTTPException
from fastapi.concurrency import run_in_threadpool

from shop.clients import cache
from shop.db import DatabaseSession
from shop.models import Order, Product
from shop.schemas import OrderIn, OrderOut
from shop.security import CurrentUser
from shop.services import orders

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("/", status_code=201)
async def create_order(wanted: OrderIn, user: CurrentUser, db: DatabaseSession) -> OrderOut:
    await orders.reserve(wanted.product_id)
    order = orders.place(db, user, wanted)
    await orders.book_revenue(order)
    return OrderOut.model_validate(order)


@router.get("/{order_id}")
def read_order(order_id: int, user: CurrentUser, db: DatabaseSession) -> OrderOut:
    order = db.get(Order, order_id)
    if order is None or order.user_id != user.id:
        raise HTTPException(status_code=404, detail="no such order")
    return OrderOut.model_validate(order)


@router.get("/latest")
def read_latest(user: CurrentUser, db: DatabaseSession) -> OrderOut:
    order = db.query(Order).filter(Order.user_id == user.id).order_by(Order.id.desc()).first()
    if order is None:
        raise HTTPException(status_code=404, detail="no order yet")
    return OrderOut.model_validate(order)


@router.post("/{order_id}/again", status_code=201)
async def order_again(order_id: int, user: CurrentUser, db: DatabaseSession) -> OrderOut:
    before = read_order(order_id, user, db)
    return await create_order(OrderIn(product_id=before.product_id, quantity=before.quantity), user, db)


@router.post("/{order_id}/pay")
async def pay_order(order_id: int, user: CurrentUser, db: DatabaseSession) -> OrderOut:
    order = await run_in_threadpool(db.get, Order, order_id)
    if order is None or order.user_id != user.id:
        raise HTTPException(status_code=404, detail="no such order")
    orders.pay(order, user)
    await run_in_threadpool(db.commit)
    return OrderOut.model_validate(order)


@router.get("/prices/{product_id}")
async def read_price(product_id: int, db: DatabaseSession) -> dict[str, int]:
    cents = await cache.cached_price(product_id)
    if cents is None:
        product = db.get(Product, product_id)
        if product is None:
            raise HTTPException(status_code=404, detail="no such product")
        cents = product.price_cents
        await cache.remember_price(product_id, cents)
    return {"cents": cents}
