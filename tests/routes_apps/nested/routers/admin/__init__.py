from fastapi import APIRouter

from ...settings import settings
from .reports import reports

router = APIRouter()
router.include_router(reports, prefix="/reports")


@router.get(settings.audit_path)
async def audit() -> str:
    return "audit"
