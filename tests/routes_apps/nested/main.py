"""Routers of several modules, nested, in lists and dicts, one of them included twice."""

import fastapi

from nested import settings as config
from nested.routers import all_routers, extra_routers
from nested.routers.admin.reports import reports

app = fastapi.FastAPI()
api = fastapi.APIRouter(prefix=config.API_PREFIX)

for one in all_routers:
    api.include_router(one, prefix="/" + config.VERSION)

app.include_router(api)
app.include_router(extra_routers["admin"], prefix="/admin")
app.include_router(reports, prefix="/%s" % "public")  # noqa: UP031


@app.get(config.settings.health_path)
def health() -> str:
    return "ok"


@app.get("/{}/{}".format("formatted", config.VERSION))
def formatted() -> str:
    return "ok"
