"""Routes that are added by calls."""

from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from imperative import services
from imperative.services import Jobs, search

app = FastAPI()
router = APIRouter(prefix="/call")

router.post("/search", tags=["search"])(search)
router.get("/export", summary="Export")(services.export)
app.add_api_route("/export", services.export)
app.add_api_route(path="/keyword", endpoint=search, methods=["POST"])
app.add_api_websocket_route("/stream", services.stream)
router.add_api_websocket_route(path="/stream", endpoint=services.stream)


def first() -> int:
    return 1


def second() -> int:
    return 2


ROUTES = [("/first", first), ("/second", second)]
for path, function in ROUTES:
    app.add_api_route(path, function, methods=["GET"])

for path, function in {"/third": first, "/fourth": second}.items():
    router.add_api_route(path, function)

METHODS = ["GET", "POST"]
app.add_api_route("/several", first, methods=METHODS)
app.add_api_route("/set", second, methods={"PUT", "DELETE"})

jobs = Jobs()
app.add_api_route("/jobs", Jobs.list_jobs)
app.add_api_route("/jobs", Jobs.create_job, methods=["POST"])
app.add_api_route("/jobs/{job_id}", jobs.read_job)
app.add_api_route("/lambda", lambda: 1)
app.add_api_route("/partial", partial(search, "text"))


def plain(request: Request) -> PlainTextResponse:
    return PlainTextResponse("plain")


app.add_route("/starlette", plain, methods=["POST"])
app.router.add_api_route("/on-router", first)
app.router.routes.append(APIRoute("/appended", second, methods=["GET"]))
app.include_router(router)
listed = APIRouter(routes=[APIRoute("/listed", first), APIRoute("/listed", second, methods=["POST"])])
app.include_router(listed, prefix="/in-list")
