"""The application."""

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

from shop import audit
from shop.lifespan import lifespan
from shop.routers import admin, orders, reports, users

app = FastAPI(title="Shop", lifespan=lifespan)
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
)
for router in (users.router, orders.router, reports.router, admin.router):
    app.include_router(router)


@app.middleware("http")
async def audit_trail(request: Request, call_next):
    response = await call_next(request)
    audit.record(request.method, request.url.path, response.status_code)
    return response


@app.on_event("startup")
async def say_hello() -> None:
    print("shop is open")


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
