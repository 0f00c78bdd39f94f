"""Sign-up and login."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from shop.db import DatabaseSession
from shop.schemas import Credentials, Token
from shop.services import users

router = APIRouter(prefix="/users", tags=["users"])


@router.post("/", status_code=201)
def register(credentials: Credentials, db: DatabaseSession) -> dict[str, int]:
    user = users.register(db, credentials.email, credentials.password)
    return {"id": user.id}


@router.post("/login")
async def login(credentials: Credentials, db: DatabaseSession) -> Token:
    token = users.authenticate(db, credentials.email, credentials.password)
    return Token(token=token)


@router.post("/v2/login")
async def login_without_blocking(credentials: Credentials, db: DatabaseSession) -> Token:
    token = await run_in_threadpool(users.authenticate, db, credentials.email, credentials.password)
    return Token(token=token)
