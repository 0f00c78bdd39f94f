from fastapi import APIRouter, FastAPI

inner = FastAPI()
router = APIRouter(prefix="/things")


@router.get("/{thing}")
def thing(thing: str) -> str:
    return thing


@inner.get("/")
def root() -> str:
    return "inner"


inner.include_router(router)
deepest = FastAPI()


@deepest.get("/bottom")
def bottom() -> str:
    return "bottom"


inner.mount("/deep", deepest)
