"""Passwords and the current user."""

import hashlib
import hmac
import os
import secrets
from typing import Annotated

from fastapi import Depends, Header, HTTPException

from shop.db import DatabaseSession
from shop.models import User


def hash_password(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def verify_password(password: str, user: User) -> bool:
    return hmac.compare_digest(hash_password(password, user.salt), user.password_hash)


def new_salt() -> bytes:
    return os.urandom(16)


def new_token() -> str:
    return secrets.token_urlsafe(32)


async def get_current_user(db: DatabaseSession, authorization: Annotated[str, Header()]) -> User:
    user = db.query(User).filter(User.token == authorization).first()
    if user is None:
        raise HTTPException(status_code=401, detail="unknown token")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
