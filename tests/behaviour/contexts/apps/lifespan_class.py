"""A lifespan that is an object with `__aenter__` and `__aexit__`."""

from types import TracebackType

from fastapi import FastAPI
from probe import record


class Lifespan:
    def __init__(self, app: FastAPI) -> None:  # runs on: event loop
        record("Lifespan.__init__")

    async def __aenter__(self) -> None:  # runs on: event loop
        record("Lifespan.__aenter__")

    async def __aexit__(  # runs on: event loop
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        record("Lifespan.__aexit__")


app = FastAPI(lifespan=Lifespan)
