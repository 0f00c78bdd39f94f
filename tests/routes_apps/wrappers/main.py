"""Routes behind decorators of the project."""

from functools import partial

from fastapi import APIRouter, FastAPI

from wrappers.decorators import both_slashes, cached, protected_route, simple_route, timed

app = FastAPI()
router = APIRouter(prefix="/w")
get = router.get
public_get = partial(app.get, tags=["public"])


@protected_route(router.get, "/protected", scopes=["read"])
async def protected() -> int:
    return 1


@protected_route(router.post, "/protected/{key}", scopes=["write"], status_code=201)
async def protected_post(key: str) -> str:
    return key


@simple_route(router, "/simple")
def simple() -> int:
    return 1


@simple_route(router, "/simple", method="DELETE")
def simple_delete() -> int:
    return 1


@both_slashes(router, "/both")
def both() -> int:
    return 1


@get("/alias")
def alias() -> int:
    return 1


@public_get("/public")
def public() -> int:
    return 1


@router.get("/timed")
@timed
async def timed_route() -> int:
    return 1


@app.get("/twice")
@app.get("/twice/again")
@cached(seconds=3)
def cached_route() -> int:
    return 1


app.include_router(router)
