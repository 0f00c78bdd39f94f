from fastapi import APIRouter, Depends, WebSocket

from nested.settings import USERS

router = APIRouter(prefix=f"/{USERS}", tags=["users"])
USER_ID = "{user_id}"


def load_user(user_id: int) -> int:
    return user_id


@router.get("")
async def list_users() -> list[int]:
    return []


@router.get(f"/{USER_ID}")
async def read_user(user: int = Depends(load_user)) -> int:
    return user


@router.api_route("/{user_id}/avatar", methods=["GET", "PUT"])
def avatar(user_id: int) -> int:
    return user_id


@router.websocket("/feed")
async def feed(socket: WebSocket) -> None:
    await socket.accept()
