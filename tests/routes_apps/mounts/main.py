"""Applications below applications."""

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mounts.inner import inner

API = "/api"


def version_two() -> FastAPI:
    app = FastAPI()

    @app.post("/orders")
    async def order() -> int:
        return 1

    return app


async def home(request) -> PlainTextResponse:
    return PlainTextResponse("home")


app = FastAPI(routes=[Route("/home", home)])
app.mount(API, inner)
app.mount("/v2", version_two(), name="v2")
app.mount("/static", StaticFiles(directory=".", check_dir=False))
app.router.routes.append(Mount("/appended", app=version_two()))


@app.get("/")
def index() -> str:
    return "index"
