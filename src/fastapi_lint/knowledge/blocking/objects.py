"""Module-level objects of libraries, with the catalogued type each of them has."""

from __future__ import annotations

OBJECTS: dict[str, str] = {
    "celery.current_app": "celery.Celery",
    "fastapi_async_sqlalchemy.db.session": "sqlalchemy.ext.asyncio.AsyncSession",
    "fastapi_sqlalchemy.db.session": "sqlalchemy.orm.Session",
}
