"""The audit trail: one line a request, in a file."""

import json
from datetime import UTC, datetime

from shop import settings


def record(method: str, path: str, status: int) -> None:
    entry = {"at": datetime.now(UTC).isoformat(), "method": method, "path": path, "status": status}
    with open(settings.AUDIT_FILE, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
