"""Plain data in the evaluation: it is not kept, and tells no evaluations of a function apart."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fastapi_lint.collector import collector_paused
from fastapi_lint.facts.extract import extract
from fastapi_lint.facts.model import ModuleFacts
from fastapi_lint.inference.interpreter import Interpreter
from fastapi_lint.inference.plain import declares_plain
from fastapi_lint.inference.project_run import evaluate_project
from fastapi_lint.project.modules import Project


def evaluated(source: str, blocking: Sequence[str] = ()) -> Interpreter:
    facts = extract("/project/main.py", source)
    assert isinstance(facts, ModuleFacts)
    interpreter = Interpreter(Project("/project", [facts]), blocking)
    with collector_paused():
        evaluate_project(interpreter)
    return interpreter


def frames_of(interpreter: Interpreter, name: str) -> int:
    return sum(frame.name == name for frame in interpreter.frames)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("str", True),
        ("str | None", True),
        ("Optional[int]", True),
        ("typing.Union[str, bytes, None]", True),
        ("Literal['a', 'b']", True),
        ("'str'", True),
        ("UUID", True),
        ("Session", False),
        ("str | Session", False),
        ("Optional[Session]", False),
        ("Any", False),
        ("list[str]", False),
    ],
)
def test_annotations_of_plain_data(annotation: str, expected: bool) -> None:
    facts = extract("main.py", f"def f(value: {annotation}): ...")
    assert isinstance(facts, ModuleFacts)
    assert declares_plain(facts.functions[0].parameters[0].annotation) is expected


TWO_CALLS = """
import requests
import somewhere

class First: ...
class Second: ...

def work(value{annotation}):
    return value

async def one(thing: somewhere.Thing):
    work({first})

async def other(thing: somewhere.Thing):
    work({second})
"""


@pytest.mark.parametrize(
    ("annotation", "first", "second", "expected"),
    [
        ("", "First()", "Second()", 2),
        (": str", "First()", "Second()", 1),
        (": object", "First()", "Second()", 2),
        ("", "thing.name", "thing.title", 1),
        ("", "requests.Session().get", "requests.Session().post", 2),
    ],
)
def test_plain_arguments_share_an_evaluation(annotation: str, first: str, second: str, expected: int) -> None:
    source = TWO_CALLS.format(annotation=annotation, first=first, second=second)
    assert frames_of(evaluated(source), "work") == expected


def test_what_the_configuration_may_name_is_not_plain() -> None:
    source = TWO_CALLS.format(annotation="", first="thing.name", second="thing.title")
    assert frames_of(evaluated(source, ["somewhere.Thing.name"]), "work") == 2


ATTRIBUTE = """
class Client: ...

class Job:
    name{annotation}

    def __init__(self, options):
        self.name = options["name"]

async def endpoint():
    job = Job({{"name": Client()}})
    return job.name
"""


@pytest.mark.parametrize(("annotation", "kept"), [(": str", False), (": object", True)])
def test_attributes_declared_as_text_hold_no_objects(annotation: str, kept: bool) -> None:
    interpreter = evaluated(ATTRIBUTE.format(annotation=annotation))
    (job,) = [cls for cls in interpreter.classes.values() if cls.name == "Job"]
    assert bool(job.cell("name").value) is kept
