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
    if isinstance(test, m.Comparison) and isinstance(test.left, m.Name) and len(test.operators) == 1:
        return _is_among(evaluator, test.left, test.operators[0], test.comparators[0])
    if isinstance(test, m.Call) and len(test.arguments) == 1:
        answers = {
            _is_async(evaluator, test, atom) for atom in evaluator.frame.value_of(test.arguments[0].value)
        }
        return answers.pop() if len(answers) == 1 else None
    return None


def _is_among(
    evaluator: ExpressionEvaluator, left: m.Name, operator: str, right: m.Expression
) -> bool | None:
    """`name in FACTORIES` and `name == "lock"`, where the caller passed a text for `name`."""
    value = evaluator.env.get(left.id, UNKNOWN)
    if len(value) != 1 or evaluator.frame.arguments.get(left.id) is not value:
        return None
    text = value[0].value if isinstance(value[0], ConstantAtom) else None
    if not isinstance(text, str) or operator not in ("in", "not in", "==", "!="):
        return None
    if operator in ("==", "!="):
        texts = frozenset([right.value]) if isinstance(right, m.Constant) else None
    else:
        texts = _texts_in(evaluator, right)
    return None if texts is None else (text in texts) == (operator in ("in", "=="))


def _texts_in(evaluator: ExpressionEvaluator, node: m.Expression) -> frozenset[Any] | None:
    """The constants that a display holds, written here or given to a global name of the module once."""
    if isinstance(node, m.Name) and node.id not in evaluator.env:
        given = [
            statement.value
            for statement in evaluator.module.facts.body
            if isinstance(statement, m.Assign)
            if any(isinstance(target, m.Name) and target.id == node.id for target in statement.targets)
        ]
        if len(given) != 1 or given[0] is None:
            return None
        node = given[0]
    if isinstance(node, m.Call) and isinstance(node.function, m.Name) and len(node.arguments) == 1:
        node = node.arguments[0].value if node.function.id in ("frozenset", "set", "tuple") else node
    if not isinstance(node, m.Display) or not all(isinstance(item, m.Constant) for item in node.items):
        return None
    return frozenset([item.value for item in node.items if isinstance(item, m.Constant)])


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
    if not value or isinstance(node, m.Constant) or not any(map(_is_flag, value)):
        return value
    if isinstance(node, m.Name) and evaluator.frame.arguments.get(node.id) is value:
        return value
    return tuple([atom for atom in value if not _is_flag(atom)])


def _is_flag(atom: Any) -> bool:
    return isinstance(atom, ConstantAtom) and isinstance(atom.value, bool)
