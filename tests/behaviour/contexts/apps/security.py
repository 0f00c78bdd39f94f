"""Security classes as dependencies."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer, OAuth2PasswordBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from probe import record


class LoggedBearer(HTTPBearer):
    async def __call__(self, request: Request) -> HTTPAuthorizationCredentials | None:  # runs on: event loop
        record("LoggedBearer")
        return await super().__call__(request)


class CookieKey(APIKeyHeader):
    def __call__(self, request: Request) -> str | None:  # runs on: threadpool
        record("CookieKey")
        return "key"


class TracedBearer(OAuth2PasswordBearer):
    """Inherits `async def __call__`; the header is read by a method of its own."""

    async def __call__(self, request: Request) -> str | None:  # runs on: event loop
        record("TracedBearer")
        token = await super().__call__(request)
        return self.shorten(token)

    def shorten(self, token: str | None) -> str | None:  # runs on: event loop
        record("shorten")
        return token


traced = TracedBearer(tokenUrl="token")


def current_user(token: Annotated[str, Depends(traced)]) -> str:  # runs on: threadpool
    record("current_user")
    return token


async def current_admin(  # runs on: event loop
    user: Annotated[str, Security(current_user, scopes=["admin"])],
) -> str:
    record("current_admin")
    return user


app = FastAPI()


@app.get("/secure")
async def secure(
    bearer: Annotated[HTTPAuthorizationCredentials, Depends(LoggedBearer())],
    key: Annotated[str, Depends(CookieKey(name="key"))],
    admin: Annotated[str, Depends(current_admin)],
) -> str:
    return admin
