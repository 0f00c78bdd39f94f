"""Custom routers and applications, controllers and views."""

from fastapi import APIRouter
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse

from classes.base import Application, Controller, LoggingRouter, PrefixedRouter

app = Application()
prefixed = PrefixedRouter("prefixed")
logging_router = LoggingRouter(prefix="/logging")


@prefixed.get("/one")
def one() -> int:
    return 1


@logging_router.put("/two")
def two() -> int:
    return 2


class Books(Controller):
    prefix = "/books"

    def show(self, key: str) -> str:
        return key


class Films(Controller):
    prefix = "/films"

    def show(self, key: str) -> str:
        return key


class Page(HTTPEndpoint):
    async def get(self, request) -> PlainTextResponse:
        return PlainTextResponse("page")


class Holder:
    router = APIRouter(prefix="/holder")

    @staticmethod
    @router.get("/static")
    def held() -> int:
        return 1


app.include_router(prefixed)
app.include_router(logging_router)
app.include_router(Books().router)
app.include_router(Films().router, prefix="/media")
app.include_router(Holder.router)
app.add_route("/page", Page)
