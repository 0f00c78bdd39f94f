"""Trees made without checks are the trees that LibCST makes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import libcst as cst
import pytest

from fastapi_lint.facts.unchecked import FREQUENT, unchecked_nodes

FACTS = sorted((Path(__file__).parents[1] / "src" / "fastapi_lint" / "facts").glob("*.py"))


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.name)
def test_trees_are_equal_with_and_without_checks(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    with unchecked_nodes():
        unchecked = cst.parse_module(code)
    assert unchecked.deep_equals(cst.parse_module(code))
    assert unchecked.code == code


def test_defaults_are_not_shared() -> None:
    with unchecked_nodes():
        first, second = cst.Call(cst.Name("f")), cst.Call(cst.Name("f"))
    assert first.deep_equals(second)
    assert first.whitespace_after_func is not second.whitespace_after_func


def _fail_without_checks() -> None:
    with unchecked_nodes():
        assert cst.Name("").value == ""
        raise KeyError


def test_checks_are_back_afterwards() -> None:
    with pytest.raises(KeyError):
        _fail_without_checks()
    with pytest.raises(cst.CSTValidationError):
        cst.Name("")
    for name in FREQUENT:
        parameters = getattr(cst, name).__dataclass_params__
        assert parameters.frozen
    with pytest.raises(dataclasses.FrozenInstanceError):
        cst.Name("a").value = "b"  # type: ignore[misc]


def test_checks_are_off_until_the_outermost_use_ends() -> None:
    with unchecked_nodes():
        with unchecked_nodes():
            pass
        assert cst.Name("").value == ""
