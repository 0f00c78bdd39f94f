"""Starlette's own kinds of route inside a FastAPI application."""

from fastapi import APIRouter, FastAPI, Request, Response
from probe import record
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Route


def declared_sync(request: Request) -> Response:  # runs on: threadpool
    record("declared_sync")
    return Response()


async def declared_async(request: Request) -> Response:  # runs on: event loop
    record("declared_async")
    return Response()


app = FastAPI(routes=[Route("/declared/sync", declared_sync), Route("/declared/async", declared_async)])


def plain_sync(request: Request) -> Response:  # runs on: threadpool
    record("plain_sync")
    return Response()


async def plain_async(request: Request) -> Response:  # runs on: event loop
    record("plain_async")
    return Response()


app.add_route("/plain/sync", plain_sync)
app.add_route("/plain/async", plain_async)


class Notes(HTTPEndpoint):
    def get(self, request: Request) -> Response:  # runs on: threadpool
        record("Notes.get")
        return Response()

    async def post(self, request: Request) -> Response:  # runs on: event loop
        record("Notes.post")
        return Response()


app.add_route("/notes", Notes)

router = APIRouter()


@router.route("/routed/sync")
def routed_sync(request: Request) -> Response:  # runs on: threadpool
    record("routed_sync")
    return Response()


@router.route("/routed/async")
async def routed_async(request: Request) -> Response:  # runs on: event loop
    record("routed_async")
    return Response()


app.include_router(router)
