"""Evaluating expressions: names, attributes, calls and everything made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.walk import walk
from fastapi_lint.inference import attributes, calls, implicit, iteration, texts
from fastapi_lint.inference.frames import BlockingCallSite, CallSite, Edge, Form, Frame
from fastapi_lint.inference.functions import ProjectFunction
from fastapi_lint.inference.rendering import render, render_loop, render_operation
from fastapi_lint.inference.values import (
    UNKNOWN,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    ExternalAtom,
    FunctionAtom,
    GenericAtom,
    InstanceAtom,
    ObjectAtom,
    Value,
    depth,
    join,
    join_all,
)
from fastapi_lint.knowledge.blocking import BlockingCall

if TYPE_CHECKING:
    from fastapi_lint.inference.classes import ProjectClass
    from fastapi_lint.inference.interpreter import Interpreter
    from fastapi_lint.project.modules import Module

DEEPEST_CONTAINER = 3
"""Elements nested deeper than this are not followed."""

OPERATORS = {
    "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "//": "__floordiv__", "%": "__mod__",
    "**": "__pow__", "@": "__matmul__", "<<": "__lshift__", ">>": "__rshift__", "&": "__and__", "|": "__or__",
    "^": "__xor__", "==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__",
}  # fmt: skip
UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}


class ExpressionEvaluator:
    """Evaluates expressions in one scope of one frame.

    `env` holds the current values of local names; `local_names` are all names local to the scope (None at module
    level, where every bound name is a global); `outer` is the frame of the function around it.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        frame: Frame,
        *,
        local_names: frozenset[str] | None,
        outer: Frame | None,
        cls: ProjectClass | None = None,
    ) -> None:
        self.interpreter = interpreter
        self.frame = frame
        self.module: Module = frame.module
        self.local_names = local_names
        self.outer = outer
        self.cls = cls
        self.env: dict[str, Value] = {}
        self.global_names: set[str] = set()
        self.awaited: set[int] = set()
        self.directly_awaited: set[int] = set()
        self.given_back: int | None = None
        """The call whose result a plain function returns."""
        self.perhaps_awaitable: set[str] = set()
        self.attribute_node: m.Attribute | None = None

    # --- recording -----------------------------------------------------------------------------

    def record_call(self, edge: Edge, span: Span, text: str, target: Frame) -> None:
        self.frame.calls.append(CallSite(edge, span, text, target))

    def record_blocking(
        self,
        span: Span,
        text: str,
        call: BlockingCall | None,
        node: m.Call | None = None,
        form: Form = Form.CALL,
    ) -> None:
        if call is not None:
            names = (
                frozenset([n.id for n in walk(node) if isinstance(n, m.Name)])
                if node is not None
                else frozenset()
            )
            self.frame.blocking.append(BlockingCallSite(span, text, call, names, form))

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """What blocks meanwhile does not block here: it runs elsewhere."""
        kept = len(self.frame.blocking)
        yield
        del self.frame.blocking[kept:]

    # --- expressions -----------------------------------------------------------------------------

    def expression(self, node: m.Expression) -> Value:
        value = _HANDLERS[type(node)](self, node)
        if value and type(node) is not m.Constant:
            self.frame.values[id(node)] = value
        return value

    def _name(self, node: m.Name) -> Value:
        return self.lookup(node.id)

    def lookup(self, name: str) -> Value:
        """The value of a name here and now."""
        found = self.env.get(name)
        if found is not None:
            return found
        if self.local_names is not None and name in self.local_names:
            return UNKNOWN
        outer = self.outer
        while outer is not None and outer.function is not None:
            if name in outer.bound:
                return outer.bound[name]
            if name in outer.function.facts.locals:
                return UNKNOWN
            outer = outer.function.outer
        return self.interpreter.names.global_value(self.module, name, self.frame)

    def bind(self, name: str, value: Value) -> None:
        """Assign to a name in this scope."""
        frame = self.frame
        if self.local_names is None:
            if self.cls is not None:
                self.cls.namespace[name] = value
            else:
                self.interpreter.names.set_global(self.module, name, value)
        elif name not in self.local_names and name in self.global_names:
            self.interpreter.names.set_global(self.module, name, value)
            return
        elif name not in self.local_names:
            outer = self.outer
            while outer is not None and outer.function is not None:
                if name in outer.function.facts.locals:
                    outer.bound[name] = join(outer.bound.get(name, UNKNOWN), value)
                    return
                outer = outer.function.outer
        else:
            frame.bound[name] = join(frame.bound.get(name, UNKNOWN), value)
        self.env[name] = value

    def _constant(self, node: m.Constant) -> Value:
        return (ConstantAtom(node.value),) if node.value is not None or node.type == "NoneType" else UNKNOWN

    def _formatted(self, node: m.FormattedString) -> Value:
        texts: list[str] = []
        for piece in node.pieces:
            text = self.text(piece)
            if text is not None:
                if isinstance(piece, m.Constant):
                    text = text.replace("{{", "{").replace("}}", "}")  # the source spells braces twice
                texts.append(text)
        return (ConstantAtom("".join(texts)),) if len(texts) == len(node.pieces) else UNKNOWN

    def _replacement(self, node: m.Replacement) -> Value:
        value = self.expression(node.value)
        implicit.show(self, node.value, value, node.conversion, node.span)
        return value

    def text(self, node: m.Expression) -> str | None:
        """The one string or number that an expression is, as text."""
        value = self.expression(node)
        if len(value) == 1 and isinstance(value[0], ConstantAtom) and isinstance(value[0].value, (str, int)):
            return str(value[0].value)
        return None

    def _attribute(self, node: m.Attribute) -> Value:
        value = self.expression(node.value)
        if not value:
            return UNKNOWN
        self.attribute_node = node
        if len(value) == 1:
            return attributes.get(self, value[0], node.attribute, node.span)
        return join_all([attributes.get(self, atom, node.attribute, node.span) for atom in value])

    def attribute_text(self, name: str) -> str:
        """The attribute access that is being evaluated, as messages show it."""
        node = self.attribute_node
        text = render(node) if node is not None and node.attribute == name else f".{name}"
        return f"{text} (property)"

    def _subscript(self, node: m.Subscript) -> Value:
        value = self.expression(node.value)
        index = self.expression(node.index)
        results: list[Value] = []
        for atom in value:
            if isinstance(atom, ExternalAtom):
                arguments = self._type_arguments(node.index, index)
                results.append((GenericAtom(atom.path, arguments),))
            elif isinstance(atom, ClassAtom):
                is_enum = atom.cls.inherits(*attributes.ENUMS)
                results.append((ObjectAtom(atom.cls, True),) if is_enum else (atom,))
            elif isinstance(atom, ContainerAtom):
                results.append(iteration.item(atom, index))
            elif isinstance(atom, ObjectAtom):
                results.append(calls.method(self, atom, "__getitem__", [index], node.span, render(node)))
            elif isinstance(atom, InstanceAtom):
                results.append(attributes.external_item(self, atom, node.span, render(node)))
        return join_all(results)

    def _type_arguments(self, node: m.Expression, index: Value) -> tuple[Value, ...]:
        if isinstance(node, m.Display) and node.kind == "tuple":
            return tuple([self.frame.value_of(item) for item in node.items])
        return (index,)

    def _call(self, node: m.Call) -> Value:
        return calls.call(self, node)

    def _await(self, node: m.Await) -> Value:
        self.awaited.add(id(node.value))
        self.directly_awaited.add(id(node.value))
        return self.await_value(self.expression(node.value), node.span)

    def await_value(self, value: Value, span: Span) -> Value:
        """What `await value` gives."""
        results: list[Value] = []
        for atom in value:
            if isinstance(atom, CoroutineAtom):
                results.append(atom.result)
            elif isinstance(atom, ObjectAtom):
                results.append(calls.method(self, atom, "__await__", [], span, "await ..."))
            elif isinstance(atom, (InstanceAtom, ContainerAtom)):
                # Factories like asyncpg.connect are catalogued by what awaiting them gives.
                results.append((atom,))
        return join_all(results)

    def _lambda(self, node: m.Lambda) -> Value:
        return (FunctionAtom(self.define(node.function)),)

    def define(self, index: int) -> ProjectFunction:
        """The function of that index of the module, as defined in this scope."""
        outer = self.frame if self.frame.function is not None else self.outer
        return self.interpreter.function(self.module, self.module.facts.functions[index], outer, self.cls)

    def _comprehension(self, node: m.Comprehension) -> Value:
        saved = dict(self.env)
        for loop in node.loops:
            iterable = self.expression(loop.iterable)
            element = iteration.iterate(self, iterable, node.span, loop.is_async, render_loop(loop.iterable))
            self.assign_local(loop.target, element)
            for condition in loop.conditions:
                self.expression(condition)
        element = self.expression(node.element)
        if node.value is not None:
            element = self.expression(node.value)
        walrus = {n: v for n, v in self.env.items() if self.local_names is not None and n in self.local_names}
        self.env = saved | {n: v for n, v in walrus.items() if n in saved or n in self.frame.bound}
        return self.container("iterator" if node.kind == "generator" else node.kind, element)

    def assign_local(self, target: m.Expression, value: Value) -> None:
        """Bind a comprehension's target: visible in the comprehension alone."""
        if isinstance(target, m.Name):
            self.env[target.id] = value
        elif isinstance(target, m.Display):
            for position, item in enumerate(target.items):
                self.assign_local(item, iteration.position(value, position))
        elif isinstance(target, m.Starred):
            self.assign_local(target.value, UNKNOWN)

    def container(
        self, kind: str, element: Value, items: tuple[Value, ...] = (), keys: tuple[Any, ...] = ()
    ) -> Value:
        if depth(element) >= DEEPEST_CONTAINER:
            element, items, keys = UNKNOWN, (), ()
        return (ContainerAtom(kind, element, items, keys),)

    def _display(self, node: m.Display) -> Value:
        items = []
        for item in node.items:
            if isinstance(item, m.Starred):
                span = getattr(item.value, "span", None)
                items.append(
                    iteration.iterate(
                        self, self.expression(item.value), span, False, f"*{render(item.value)}"
                    )
                )
            else:
                items.append(self.expression(item))
        starred = any(isinstance(item, m.Starred) for item in node.items)
        known = tuple(items) if len(items) <= 40 and not starred else ()
        return self.container(node.kind, join_all(_without_constants(items)), known)

    def _dict(self, node: m.DictDisplay) -> Value:
        keys: list[Any] = []
        values: list[Value] = []
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.expression(item)
            if key is None:
                values += [atom.element for atom in value if isinstance(atom, ContainerAtom)]
                keys.append(None)
                continue
            self.expression(key)
            keys.append(key.value if isinstance(key, m.Constant) else None)
            values.append(value)
        complete = len(keys) == len(values) <= 60
        return self.container(
            "dict",
            join_all(_without_constants(values)),
            tuple(values) if complete else (),
            tuple(keys) if complete else (),
        )

    def _binary(self, node: m.BinaryOperation) -> Value:
        left = self.expression(node.left)
        right = self.expression(node.right)
        results: list[Value] = []
        if node.operator == "%":
            text = texts.percent(left, right)
            if text:
                return text
            implicit.fill_in(self, node, left, right)
        if node.operator == "+" and len(left) == len(right) == 1:
            one, other = left[0], right[0]
            if (
                isinstance(one, ConstantAtom)
                and isinstance(other, ConstantAtom)
                and isinstance(one.value, str)
                and isinstance(other.value, str)
            ):
                return (ConstantAtom(one.value + other.value),)
        if isinstance(node.left, m.Constant) and isinstance(node.right, m.Constant):
            return _folded(node.operator, node.left.value, node.right.value)
        for atom in left:
            if isinstance(atom, ObjectAtom):
                name = OPERATORS.get(node.operator, "")
                results.append(calls.method(self, atom, name, [right], node.span, render_operation(node)))
            elif (
                (isinstance(atom, InstanceAtom) and atom.type == "pathlib.Path")
                or (node.operator == "|" and isinstance(atom, (ClassAtom, ExternalAtom, GenericAtom)))
                or (isinstance(atom, ContainerAtom) and node.operator == "+")
            ):
                results.append((atom,))
        if node.operator == "|":
            results.append(tuple([a for a in right if isinstance(a, (ClassAtom, ExternalAtom, GenericAtom))]))
        elif node.operator in OPERATORS and not any(isinstance(atom, ObjectAtom) for atom in left):
            names = (OPERATORS[node.operator].replace("__", "__r", 1),)
            results.append(implicit.ask(self, right, names, node.span, render_operation(node), (left,)))
        return join_all(results)

    def _boolean(self, node: m.BooleanOperation) -> Value:
        left, right = self.expression(node.left), self.expression(node.right)
        if left and right:
            return join(left, right)
        # One side is open: what is written on the other decides nothing.
        return tuple(
            [a for a in left or right if not isinstance(a, ConstantAtom) or not isinstance(a.value, bool)]
        )

    def _unary(self, node: m.UnaryOperation) -> Value:
        value = self.expression(node.value)
        special = UNARY.get(node.operator)
        if special is not None and any(isinstance(atom, ObjectAtom) for atom in value):
            return implicit.ask(self, value, (special,), node.span, f"{node.operator}{render(node.value)}")
        if node.operator == "-":
            return tuple(
                [
                    ConstantAtom(-a.value)
                    for a in value
                    if isinstance(a, ConstantAtom) and isinstance(a.value, (int, float))
                ]
            )
        return UNKNOWN

    def _comparison(self, node: m.Comparison) -> Value:
        left = self.expression(node.left)
        for operator, comparator in zip(node.operators, node.comparators, strict=True):
            right = self.expression(comparator)
            if operator in ("in", "not in"):
                for atom in right:
                    if isinstance(atom, ObjectAtom):
                        calls.method(
                            self, atom, "__contains__", [left], node.span, f"in {render(comparator)}"
                        )
            elif operator in OPERATORS:
                for atom in left:
                    if isinstance(atom, ObjectAtom):
                        calls.method(
                            self,
                            atom,
                            OPERATORS[operator],
                            [right],
                            node.span,
                            f"{operator} {render(comparator)}",
                        )
            left = right
        return UNKNOWN

    def _conditional(self, node: m.Conditional) -> Value:
        self.expression(node.test)
        return join(self.expression(node.body), self.expression(node.orelse))

    def _walrus(self, node: m.Walrus) -> Value:
        value = self.expression(node.value)
        if isinstance(node.target, m.Name):
            self.bind(node.target.id, value)
        return value

    def _starred(self, node: m.Starred) -> Value:
        return self.expression(node.value)

    def _slice(self, node: m.Slice) -> Value:
        for part in node.parts:
            self.expression(part)
        return UNKNOWN

    def _yield(self, node: m.Yield) -> Value:
        value = self.expression(node.value) if node.value is not None else UNKNOWN
        if node.is_from:
            value = iteration.iterate(
                self, value, node.span, False, f"yield from {render(node.value)}" if node.value else ""
            )
        if self.frame.yields.add(value):
            self.interpreter.grew(self.frame.yields)
        return UNKNOWN


def _folded(operator: str, left: object, right: object) -> Value:
    """The number that two literal numbers make: `32 + 16`."""
    if not isinstance(left, int) or not isinstance(right, int):
        return UNKNOWN
    if operator == "+":
        return (ConstantAtom(left + right),)
    if operator == "-":
        return (ConstantAtom(left - right),)
    return (ConstantAtom(left * right),) if operator == "*" else UNKNOWN


def _without_constants(values: list[Value]) -> list[Value]:
    """Element types of long displays matter, their literals do not."""
    return [tuple([atom for atom in value if not isinstance(atom, ConstantAtom)]) for value in values]


_HANDLERS: dict[type, Callable[[Any, Any], Value]] = {
    m.Name: ExpressionEvaluator._name,
    m.Constant: ExpressionEvaluator._constant,
    m.FormattedString: ExpressionEvaluator._formatted,
    m.Replacement: ExpressionEvaluator._replacement,
    m.Attribute: ExpressionEvaluator._attribute,
    m.Subscript: ExpressionEvaluator._subscript,
    m.Call: ExpressionEvaluator._call,
    m.Await: ExpressionEvaluator._await,
    m.Lambda: ExpressionEvaluator._lambda,
    m.Comprehension: ExpressionEvaluator._comprehension,
    m.Display: ExpressionEvaluator._display,
    m.DictDisplay: ExpressionEvaluator._dict,
    m.BinaryOperation: ExpressionEvaluator._binary,
    m.BooleanOperation: ExpressionEvaluator._boolean,
    m.UnaryOperation: ExpressionEvaluator._unary,
    m.Comparison: ExpressionEvaluator._comparison,
    m.Conditional: ExpressionEvaluator._conditional,
    m.Walrus: ExpressionEvaluator._walrus,
    m.Starred: ExpressionEvaluator._starred,
    m.Slice: ExpressionEvaluator._slice,
    m.Yield: ExpressionEvaluator._yield,
}
