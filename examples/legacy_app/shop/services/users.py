"""Accounts."""

from fastapi import HTTPException
from sqlalchemy.orm import Session

from shop import security
from shop.models import User


def register(db: Session, email: str, password: str) -> User:
    salt = security.new_salt()
    user = User(email=email, salt=salt, password_hash=security.hash_password(password, salt))
    db.add(user)
    db.commit()
    return user


def authenticate(db: Session, email: str, password: str) -> str:
    user = db.query(User).filter(User.email == email).one_or_none()
    if user is None or not security.verify_password(password, user):
        raise HTTPException(status_code=401, detail="wrong email or password")
    user.token = security.new_token()
    db.commit()
    return user.token
