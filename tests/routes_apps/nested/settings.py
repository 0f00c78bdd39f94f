"""Constants and a settings object."""

API_PREFIX = "/api"
VERSION = "v1"
USERS = "users"


class Settings:
    audit_path: str = "/audit"

    def __init__(self) -> None:
        self.health_path = "/health"


settings = Settings()
