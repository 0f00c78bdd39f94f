"""Which work of a function waits for a parameter that a call leaves out: `if path: open(path)` of `load(data)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastapi_lint.analysis.once import blocks_of, leaves
from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import nodes_of, walk
from fastapi_lint.inference.frames import CallSite, Frame

_EMPTY = frozenset({"NoneType", "bool", "str", "int"})
"""Types of literals that are false."""

_KIND_TESTS = frozenset({"isinstance", "issubclass"})

_NOTHING: frozenset[str] = frozenset()


class _Needs(NamedTuple):
    """`needed`: for what stands at a span, the parameters without which it does not run."""

    needed: dict[Span, frozenset[str]]


class LeftOut:
    """Answers "does this call leave out what the work at that place of the callee is for?"."""

    def __init__(self) -> None:
        self._needs: dict[int, _Needs | None] = {}

    def skips(self, caller: Frame, site: CallSite, span: Span) -> bool:
        """Whether the call `site` of `caller` never comes to what stands at `span` in the function that it calls."""
        function = site.target.function
        if function is None:
            return False
        facts = function.facts
        if id(facts) not in self._needs:
            self._needs[id(facts)] = _needs(facts)
        needs = self._needs[id(facts)]
        if needs is None:
            return False
        needed = needs.needed.get(span, _NOTHING)
        if not needed:
            return False
        given = [
            one.given
            for one in caller.applications
            if one.target is site.target and one.span == site.span and one.edge is site.edge
        ]
        return bool(given) and all(names is not None and not needed <= names for names in given)


def _needs(facts: m.FunctionFacts) -> _Needs | None:
    """None where nothing depends on a parameter that may be left out."""
    optional = {
        parameter.name
        for parameter in facts.parameters
        if isinstance(parameter.default, m.Constant)
        and parameter.default.type in _EMPTY
        and not parameter.default.value
    }
    if facts.name == "__exit__":  # `with` passes `None` for each, but where an exception ends the block
        optional |= {parameter.name for parameter in facts.parameters[1:]}
    nodes = nodes_of(facts)
    if not optional or not any(isinstance(node, m.If) for node in nodes):
        return None
    names = {one: ("name", one) for one in optional}
    spelled: dict[tuple[str, str], str] = {key: one for one, key in names.items()}
    for key, value in _assigned(nodes):
        name = value.id if isinstance(value, m.Name) else ""
        if key in spelled:
            del spelled[key]  # given a value here
        elif key[0] == "attribute" and name in optional and _is_once(nodes, key):
            spelled[key] = name
    optional_left = {one for key, one in spelled.items() if key[0] == "name"}
    spelled = {key: one for key, one in spelled.items() if one in optional_left}
    needed: dict[Span, frozenset[str]] = {}
    for block, required in _regions(facts.body, spelled):
        for node in walk(tuple(block)):
            span = getattr(node, "span", None)
            if span is not None:
                needed[span] = needed.get(span, _NOTHING) | required
    return _Needs(needed) if needed else None


def _assigned(nodes: Sequence[object]) -> Iterator[tuple[tuple[str, str], m.Expression | None]]:
    """The names, and the attributes of names, that a function sets, each with its value."""
    for node in nodes:
        targets: Sequence[m.Expression] = ()
        value = None
        if isinstance(node, m.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, (m.AugmentedAssign, m.For, m.Walrus, m.WithItem)):
            targets = (node.target,) if node.target is not None else ()
        for target in targets:
            for part in target.items if isinstance(target, m.Display) else (target,):
                key = _key(part)
                if key is not None:
                    yield key, value


def _is_once(nodes: Sequence[object], key: tuple[str, str]) -> bool:
    return sum(other == key for other, _ in _assigned(nodes)) == 1


def _key(node: m.Expression) -> tuple[str, str] | None:
    if isinstance(node, m.Name):
        return ("name", node.id)
    if isinstance(node, m.Attribute) and isinstance(node.value, m.Name) and node.value.id == "self":
        return ("attribute", node.attribute)
    return None


def _regions(
    block: Sequence[m.Statement], spelled: dict[tuple[str, str], str]
) -> Iterator[tuple[Sequence[m.Statement], frozenset[str]]]:
    """The statements that run only where parameters were given, with these."""
    for number, statement in enumerate(block):
        if isinstance(statement, m.If):
            given = _given(statement.test, spelled, True)
            if given:
                yield statement.body, given
            absent = _given(statement.test, spelled, False)
            if absent:
                yield statement.orelse, absent
                if leaves(statement.body):
                    yield block[number + 1 :], absent
        for inner in blocks_of(statement):
            yield from _regions(inner, spelled)


def _given(test: m.Expression, spelled: dict[tuple[str, str], str], holds: bool) -> frozenset[str]:
    """The parameters that must have been given where the test comes to `holds`."""
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        return _given(test.value, spelled, not holds)
    if isinstance(test, m.BooleanOperation):
        left, right = _given(test.left, spelled, holds), _given(test.right, spelled, holds)
        return left | right if (test.operator == "and") == holds else left & right
    if isinstance(test, m.Comparison) and len(test.operators) == 1:
        other = test.comparators[0]
        is_none = isinstance(other, m.Constant) and other.type == "NoneType"
        if test.operators[0] in ("is", "=="):
            decides = holds != is_none
        elif test.operators[0] in ("is not", "!="):
            decides = holds == is_none
        else:
            return _NOTHING
        if isinstance(other, m.Constant) and not is_none and not other.value:
            return _NOTHING
        return _given(test.left, spelled, True) if decides else _NOTHING
    if isinstance(test, m.Call) and isinstance(test.function, m.Name) and test.function.id in _KIND_TESTS:
        return _given(test.arguments[0].value, spelled, True) if holds and test.arguments else _NOTHING
    key = _key(test) if holds else None
    name = spelled.get(key) if key is not None else None
    return frozenset([name]) if name is not None else _NOTHING
