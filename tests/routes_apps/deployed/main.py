"""Applications that are mounted where the deployment says, and one that is mounted under a default."""

import os

from fastapi import APIRouter, FastAPI

BASE = os.environ.get("BASE_OF_THE_ROUTES_APP", "/")
runs = APIRouter(prefix="/runs")
flows = APIRouter(prefix="/flows")


@runs.get("/{id}")
def read_run(id: int): ...


@runs.delete("/{id}")
def delete_run(id: int): ...


@flows.post("/")
def create_flow(): ...


@flows.get("/filter")
def filter_flows(): ...


def create_api(prefix: str = "", title: str = "api") -> FastAPI:
    api = FastAPI(title=title)
    for router in (runs, flows):
        api.include_router(router, prefix=prefix)

    @api.get(prefix + "/health")
    def health(): ...

    return api


def create_app() -> FastAPI:
    app = FastAPI()
    app.mount("/api", create_api())

    @app.get("/ready")
    def ready(): ...

    @app.get("/version")
    def version(): ...

    if BASE != "/":
        outer = FastAPI()
        outer.mount(BASE, app)
        return outer
    return app


app = create_app()
