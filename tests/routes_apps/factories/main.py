"""Applications and routers that functions make."""

from fastapi import APIRouter, FastAPI

from factories.pets import make_pets
from factories.shop import ShopRoutes, register


def create_app(title: str = "shop") -> FastAPI:
    application = FastAPI(title=title)

    @application.get("/inside")
    async def inside() -> str:
        return title

    def add_status(target: FastAPI, path: str = "/status") -> None:
        @target.get(path)
        def status() -> str:
            return "ok"

    add_status(application)
    application.include_router(make_pets("cats"))
    application.include_router(make_pets("dogs", nested=True))
    application.include_router(ShopRoutes("/shop").build())
    register(application, "/registered")
    _include_all(application, [_plain()])
    return application


def _plain() -> APIRouter:
    router = APIRouter()

    @router.get("/plain")
    def plain() -> int:
        return 1

    return router


def _include_all(application: FastAPI, routers: list[APIRouter]) -> None:
    for router in routers:
        application.include_router(router, prefix="/all")


app = create_app()
