from typing import Any

from fastapi import APIRouter, FastAPI


class PrefixedRouter(APIRouter):
    """The prefix is part of the class."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(prefix=f"/{name}", tags=[name], **options)


class LoggingRouter(APIRouter):
    """Passes everything on."""

    def add_api_route(self, path: str, endpoint: Any, **options: Any) -> None:
        super().add_api_route(path, endpoint, **options)


class Application(FastAPI):
    """Registers routes of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.get("/own")(self.own)
        self.add_routes()

    def add_routes(self) -> None:
        @self.get("/in-method")
        def in_method() -> int:
            return 1

    async def own(self) -> str:
        return "own"


class Controller:
    """A base class that registers what its subclasses implement."""

    prefix = "/base"

    def __init__(self) -> None:
        self.router = APIRouter(prefix=self.prefix)
        self.router.add_api_route("/", self.index, methods=["GET"])
        self.router.add_api_route("/{key}", self.show, methods=["GET"])

    def index(self) -> list[int]:
        return []

    def show(self, key: str) -> str:
        raise NotImplementedError
