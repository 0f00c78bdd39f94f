"""`fastapi-lint why`: the tree of a route, and the reason for or against a finding on a line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fastapi_lint.cli import main

if TYPE_CHECKING:
    from conftest import Tree

    Capture = pytest.CaptureFixture[str]

MAIN = """\
import asyncio
import os
import time
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from app.helper import countdown, forever, load, nobody, unknown_client

time.sleep(0.1)  # import


@asynccontextmanager
async def lifespan(app):
    time.sleep(1)  # start
    yield


app = FastAPI(lifespan=lifespan)


def session():
    time.sleep(1)  # dependency
    yield 1


@app.get("/slow")
async def slow():
    time.sleep(1)  # finding


@app.get("/sync")
def read_sync():
    time.sleep(1)  # sync endpoint


@app.get("/load/{name}")
async def get_load(name: str, db=Depends(session)):
    return load(name)  # call


@app.get("/handed")
async def handed():
    await asyncio.to_thread(load, "x")  # hand-over
    return await asyncio.sleep(1)  # library


@app.get("/accepted")
async def accepted():
    time.sleep(1)  # noqa: FAP101


@app.get("/checked")
async def checked():
    return os.path.exists("/tmp/x")  # off by default


@app.post("/strange")
async def strange():
    return unknown_client().fetch()  # unknown


@app.get("/deep")
async def deep():
    forever(3)
    return countdown(3)
"""
HELPER = """\
import time

from elsewhere import client


def load(name):
    time.sleep(1)  # sink
    for part in name:
        time.sleep(2)  # second sink
    return name


def nobody():
    time.sleep(1)  # orphan


def forever(n):
    return forever(n - 1)


def countdown(n):
    time.sleep(1)
    return countdown(n - 1)


def unknown_client():
    return client.make()
"""


@pytest.fixture
def project(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tree({"pyproject.toml": "", "app/__init__.py": "", "app/main.py": MAIN, "app/helper.py": HELPER})
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "80")
    return root


def _place(path: str, comment: str) -> str:
    text = {"app/main.py": MAIN, "app/helper.py": HELPER}[path]
    (line,) = [n for n, one in enumerate(text.splitlines(), 1) if one.endswith(f"# {comment}")]
    return f"{path}:{line}"


def _ask(capsys: Capture, *arguments: str) -> str:
    assert main(["why", *arguments, "-j1"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def _object(capsys: Capture, *arguments: str) -> Any:
    return json.loads(_ask(capsys, *arguments, "--format", "json"))


def _flat(text: str) -> str:
    return " ".join(text.split())


# --- a line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "comment", "expected"),
    [
        ("app/main.py", "finding", "finding: FAP101 error: `time.sleep` sleeps on the event loop"),
        ("app/main.py", "call", "finding: FAP101 error: `load` ends in `time.sleep`"),
        (
            "app/main.py",
            "sync endpoint",
            "no finding: `time.sleep` blocks only a thread: `read_sync` is the endpoint of GET /sync and a plain `def`, "
            "so FastAPI runs it in its threadpool",
        ),
        (
            "app/main.py",
            "dependency",
            "blocks only a thread: `session` is a dependency and a plain `def`, so FastAPI runs it in its threadpool",
        ),
        (
            "app/main.py",
            "hand-over",
            "handed over: `asyncio.to_thread` runs `load` (app/helper.py:6) in a thread, so nothing in it holds the "
            "event loop",
        ),
        ("app/main.py", "library", "no finding: `asyncio.sleep` is not known to block"),
        ("app/main.py", "noqa: FAP101", "not reported: FAP101 `time.sleep` sleeps on the event loop"),
        ("app/main.py", "noqa: FAP101", "a comment on line 50 silences it"),
        (
            "app/main.py",
            "off by default",
            "the rule FAP109 is off by default; `--extend-select FAP109` switches it on",
        ),
        ("app/main.py", "unknown", "unknown: what `unknown_client().fetch` calls could not be found out"),
        ("app/main.py", "start", "only while the application starts or stops; `--startup` reports that"),
        ("app/main.py", "import", "once, when the module is imported"),
        (
            "app/helper.py",
            "sink",
            "on the way of a finding: FAP101 is reported at app/main.py:39; `load` ends in `time.sleep`",
        ),
        (
            "app/helper.py",
            "second sink",
            "no finding of its own: `time.sleep` is reached through app/main.py:39, where FAP101 names the worst call",
        ),
        ("app/helper.py", "orphan", "but nothing that the analysis knows runs `nobody`"),
        ("app/helper.py", "orphan", "nothing that serves requests is known to reach `nobody`"),
    ],
)
def test_the_reason_for_a_line(
    project: Path, capsys: Capture, path: str, comment: str, expected: str
) -> None:
    assert expected in _flat(_ask(capsys, _place(path, comment)))


def test_a_line_names_every_context_with_its_way(project: Path, capsys: Capture) -> None:
    out = _ask(capsys, _place("app/helper.py", "sink"))
    assert out.endswith(
        """\
Where `load` runs
  event loop: `get_load`, the endpoint of GET /load/{name} (app/main.py:38)
  └─ called `load` (app/main.py:39)
  event loop: `handed`, the endpoint of GET /handed (app/main.py:43)
  └─ handed to a thread `load` [threadpool] (app/main.py:44)

reached by GET /load/{name}
"""
    )
    assert max(map(len, out.splitlines())) <= 80


def test_a_header_shows_what_the_function_runs(project: Path, capsys: Capture) -> None:
    out = _ask(capsys, "app/main.py:38")
    assert "What it runs\nget_load  [event loop]  app/main.py:38\n" in out
    assert out == _ask(capsys, "app/main.py:37").replace("app/main.py:37", "app/main.py:38").replace(
        '37 | @app.get("/load/{name}")', "38 | async def get_load(name: str, db=Depends(session)):"
    )


def test_a_line_without_calls(project: Path, capsys: Capture) -> None:
    assert "nothing to judge: no call on this line, and no finding" in _ask(capsys, "app/main.py:1")


def test_a_line_as_json(project: Path, capsys: Capture) -> None:
    found = _object(capsys, _place("app/main.py", "finding"))
    assert found["standing"] == "serving"
    assert found["function"] == "slow"
    assert [one["code"] for one in found["findings"]] == ["FAP101"]
    assert found["findings"][0]["silenced"] is None
    assert found["blocking"] == [
        {"text": "time.sleep", "call": "time.sleep", "kind": "sleep", "minor": False}
    ]
    assert found["routes"] == ["GET /slow"]
    silenced = _object(capsys, _place("app/main.py", "noqa: FAP101"))
    assert [one["silenced"] for one in silenced["findings"]] == ["a comment on line 50 silences it"]
    assert _object(capsys, _place("app/main.py", "unknown"))["unresolved"] == ["unknown_client().fetch"]


def test_findings_that_pass_a_line_are_told_together(
    tree: Tree, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import time\nfrom fastapi import FastAPI\napp = FastAPI()\ndef load():\n    time.sleep(1)\n"
    text += "".join(f"@app.get('/{n}')\nasync def route{n}():\n    load()\n" for n in range(7))
    monkeypatch.chdir(tree({"pyproject.toml": "", "main.py": text}))
    assert (
        "on the way of 7 findings: FAP101 is reported at main.py:8, main.py:11, main.py:14, main.py:17 and 3 more; "
        "the first says: `load` ends in"
    ) in _flat(_ask(capsys, "main.py:5"))
    assert len(_object(capsys, "main.py:5")["passed_by"]) == 7


# --- a route ---------------------------------------------------------------------------------------


def test_the_tree_of_a_route(project: Path, capsys: Capture) -> None:
    assert (
        _ask(capsys, "GET /load/{name}")
        == """\
GET /load/{name}  app/main.py:37
└─ endpoint get_load  [event loop]  app/main.py:38
   ├─ depends on session  [threadpool]  app/main.py:22
   │  └─ time.sleep  holds only its thread (sleep)  app/main.py:23
   └─ calls load  [event loop]  app/main.py:39
      ├─ time.sleep  BLOCKS THE LOOP (sleep): FAP101  app/helper.py:7
      └─ time.sleep  BLOCKS THE LOOP (sleep): not reported by itself
           app/helper.py:9
"""
    )


def test_what_is_handed_over_and_silenced_is_told(project: Path, capsys: Capture) -> None:
    out = _ask(capsys, "GET /handed")
    assert "hands over asyncio.to_thread → load  [threadpool]" in out
    assert "BLOCKS" not in out
    assert "not reported: a comment on line 50 silences it" in _flat(_ask(capsys, "GET /accepted"))


def test_cycles_end(project: Path, capsys: Capture) -> None:
    out = _ask(capsys, "GET /deep")
    assert "calls countdown  [event loop]  (calls itself: see above)" in out
    assert "… 1 more call: nothing there blocks or is handed over" in out
    assert "forever" not in out
    assert "calls forever" in _ask(capsys, "GET /deep", "--all")


def test_large_trees_are_cut(tree: Tree, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = "".join(
        f"def step{n}():\n" + "".join(f"    step{n * 3 + k}()\n" for k in (1, 2, 3)) for n in range(400)
    )
    functions += "".join(f"def step{n}():\n    time.sleep(1)\n" for n in range(400, 1204))
    text = f"import time\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\nasync def root():\n    step0()\n{functions}"
    monkeypatch.chdir(tree({"pyproject.toml": "", "main.py": text}))
    out = _ask(capsys, "GET /")
    assert "cut here: the tree is too large" in out
    assert len(out.splitlines()) < 700


def test_routes_are_found_by_path_alone_and_by_an_address(project: Path, capsys: Capture) -> None:
    expected = _ask(capsys, "GET /load/{name}")
    for question in ("/load/{name}", "get /load/{anything}", "GET /load/x", "/load/{name}/"):
        assert _ask(capsys, question) == expected


def test_a_route_as_json(project: Path, capsys: Capture) -> None:
    (route,) = _object(capsys, "GET /load/{name}")
    assert (route["role"], route["title"]) == ("route", "GET /load/{name}")
    (endpoint,) = route["children"]
    assert [child["role"] for child in endpoint["children"]] == ["dependency", "call"]
    sinks = endpoint["children"][1]["children"]
    assert [sink["findings"] for sink in sinks] == [[{"code": "FAP101", "silenced": None}], []]
    assert all(sink["blocks_event_loop"] for sink in sinks)


# --- mistakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("GET /laod/{name}", "no route `GET /laod/{name}`; did you mean `GET /load/{name}`"),
        ("POST /slow", "no route `POST /slow`; did you mean `GET /slow`?"),
        ("/qqqqqqqqqq", "no route `/qqqqqqqqqq`; `fastapi-lint routes .` lists all 8"),
        ("app/man.py:3", "`app/man.py` does not exist; did you mean `app/main.py`?"),
        ("app/main.py:900", "`app/main.py` has 66 lines; there is no line 900"),
        ("app/main.py:0", "there is no line 0"),
        ("app:3", "`app` is a directory; name a file and a line"),
        ("slow", "`slow` is neither a line nor a route; write `FILE:LINE`, or a route"),
    ],
)
def test_mistakes_exit_with_2_and_a_suggestion(
    project: Path, capsys: Capture, question: str, expected: str
) -> None:
    assert main(["why", question, "-j1"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert expected in captured.err
    assert len(captured.err.splitlines()) == 1


def test_a_file_that_does_not_parse(tree: Tree, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree({"pyproject.toml": "", "a.py": "def (:\n"}))
    assert main(["why", "a.py:1"]) == 2
    assert "`a.py` cannot be read as Python code" in capsys.readouterr().err


# --- the documentation ---------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parent.parent
SHOWN = re.findall(
    r"^<!-- why: ([^\n]+) -->\n```text\n(.*?)```$",
    (ROOT / "docs" / "why.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)


def test_the_page_has_examples() -> None:
    assert len(SHOWN) == 2


@pytest.mark.parametrize(("question", "expected"), SHOWN)
def test_the_page_shows_what_the_command_prints(
    question: str, expected: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "examples" / "legacy_app")
    monkeypatch.setenv("COLUMNS", "80")
    assert _ask(capsys, question) == expected


# --- routes -----------------------------------------------------------------------------------------


def test_routes_tell_what_blocks(project: Path, capsys: Capture) -> None:
    assert main(["routes", "-j1", "--output-format", "json"]) == 0
    rows = {row["path"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["/slow"]["findings"] == {"FAP101": 1}
    assert rows["/slow"]["blocking_findings"] == 1
    assert rows["/sync"]["findings"] == {}
    assert rows["/accepted"]["findings"] == {}
    assert rows["/load/{name}"]["dependencies"] == [{"name": "app.main:session", "context": "threadpool"}]


def test_routes_as_text_tell_what_blocks(project: Path, capsys: Capture) -> None:
    assert main(["routes", "-j1"]) == 0
    out = capsys.readouterr().out
    assert (
        "GET   /load/{name}  [event loop]\n"
        "      app.main:get_load (app/main.py:37)\n"
        "      depends on app.main:session [threadpool]\n"
        "      blocked by FAP101\n"
    ) in out
    after_sync = out.partition("app.main:read_sync (app/main.py:32)\n")[2]
    assert after_sync == "" or after_sync.startswith(("GET", "POST"))
