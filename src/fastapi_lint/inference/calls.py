"""Calling values: project functions and classes, library callables, and what wraps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.inference import (
    attributes,
    awaited,
    conditions,
    external,
    fastapi_model,
    implicit,
    iteration,
    library,
    models,
    unknown_receivers,
)
from fastapi_lint.inference.binding import bind_arguments, given_parameters
from fastapi_lint.inference.frames import Application, Edge, Frame
from fastapi_lint.inference.rendering import render
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    ExternalAtom,
    FunctionAtom,
    GeneratorAtom,
    GenericAtom,
    InstanceAtom,
    ManagerAtom,
    MemberAtom,
    ObjectAtom,
    OffloadedAtom,
    PartialAtom,
    Value,
    join_all,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.classes import ProjectClass
    from fastapi_lint.inference.evaluator import ExpressionEvaluator


class Arguments(NamedTuple):
    """Evaluated arguments of one call. `is_open` is True with `*args` or `**kwargs`: more may be passed than is known."""

    positional: list[Value]
    keywords: dict[str, Value]
    is_open: bool = False

    def get(self, position: int, keyword: str) -> Value:
        """The argument at a position or by its keyword; unknown when absent."""
        if keyword in self.keywords:
            return self.keywords[keyword]
        return self.positional[position] if position < len(self.positional) else UNKNOWN

    def has(self, position: int, keyword: str) -> bool:
        return keyword in self.keywords or position < len(self.positional)

    def every(self) -> list[Value]:
        return [*self.positional, *self.keywords.values()]


class CallContext(NamedTuple):
    """One call: where, as what text, whether its result is awaited, and how what it calls runs.

    Without words of its own (`said`) the text is that of the expression `node`, made when it is asked for.
    """

    span: Span
    said: str
    awaited: bool = False
    edge: Edge = Edge.CALL
    node: m.Call | None = None

    @property
    def text(self) -> str:
        return self.said or (render(self.node.function) if self.node is not None else "")


def call(evaluator: ExpressionEvaluator, node: m.Call) -> Value:
    """Evaluate a call expression."""
    callee = evaluator.expression(node.function)
    lazy: m.Expression | None = None
    if external.takes_awaitables(callee):
        # The calls among the arguments make coroutines that this call awaits.
        evaluator.awaited.update(id(argument.value) for argument in node.arguments)
    elif node.arguments and fastapi_model.streams(callee):
        # A library iterator given to a streaming response is run by the response, in the threadpool.
        evaluator.awaited.add(id(node.arguments[0].value))
        lazy = node.arguments[0].value
    arguments = _evaluate_arguments(evaluator, node, lazy)
    context = CallContext(node.span, "", id(node) in evaluator.awaited, Edge.CALL, node)
    known = len(evaluator.frame.calls)
    if callee and id(node) in evaluator.directly_awaited:
        result = awaited.apply(evaluator, callee, arguments, context)
    elif len(callee) == 1:
        result = apply(evaluator, callee[0], arguments, context)
    elif callee and id(node) == evaluator.given_back and awaited.is_either_kind(node, callee):
        result = awaited.apply(evaluator, callee, arguments, context)
    elif callee:
        result = join_all([apply(evaluator, atom, arguments, context) for atom in callee])
    else:
        result = unknown_receivers.call_of_unknown(evaluator, node, arguments)
    if evaluator.frame.is_async and all(
        isinstance(atom, (ExternalAtom, InstanceAtom, MemberAtom)) for atom in callee
    ):
        _run_callbacks(evaluator, arguments, context, known)
    return result


def _run_callbacks(
    evaluator: ExpressionEvaluator, arguments: Arguments, context: CallContext, known: int
) -> None:
    """An async function defined here and given to code that is not known is run by it, on the loop."""
    for value in arguments.every():
        for atom in value:
            if (
                isinstance(atom, FunctionAtom)
                and atom.function.facts.is_async
                and atom.function.outer is evaluator.frame
                and all(site.target.function is not atom.function for site in evaluator.frame.calls[known:])
            ):
                frame = evaluator.interpreter.frame(atom.function, atom.receiver, {})
                evaluator.interpreter.evaluate(frame)
                evaluator.record_call(Edge.TASK, context.span, context.text, frame)


def _evaluate_elsewhere(evaluator: ExpressionEvaluator, node: m.Comprehension) -> Value:
    """A generator expression that runs in another thread; only its first iterable is evaluated here."""
    known = len(evaluator.frame.calls)
    with evaluator.silenced():
        value = evaluator.expression(node)
    sites = evaluator.frame.calls
    sites[known:] = [
        site._replace(edge=Edge.DETACHED) if site.edge is Edge.CALL else site for site in sites[known:]
    ]
    evaluator.expression(node.loops[0].iterable)
    return value


def _evaluate_arguments(
    evaluator: ExpressionEvaluator, node: m.Call, lazy: m.Expression | None = None
) -> Arguments:
    """`lazy`: an argument that, as a generator expression, runs in another thread."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    is_open = False
    for argument in node.arguments:
        made = argument.value
        if made is lazy and isinstance(made, m.Comprehension) and made.kind == "generator":
            value = _evaluate_elsewhere(evaluator, made)
        else:
            value = conditions.without_doubtful_flags(evaluator, made, evaluator.expression(made))
        if argument.star == "*":
            items = [
                a.items
                for a in value
                if isinstance(a, ContainerAtom) and a.items and a.kind in ("tuple", "list")
            ]
            if len(items) == 1 and len(value) == 1:
                positional += items[0]
            else:
                is_open = True
                implicit.unpack(evaluator, made, value, node.span)
        elif argument.star == "**":
            for atom in value:
                if isinstance(atom, ContainerAtom) and atom.keys and len(value) == 1:
                    pairs = zip(atom.keys, atom.items, strict=True)
                    keywords.update({key: item for key, item in pairs if isinstance(key, str)})
                else:
                    is_open = True
            is_open = is_open or not value
        elif argument.keyword is not None:
            keywords[argument.keyword] = value
        elif not is_open:
            positional.append(value)
    return Arguments(positional, keywords, is_open)


def apply(evaluator: ExpressionEvaluator, atom: Atom, arguments: Arguments, context: CallContext) -> Value:
    """Call one atom."""
    if isinstance(atom, FunctionAtom):
        return function(
            evaluator,
            atom,
            arguments.positional,
            arguments.keywords,
            context.span,
            context.text,
            context.edge,
            arguments.is_open,
        )
    if isinstance(atom, ExternalAtom):
        return external.call_path(evaluator, atom.path, arguments, context)
    if isinstance(atom, MemberAtom):
        return external.call_member(evaluator, atom, arguments, context)
    if isinstance(atom, InstanceAtom):
        return external.call_member(evaluator, MemberAtom(atom, "__call__"), arguments, context)
    if isinstance(atom, ClassAtom):
        return construct(evaluator, atom.cls, arguments, context)
    if isinstance(atom, ObjectAtom):
        return method(
            evaluator,
            atom,
            "__call__",
            arguments.positional,
            context.span,
            context.text,
            arguments.keywords,
            context.edge,
            arguments.is_open,
        )
    if isinstance(atom, PartialAtom):
        return apply(evaluator, atom.function, _completed(atom, arguments), context)
    if isinstance(atom, OffloadedAtom):
        result = hand_over(evaluator, atom.function, arguments, context)
        return (CoroutineAtom(None, result),) if atom.awaitable else result
    if isinstance(atom, DecoratorAtom):
        return external.call_decorator(evaluator, atom, arguments, context)
    if isinstance(atom, GenericAtom):
        made = external.call_path(evaluator, atom.origin, arguments, context)
        library.declare_variable(evaluator, made, (atom,))
        return made
    return UNKNOWN


def apply_all(
    evaluator: ExpressionEvaluator, value: Value, arguments: Arguments, context: CallContext
) -> Value:
    return join_all([apply(evaluator, atom, arguments, context) for atom in value])


def _completed(atom: PartialAtom, arguments: Arguments) -> Arguments:
    """What a partial's function is called with."""
    return Arguments(
        [*atom.positional, *arguments.positional],
        dict(atom.keywords) | arguments.keywords,
        arguments.is_open,
    )


def hand_over(
    evaluator: ExpressionEvaluator,
    work: Value,
    arguments: Arguments,
    context: CallContext,
    edge: Edge = Edge.THREAD,
) -> Value:
    """`work` is called elsewhere with `arguments`: nothing of it runs in the caller. Gives its result."""
    results = []
    for atom in work:
        if isinstance(atom, PartialAtom):
            results.append(hand_over(evaluator, (atom.function,), _completed(atom, arguments), context, edge))
        elif isinstance(atom, (FunctionAtom, ClassAtom, ObjectAtom)):
            results.append(apply(evaluator, atom, arguments, context._replace(edge=edge)))
        elif isinstance(atom, (ExternalAtom, MemberAtom)):
            known = len(evaluator.frame.calls)
            with evaluator.silenced():
                results.append(apply(evaluator, atom, arguments, context))
            # What the library's function calls or iterates, it does where it runs: `to_thread(list, rows())`.
            sites = evaluator.frame.calls
            sites[known:] = [s._replace(edge=edge) if s.edge is Edge.CALL else s for s in sites[known:]]
    return join_all(results)


def function(
    evaluator: ExpressionEvaluator,
    atom: FunctionAtom,
    positional: list[Value],
    keywords: dict[str, Value],
    span: Span,
    text: str,
    edge: Edge = Edge.CALL,
    is_open: bool = False,
) -> Value:
    """Call a project function: an edge to its frame for these argument types, and its result."""
    interpreter = evaluator.interpreter
    target = atom.function
    bound = bind_arguments(interpreter, target, atom.receiver, positional, keywords)
    frame = interpreter.frame(target, atom.receiver, bound)
    given = None if is_open else given_parameters(target, atom.receiver, len(positional), keywords)
    evaluator.frame.applications.append(Application(edge, span, text, frame, given))
    return run_frame(evaluator, frame, span, text, edge)


def run_frame(evaluator: ExpressionEvaluator, frame: Frame, span: Span, text: str, edge: Edge) -> Value:
    """Record that `frame` is called here, and give what the call expression evaluates to."""
    target = frame.function
    assert target is not None
    evaluator.interpreter.evaluate(frame)
    facts = target.facts
    if facts.is_generator:
        if target.is_manager:
            return (ManagerAtom(frame, facts.is_async),)
        if facts.is_async:
            evaluator.record_call(Edge.AWAIT, span, text, frame)
        elif edge is not Edge.CALL:
            evaluator.record_call(edge, span, text, frame)
        return (GeneratorAtom(frame, facts.is_async),)
    result = with_declared(
        frame.result.read(evaluator.frame), evaluator.interpreter.signature(target).returns
    )
    if facts.is_async:
        kept = edge if edge in (Edge.OWN_LOOP, Edge.TASK, Edge.LOOP) else Edge.AWAIT
        evaluator.record_call(kept, span, text, frame)
        return (CoroutineAtom(frame, result),)
    evaluator.record_call(edge, span, text, frame)
    if edge is Edge.CALL and evaluator.interpreter.has_configured_blocking:
        configured = evaluator.interpreter.configured_blocking(f"{frame.module.name}.{facts.qualname}")
        evaluator.record_blocking(span, text, configured)
    return result


def with_declared(result: Value, declared: Value) -> Value:
    """A result together with what the annotation adds: it counts where the body tells nothing of that sort.

    An annotation can lie (`-> Session` over an `AsyncSession`): a library instance that was found wins.
    """
    if not declared or not result:
        return result or declared
    sorts = {type(atom) for atom in result}
    return (*result, *[atom for atom in declared if type(atom) not in sorts])


def method(
    evaluator: ExpressionEvaluator,
    receiver: ObjectAtom,
    name: str,
    positional: list[Value],
    span: Span,
    text: str,
    keywords: dict[str, Value] | None = None,
    edge: Edge = Edge.CALL,
    is_open: bool = False,
) -> Value:
    """Call a (special) method of a project object, if its class has it."""
    found = receiver.cls.find(name) if name else None
    if found is None:
        return UNKNOWN
    results = []
    for member in found[1]:
        if isinstance(member, FunctionAtom):
            bound = FunctionAtom(member.function, receiver)
            results.append(function(evaluator, bound, positional, keywords or {}, span, text, edge, is_open))
        elif isinstance(member, (ObjectAtom, PartialAtom)):
            arguments = Arguments(positional, keywords or {}, is_open)
            results.append(apply(evaluator, member, arguments, CallContext(span, text, False, edge)))
    return join_all(results)


def construct(
    evaluator: ExpressionEvaluator, cls: ProjectClass, arguments: Arguments, context: CallContext
) -> Value:
    """`Class(...)`: runs `__init__`, or fills the fields of a data class or model."""
    interpreter = evaluator.interpreter
    needs_place = cls.inherits(*fastapi_model.PLACED)
    place = interpreter.place_in_call(evaluator.frame, context.span) if needs_place else None
    instance = ObjectAtom(cls, True, place)
    interpreter.constructed.setdefault(cls, {})[interpreter.place(evaluator.frame, context.span)] = (
        evaluator.frame
    )
    if place is not None:
        fastapi_model.constructed(evaluator, cls.externals, place, arguments, context)
    initialiser = cls.find("__init__")
    if initialiser is not None:
        method(
            evaluator,
            instance,
            "__init__",
            arguments.positional,
            context.span,
            context.text,
            arguments.keywords,
            context.edge,
            arguments.is_open,
        )
    else:
        fields = [name for ancestor in reversed(cls.mro) for name in ancestor.annotations]
        for name, value in [
            *zip(dict.fromkeys(fields), arguments.positional, strict=False),
            *arguments.keywords.items(),
        ]:
            if name in fields:
                kept = attributes.what_is_kept(evaluator, cls, name, value)
                interpreter.add_to(
                    cls.cell(name), tuple([a for a in kept if not isinstance(a, ConstantAtom)])
                )
        implicit.run_factories(evaluator, cls, arguments, context)
        if cls.find("__post_init__") is not None:
            method(evaluator, instance, "__post_init__", [], context.span, context.text, None, context.edge)
        if models.is_model(cls):
            models.run_validators(evaluator, cls, context)
    if models.is_response(cls):
        method(evaluator, instance, "render", [UNKNOWN], context.span, context.text, None, context.edge)
    maker = cls.find("__new__")
    if maker is not None:
        results = []
        for member in maker[1]:
            if isinstance(member, FunctionAtom):
                bound = FunctionAtom(member.function, ClassAtom(cls))
                results.append(
                    function(
                        evaluator,
                        bound,
                        arguments.positional,
                        arguments.keywords,
                        context.span,
                        context.text,
                        context.edge,
                    )
                )
        made = tuple([a for a in join_all(results) if not (isinstance(a, ObjectAtom) and a.cls is cls)])
        return (instance, *made)
    return (instance,)


__all__ = [
    "Arguments", "CallContext", "apply", "apply_all", "attributes", "call", "construct", "function", "hand_over",
    "iteration", "method", "run_frame",
]  # fmt: skip
