"""One application, to which functions add routes whose callers are not known."""

from fastapi import APIRouter, FastAPI

users = APIRouter(prefix="/users")
items = APIRouter()
app = FastAPI()


@users.get("")
def list_users(): ...


@users.get("/{id}")
def read_user(id: int): ...


@items.get("/items")
def list_items(): ...


@items.post("/items")
def add_item(): ...


def add_routers(app: FastAPI) -> None:
    app.include_router(users)
    app.include_router(items, prefix="/v1")


def add_more(app: FastAPI) -> None:
    @app.get("/late")
    def late(): ...

    @app.websocket("/events")
    async def events(socket): ...

    app.add_api_route("/imperative", list_items, methods=["PUT"])


for name in ("add_routers", "add_more"):
    globals()[name](app)
