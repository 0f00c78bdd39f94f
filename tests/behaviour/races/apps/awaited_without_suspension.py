"""The awaited function never suspends, so no other request comes between."""

from fastapi import FastAPI

app = FastAPI()
app.state.total = 0


async def price() -> int:
    return 1


@app.post("/")
async def buy() -> None:
    app.state.total += await price()


@app.get("/")
async def total() -> int:
    return app.state.total
