from fastapi import APIRouter

router = APIRouter(prefix="/items")
comments = APIRouter(prefix="/{item_id}/comments")
reactions = APIRouter()


@router.get("/")
def list_items() -> list[int]:
    return []


@comments.post("")
def add_comment(item_id: int) -> int:
    return item_id


@reactions.delete("/{comment_id}/reactions/{name:path}")
def remove_reaction(item_id: int, comment_id: int, name: str) -> str:
    return name


comments.include_router(reactions)
router.include_router(comments)
