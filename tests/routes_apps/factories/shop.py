from fastapi import APIRouter, FastAPI


class ShopRoutes:
    def __init__(self, prefix: str) -> None:
        self.router = APIRouter(prefix=prefix)

    def build(self) -> APIRouter:
        self.router.add_api_route("/orders", self.orders, methods=["GET"])
        self.router.add_api_route("/orders", self.create, methods=["POST"])
        return self.router

    async def orders(self) -> list[int]:
        return []

    def create(self) -> int:
        return 1


def register(app: FastAPI, base: str) -> None:
    app.add_api_route(base, registered)
    app.add_api_route(f"{base}/again", registered, methods=["PUT", "PATCH"])


def registered() -> int:
    return 1
