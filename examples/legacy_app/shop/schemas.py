"""What requests and responses look like."""

from pydantic import BaseModel, ConfigDict


class Credentials(BaseModel):
    email: str
    password: str


class Token(BaseModel):
    token: str


class OrderIn(BaseModel):
    product_id: int
    quantity: int = 1


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    product_id: int
    quantity: int
    total_cents: int
    payment_reference: str | None
