"""Dependencies of routers and applications: which routes have them, and which run for every request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from fastapi_lint.inference.fastapi_model import Registration
from fastapi_lint.inference.values import UNKNOWN, Place, Value, join_all

_TAKERS = frozenset({"route", "websocket", "include"})
"""What takes over the dependencies of its router, as they are when it is added."""


class RouterDependencies:
    """The `Depends(...)` of routers: those they were made with, and those that `router.dependencies.append` added.

    FastAPI copies a router's list into each route or router as that is added: what is appended afterwards concerns
    later ones alone. Tested in tests/behaviour.
    """

    def __init__(
        self,
        registrations: Iterable[Registration],
        owners: Mapping[int, Place | None],
        served: Collection[Place],
    ) -> None:
        """`owners`: by the identity of a registration, the app or router that it belongs to; `served`: those whose routes
        no other application has under a prefix."""
        self._numbers: dict[int, int] = {}
        self._appended: dict[Place, list[tuple[int, Value]]] = defaultdict(list)
        first: dict[Place, int] = {}
        made: list[Registration] = []
        for number, registration in enumerate(registrations):
            self._numbers[id(registration)] = number
            owner = owners.get(id(registration))
            if registration.kind == "router" and registration.is_app and owner in served:
                made.append(registration)
            elif owner is not None and registration.kind == "dependencies":
                self._appended[owner].append((number, registration.dependencies))
            elif owner is not None and registration.kind in _TAKERS:
                first.setdefault(owner, number)
        values: list[Value] = []
        for registration in made:
            owner = owners[id(registration)]
            values.append(registration.dependencies)
            if owner is not None:
                added = self._appended.get(owner, [])
                values += [markers for number, markers in added if number < first.get(owner, number + 1)]
        self.of_every_request: Value = tuple([marker for markers in values for marker in markers])
        """The dependencies of whole applications, which every route has."""

    def appended_before(self, owner: Place, taker: Registration) -> Value:
        """What had been appended to the router's dependencies when `taker` was added to it."""
        appended = self._appended.get(owner)
        if appended is None:
            return UNKNOWN
        end = self._numbers[id(taker)]
        return join_all([markers for number, markers in appended if number < end])
