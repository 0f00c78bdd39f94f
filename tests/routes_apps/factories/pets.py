from fastapi import APIRouter


def make_pets(kind: str, *, nested: bool = False) -> APIRouter:
    router = APIRouter(prefix=f"/{kind}")

    @router.get("/")
    async def pets() -> str:
        return kind

    @router.get("/{pet_id}")
    async def pet(pet_id: int) -> int:
        return pet_id

    if nested:
        outer = APIRouter(prefix="/nested")
        outer.include_router(router)
        return outer
    return router
