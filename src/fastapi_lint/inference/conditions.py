"""What tests tell: flags whose value the caller passed, and `isinstance` checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi_lint.facts import model as m
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    ExternalAtom,
    FunctionAtom,
    GeneratorAtom,
    InstanceAtom,
    ObjectAtom,
    Value,
    join,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.evaluator import ExpressionEvaluator

_ASYNC_FUNCTION_TESTS = frozenset(
    {
        "asyncio.iscoroutinefunction",
        "inspect.iscoroutinefunction",
        "asgiref.sync.iscoroutinefunction",
    }
)
_AWAITABLE_TESTS = frozenset({"asyncio.iscoroutine", "inspect.iscoroutine", "inspect.isawaitable"})


def truth(evaluator: ExpressionEvaluator, test: m.Expression) -> bool | None:
    """What a test of constants and of flags that the caller passed comes to; None when that is open."""
    if isinstance(test, m.Constant):
        return bool(test.value) if test.value is not None else None
    if isinstance(test, m.Name):
        value = evaluator.env.get(test.id, UNKNOWN)
        # A default counts only where the call is known to leave the argument out.
        if not value or evaluator.frame.arguments.get(test.id) is not value:
            return None
        truths = {bool(atom.value) if isinstance(atom, ConstantAtom) else None for atom in value}
        return truths.pop() if len(truths) == 1 else None
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        inner = truth(evaluator, test.value)
        return None if inner is None else not inner
    if isinstance(test, m.BooleanOperation):
        sides = (truth(evaluator, test.left), truth(evaluator, test.right))
        decisive = test.operator == "or"
        if decisive in sides:
            return decisive
        return (not decisive) if None not in sides else None
    if isinstance(test, m.Call) and len(test.arguments) == 1:
        answers = {
            _is_async(evaluator, test, atom) for atom in evaluator.frame.value_of(test.arguments[0].value)
        }
        return answers.pop() if len(answers) == 1 else None
    return None


def _is_async(evaluator: ExpressionEvaluator, test: m.Call, atom: Any) -> bool | None:
    """What `iscoroutinefunction(f)` or `isawaitable(value)` says of one atom; None for other tests too."""
    for callee in evaluator.frame.value_of(test.function):
        if not isinstance(callee, ExternalAtom):
            return None
        if callee.path in _ASYNC_FUNCTION_TESTS and isinstance(atom, FunctionAtom):
            facts = atom.function.facts
            if atom.function.wrapped and not facts.is_async:
                return None
            return facts.is_async and not facts.is_generator
        if callee.path in _AWAITABLE_TESTS:
            if isinstance(atom, CoroutineAtom):
                return True
            return False if isinstance(atom, (ConstantAtom, ContainerAtom, GeneratorAtom)) else None
    return None


def narrow(evaluator: ExpressionEvaluator, test: m.Expression, holds: bool) -> None:
    """Use what `isinstance(name, Class)` says about a local name."""
    if isinstance(test, m.UnaryOperation) and test.operator == "not":
        narrow(evaluator, test.value, not holds)
    elif isinstance(test, m.BooleanOperation) and test.operator == "and" and holds:
        narrow(evaluator, test.left, True)
        narrow(evaluator, test.right, True)
    elif (
        isinstance(test, m.Call) and len(test.arguments) == 1 and isinstance(test.arguments[0].value, m.Name)
    ):
        name = test.arguments[0].value.id
        value = evaluator.env.get(name)
        if holds and any(
            isinstance(callee, ExternalAtom) and callee.path in _AWAITABLE_TESTS
            for callee in evaluator.frame.value_of(test.function)
        ):
            evaluator.perhaps_awaitable.add(name)
        if value:
            evaluator.env[name] = tuple(
                [atom for atom in value if _is_async(evaluator, test, atom) in (holds, None)]
            )
    elif (
        isinstance(test, m.Call)
        and isinstance(test.function, m.Name)
        and test.function.id == "isinstance"
        and len(test.arguments) == 2
        and isinstance(test.arguments[0].value, m.Name)
    ):
        name = test.arguments[0].value.id
        value = evaluator.env.get(name)
        classes = evaluator.frame.value_of(test.arguments[1].value)
        classes = join(classes, *[atom.element for atom in classes if isinstance(atom, ContainerAtom)])
        classes = tuple([c for c in classes if isinstance(c, (ClassAtom, ExternalAtom))])
        if classes and value:
            kept = tuple([atom for atom in value if may_be(atom, classes) == holds])
            evaluator.env[name] = kept or (evaluator.interpreter.instances(classes) if holds else UNKNOWN)
        elif classes and holds and value is not None:
            evaluator.env[name] = evaluator.interpreter.instances(classes)


def may_be(atom: Any, classes: Value) -> bool:
    """Whether an atom can be an instance of one of the classes."""
    for cls in classes:
        if isinstance(cls, ClassAtom) and isinstance(atom, ObjectAtom):
            if cls.cls in atom.cls.mro or (not atom.exact and atom.cls in cls.cls.mro):
                return True
        elif isinstance(cls, ExternalAtom):
            if isinstance(atom, ObjectAtom) and cls.path in atom.cls.externals:
                return True
            if isinstance(atom, InstanceAtom) and atom.type.rpartition(".")[2] == cls.path.rpartition(".")[2]:
                return True
            if isinstance(atom, ContainerAtom) and atom.kind == cls.path:
                return True
    return False


def without_doubtful_flags(evaluator: ExpressionEvaluator, node: m.Expression, value: Value) -> Value:
    """`True` and `False` count as passed where they are written, or were passed on: a default may be overridden."""
    if isinstance(node, m.Constant) or not any(map(_is_flag, value)):
        return value
    if isinstance(node, m.Name) and evaluator.frame.arguments.get(node.id) is value:
        return value
    return tuple([atom for atom in value if not _is_flag(atom)])


def _is_flag(atom: Any) -> bool:
    return isinstance(atom, ConstantAtom) and isinstance(atom.value, bool)
