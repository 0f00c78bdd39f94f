from fastapi.routing import APIRouter

reports = APIRouter()


@reports.get("/daily")
async def daily() -> str:
    return "daily"


@reports.head("/daily")
async def daily_head() -> None:
    return None
