"""A router that adds every route with and without a slash at the end, and many routes added through it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


class SlashRouter(APIRouter):
    def add_api_route(self, path: str, *args: Any, **kwargs: Any) -> None:
        super().add_api_route(path, *args, **kwargs)
        other = path[:-1] if path.endswith("/") else path + "/"
        super().add_api_route(other, *args, **kwargs)


class Server:
    def __init__(self) -> None:
        self.app = FastAPI()
        self.router = SlashRouter()
        self.add("/users", self.read_users)
        self.add("/teams", self.read_teams)
        self.add("/orders", self.read_orders)
        self.add("/items", self.read_items)
        self.add("/files", self.read_files)
        self.add("/tags", self.read_tags)
        self.add("/notes", self.read_notes)
        self.add("/tasks", self.read_tasks)
        self.add("/events", self.read_events)
        self.add("/rules", self.read_rules)
        self.add("/roles", self.read_roles)
        self.add("/keys", self.read_keys)
        self.add("/jobs", self.read_jobs)
        self.add("/logs", self.read_logs)
        self.add("/posts", self.read_posts)
        self.add("/pages", self.read_pages)
        self.add("/links", self.read_links)
        self.add("/lists", self.read_lists)
        self.add("/boards", self.read_boards)
        self.add("/cards", self.read_cards)
        self.add("/both", self.read_both)
        self.add("/both", self.write_both, "POST")
        self.app.include_router(self.router, prefix="/v2")

    def add(self, path: str, endpoint: Callable[..., Any], method: str = "GET") -> None:
        self.router.add_api_route(path, endpoint, methods=[method])

    @traced
    async def read_both(self) -> None: ...

    @traced
    async def write_both(self) -> None: ...

    async def read_users(self) -> None: ...

    async def read_teams(self) -> None: ...

    async def read_orders(self) -> None: ...

    async def read_items(self) -> None: ...

    async def read_files(self) -> None: ...

    async def read_tags(self) -> None: ...

    async def read_notes(self) -> None: ...

    async def read_tasks(self) -> None: ...

    async def read_events(self) -> None: ...

    async def read_rules(self) -> None: ...

    async def read_roles(self) -> None: ...

    async def read_keys(self) -> None: ...

    async def read_jobs(self) -> None: ...

    async def read_logs(self) -> None: ...

    async def read_posts(self) -> None: ...

    async def read_pages(self) -> None: ...

    async def read_links(self) -> None: ...

    async def read_lists(self) -> None: ...

    async def read_boards(self) -> None: ...

    async def read_cards(self) -> None: ...


app = Server().app
