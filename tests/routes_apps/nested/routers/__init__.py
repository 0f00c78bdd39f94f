"""All routers, as a list."""

from . import items, users
from .admin import router as admin_router

all_routers = [users.router, items.router]
extra_routers = {"admin": admin_router}
