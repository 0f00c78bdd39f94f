"""Validation and serialization: pydantic runs the project's code on behalf of path operations."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse
from probe import record
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    computed_field,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

app = FastAPI()


class Order(BaseModel):
    amount: int

    @field_validator("amount")
    @classmethod
    def amount_is_positive(cls, value: int) -> int:  # runs on: event loop
        record("amount_is_positive")
        return value

    @model_validator(mode="after")
    def order_is_complete(self) -> "Order":  # runs on: event loop
        record("order_is_complete")
        return self


@app.post("/orders/sync")
def create_sync(order: Order) -> None:
    return None


@app.post("/orders/async")
async def create_async(order: Annotated[Order, Body()]) -> None:
    return None


def check_query(value: str) -> str:  # runs on: event loop
    record("check_query")
    return value


def check_header(value: str) -> str:  # runs on: event loop
    record("check_header")
    return value


@app.get("/parameters")
def parameters(
    name: Annotated[str, AfterValidator(check_query)],
    user_agent: Annotated[str, Header(), BeforeValidator(check_header)] = "",
) -> None:
    return None


class AnswerOfSync(BaseModel):
    text: str

    @field_validator("text")
    @classmethod
    def text_of_sync(cls, value: str) -> str:  # runs on: threadpool
        record("text_of_sync")
        return value

    @field_serializer("text")
    def write_text_of_sync(self, value: str) -> str:  # runs on: event loop
        record("write_text_of_sync")
        return value

    @computed_field
    @property
    def length_of_sync(self) -> int:  # runs on: event loop
        record("length_of_sync")
        return len(self.text)


class AnswerOfAsync(BaseModel):
    text: str

    @field_validator("text")
    @classmethod
    def text_of_async(cls, value: str) -> str:  # runs on: event loop
        record("text_of_async")
        return value

    @model_serializer
    def write_answer_of_async(self) -> dict[str, Any]:  # runs on: event loop
        record("write_answer_of_async")
        return {"text": self.text}


@app.get("/answers/sync", response_model=AnswerOfSync)
def answer_sync() -> Any:
    return {"text": "a"}


@app.get("/answers/async")
async def answer_async() -> AnswerOfAsync:
    return {"text": "a"}


class RowOfSync:
    @property
    def name(self) -> str:  # runs on: threadpool
        record("RowOfSync.name")
        return "a"


class RowOfAsync:
    @property
    def name(self) -> str:  # runs on: event loop
        record("RowOfAsync.name")
        return "a"


class Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str


@app.get("/rows/sync", response_model=Row)
def row_sync() -> Any:
    return RowOfSync()


@app.get("/rows/async", response_model=Row)
async def row_async() -> Any:
    return RowOfAsync()


def write_unlisted(value: str) -> str:  # runs on: event loop
    record("write_unlisted")
    return value


class Unlisted(BaseModel):
    text: Annotated[str, PlainSerializer(write_unlisted)]


@app.get("/unlisted", response_model=None)
def unlisted() -> Unlisted:
    # Without a response model the jsonable_encoder serializes what is returned, on the event loop.
    return Unlisted(text="a")


class BuiltHere(BaseModel):
    text: str

    @field_validator("text")
    @classmethod
    def text_is_short(cls, value: str) -> str:  # runs on: event loop, threadpool
        record("text_is_short")
        return value


@app.get("/built/sync")
def build_sync() -> None:
    BuiltHere(text="a")


@app.get("/built/async")
async def build_async() -> None:
    BuiltHere(text="a")


class RenderedByFastAPI(JSONResponse):
    def render(self, content: Any) -> bytes:  # runs on: event loop
        record("RenderedByFastAPI")
        return super().render(content)


class RenderedBySync(Response):
    def render(self, content: Any) -> bytes:  # runs on: threadpool
        record("RenderedBySync")
        return b""


class RenderedByAsync(Response):
    def render(self, content: Any) -> bytes:  # runs on: event loop
        record("RenderedByAsync")
        return b""


@app.get("/rendered/fastapi", response_class=RenderedByFastAPI)
def rendered_by_fastapi() -> dict[str, str]:
    return {}


@app.get("/rendered/sync")
def rendered_by_sync() -> Response:
    return RenderedBySync()


@app.get("/rendered/async")
async def rendered_by_async() -> Response:
    return RenderedByAsync()


class LineOfSync(BaseModel):
    text: str

    @field_serializer("text")
    def write_line_of_sync(self, value: str) -> str:  # runs on: threadpool
        record("write_line_of_sync")
        return value


class EventOfSync(BaseModel):
    text: str

    @field_serializer("text")
    def write_event_of_sync(self, value: str) -> str:  # runs on: event loop
        record("write_event_of_sync")
        return value


@app.get("/lines")
def lines() -> Iterator[LineOfSync]:
    yield LineOfSync(text="a")


@app.get("/events", response_class=EventSourceResponse)
def events() -> Iterator[EventOfSync]:
    yield EventOfSync(text="a")
