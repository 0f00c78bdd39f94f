"""What the messages about endpoints and routes (FAP3xx) say happens, happens."""

import functools
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response, WebSocket, params
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel


def test_an_endpoint_called_directly_gets_the_markers_as_values() -> None:
    """FAP301, FAP303"""
    app = FastAPI()
    seen: list[Any] = []

    def current_user() -> str:
        return "ann"

    @app.get("/items")
    def items(limit: int = Query(10), user: str = Depends(current_user)) -> None:
        seen.append((limit, user))

    @app.get("/all")
    def everything() -> None:
        items()

    client = TestClient(app)
    assert client.get("/items").status_code == 200
    assert client.get("/all").status_code == 200
    assert seen[0] == (10, "ann")
    limit, user = seen[1]
    assert isinstance(limit, params.Query)
    assert isinstance(user, params.Depends)


def test_an_annotated_dependency_of_an_endpoint_called_directly_never_runs() -> None:
    """FAP301"""
    app = FastAPI()
    ran: list[str] = []

    def check_rights() -> None:
        ran.append("check_rights")

    @app.get("/items")
    def items(checked: Annotated[None, Depends(check_rights)] = None) -> int:
        return 1

    @app.get("/all")
    def everything() -> int:
        return items()

    client = TestClient(app)
    assert client.get("/all").json() == 1
    assert ran == []
    assert client.get("/items").json() == 1
    assert ran == ["check_rights"]


def test_an_earlier_parameter_route_shadows_a_fixed_one() -> None:
    """FAP304"""
    app = FastAPI()
    users = APIRouter(prefix="/users")

    @users.get("/{user_id}")
    def user(user_id: str) -> str:
        return f"user {user_id}"

    @users.get("/me")
    def me() -> str:
        return "me"

    @users.get("/{user_id:int}/posts")
    def posts(user_id: int) -> str:
        return f"posts of {user_id}"

    @users.get("/me/posts")
    def my_posts() -> str:
        return "my posts"

    app.include_router(users)
    client = TestClient(app)
    assert client.get("/users/me").json() == "user me"
    assert client.get("/users/me/posts").json() == "my posts", "the `int` converter does not match `me`"


def test_the_second_of_two_equal_routes_is_dead() -> None:
    """FAP305"""
    app = FastAPI()

    @app.get("/items")
    def first() -> str:
        return "first"

    @app.get("/items")
    def second() -> str:
        return "second"

    assert TestClient(app).get("/items").json() == "first"


def test_a_path_parameter_of_another_name_is_a_required_query_parameter() -> None:
    """FAP306"""
    app = FastAPI()

    @app.get("/items/{id}")
    def item(item_id: int) -> int:
        return item_id

    @app.get("/orders/{order_id}")
    def order(loaded: Annotated[int, Depends(lambda order_id: int(order_id))]) -> int:
        return loaded

    client = TestClient(app)
    assert client.get("/items/1").status_code == 422
    assert client.get("/orders/1").json() == 1, "a dependency may take the path parameter"


def test_a_dependency_that_is_called_is_refused_at_import() -> None:
    """FAP307"""

    def get_db() -> Any:
        yield "session"

    async def get_user() -> str:
        return "ann"

    coroutine = get_user()
    for result in (get_db(), coroutine):
        app = FastAPI()

        def read(db: Any = Depends(result)) -> None:  # noqa: B008
            return None

        with pytest.raises(TypeError, match="not a callable"):
            app.get("/")(read)
    coroutine.close()


class User(BaseModel):
    name: str


def test_a_called_dependency_that_returned_none_lets_the_client_choose() -> None:
    """FAP307: without a callable the annotation is the dependency, built from the query string"""
    app = FastAPI()

    def current_user() -> User | None:
        return None

    @app.get("/")
    def read(user: Annotated[User, Depends(current_user())]) -> str:
        return user.name

    client = TestClient(app)
    assert client.get("/").status_code == 422
    assert client.get("/?name=admin").json() == "admin"


def test_a_decorator_above_the_route_never_takes_effect() -> None:
    """FAP308"""
    app = FastAPI()
    calls: list[str] = []

    def limited(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def limit(*args: Any, **kwargs: Any) -> Any:
            calls.append(function.__name__)
            return function(*args, **kwargs)

        return limit

    @limited
    @app.get("/above")
    def above() -> None:
        return None

    @app.get("/below")
    @limited
    def below() -> None:
        return None

    client = TestClient(app)
    assert client.get("/above").status_code == client.get("/below").status_code == 200
    assert calls == ["below"]


def test_depends_without_parentheses_is_the_value() -> None:
    """FAP309"""
    app = FastAPI()
    seen: list[Any] = []

    @app.get("/default")
    def by_default(value: Any = Depends) -> None:
        seen.append(value)

    @app.get("/annotated")
    def by_annotation(value: Annotated[str, Depends]) -> None:
        seen.append(value)

    client = TestClient(app)
    assert client.get("/default").status_code == 200
    assert seen == [Depends]
    assert client.get("/annotated").status_code == 422, "it has become a query parameter"
    with pytest.raises(AttributeError):
        app.get("/listed", dependencies=[by_default])(by_default)


def test_a_cached_async_function_fails_at_the_second_call() -> None:
    """FAP311"""
    app = FastAPI()

    @functools.lru_cache
    async def settings() -> str:
        return "settings"

    @app.get("/")
    async def read() -> str:
        return await settings()

    client = TestClient(app, raise_server_exceptions=False)
    assert [client.get("/").status_code, client.get("/").status_code] == [200, 500]


def test_changes_of_the_injected_response_are_lost_with_a_returned_one() -> None:
    """FAP312"""
    app = FastAPI()

    @app.get("/returned")
    def returned(response: Response) -> JSONResponse:
        response.set_cookie("token", "1")
        response.status_code = 201
        return JSONResponse({})

    @app.get("/raised")
    def raised(response: Response) -> None:
        response.headers["x-name"] = "1"
        raise HTTPException(403)

    @app.get("/kept")
    def kept(response: Response) -> dict[str, str]:
        response.set_cookie("token", "1")
        response.status_code = 201
        return {}

    client = TestClient(app)
    answer = client.get("/returned")
    assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)
    assert "x-name" not in client.get("/raised").headers
    answer = client.get("/kept")
    assert answer.status_code == 201
    assert answer.headers["set-cookie"].startswith("token=1")


def test_a_path_without_a_leading_slash_is_never_served() -> None:
    """FAP313"""
    app = FastAPI()

    @app.get("users")
    def users() -> None:
        return None

    assert TestClient(app).get("/users").status_code == 404


def test_a_sync_websocket_endpoint_fails_at_the_first_connection() -> None:
    """FAP314"""
    app = FastAPI()

    @app.websocket("/")
    def chat(websocket: WebSocket) -> None:
        return None

    with pytest.raises(TypeError, match="await"), TestClient(app).websocket_connect("/"):
        pass


def test_a_wrapper_without_wraps_loses_the_signature() -> None:
    """FAP315"""
    app = FastAPI()

    def traced(function: Callable[..., Any]) -> Callable[..., Any]:
        async def trace(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return trace

    @app.get("/")
    @traced
    def read(name: str) -> str:
        return name

    assert TestClient(app).get("/?name=ann").status_code == 422


def test_a_returned_exception_or_status_is_a_body() -> None:
    """FAP316: a 200 without an annotation, a 500 where the annotation makes FastAPI serialize what is returned"""
    app = FastAPI()

    @app.get("/exception")
    def exception():
        return HTTPException(404, "missing")

    @app.get("/annotated")
    def annotated() -> dict[str, str]:
        return HTTPException(404, "missing")

    @app.get("/status")
    def status():
        return {"id": 1}, 201

    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/exception").status_code == 200
    assert client.get("/annotated").status_code == 500
    answer = client.get("/status")
    assert (answer.status_code, answer.json()) == (200, [{"id": 1}, 201])


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_the_body_of_a_request_in_a_sync_endpoint_is_a_coroutine() -> None:
    """FAP317"""
    app = FastAPI()

    @app.post("/")
    def write(request: Request) -> str:
        return type(request.json()).__name__

    assert TestClient(app).post("/", json={}).json() == "coroutine"


def test_mutable_defaults_of_parameters_are_not_shared() -> None:
    """Why there is no rule about them: FastAPI copies the default for each request."""
    app = FastAPI()

    @app.get("/")
    def read(names: Annotated[list[str], Query()] = []) -> list[str]:  # noqa: B006
        names.append("ann")
        return names

    client = TestClient(app)
    assert client.get("/").json() == client.get("/").json() == ["ann"]


def test_a_returned_response_passes_the_response_model_by() -> None:
    """What a response model would have filtered out reaches the client."""
    app = FastAPI()

    @app.get("/returned", response_model=User)
    def returned() -> JSONResponse:
        return JSONResponse({"name": "ann", "password": "secret"})

    @app.get("/filtered", response_model=User)
    def filtered() -> Any:
        return {"name": "ann", "password": "secret"}

    client = TestClient(app)
    assert client.get("/returned").json() == {"name": "ann", "password": "secret"}
    assert client.get("/filtered").json() == {"name": "ann"}


def test_the_prefix_of_a_router_does_not_reach_starlettes_own_routes() -> None:
    """`route` and `websocket_route` ignore `APIRouter(prefix=)`; a prefix at `include_router` counts."""
    router = APIRouter(prefix="/users")

    @router.route("/plain")
    def plain(request: Request) -> Response:
        return Response()

    @router.get("/fastapi")
    def of_fastapi() -> None:
        return None

    app = FastAPI()
    app.include_router(router, prefix="/v1")
    client = TestClient(app)
    found = {
        path for path in ("/v1/plain", "/v1/users/plain", "/v1/users/fastapi") if client.get(path).is_success
    }
    assert found == {"/v1/plain", "/v1/users/fastapi"}
