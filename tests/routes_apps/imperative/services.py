from fastapi import WebSocket


async def search(text: str) -> str:
    return text


def export() -> str:
    return "export"


async def stream(socket: WebSocket) -> None:
    await socket.accept()


class Jobs:
    @staticmethod
    def list_jobs() -> list[int]:
        return []

    @classmethod
    async def create_job(cls) -> int:
        return 1

    async def read_job(self, job_id: int) -> int:
        return job_id
