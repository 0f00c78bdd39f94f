"""Calling what the project did not write: catalogue look-ups, hand-overs, and models of common callables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.facts import model as m
from fastapi_lint.inference import (
    attributes,
    calls,
    decorating,
    fastapi_model,
    harmless,
    library,
    modeled,
    models,
)
from fastapi_lint.inference.frames import CallSite, Creation, Edge, MethodUse
from fastapi_lint.inference.values import (
    UNKNOWN,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    ExternalAtom,
    FunctionAtom,
    InstanceAtom,
    MemberAtom,
    OffloadedAtom,
    Value,
    join_all,
)
from fastapi_lint.knowledge import hand_overs
from fastapi_lint.knowledge.async_types import ASYNC_TYPES
from fastapi_lint.knowledge.blocking import (
    BlockingCall,
    blocking_chain,
    blocking_function,
    blocking_method,
    canonical_type,
    decorated_type,
    returned_type,
)
from fastapi_lint.knowledge.resources import resource_by_factory, resource_by_type

if TYPE_CHECKING:
    from fastapi_lint.inference.calls import Arguments, CallContext
    from fastapi_lint.inference.evaluator import ExpressionEvaluator

LOCKS = frozenset(
    {
        "asyncio.Lock",
        "asyncio.Semaphore",
        "asyncio.BoundedSemaphore",
        "asyncio.Condition",
        "anyio.Lock",
        "anyio.Semaphore",
        "anyio.Condition",
        "threading.Lock",
        "threading.RLock",
        "threading.Semaphore",
        "threading.Condition",
    }
)


TASK_GROUPS = frozenset({"anyio.abc.TaskGroup", "anyio.TaskGroup", "trio.Nursery"})


def takes_awaitables(callee: Value) -> bool:
    """Whether the callee awaits what is passed to it (`asyncio.gather`)."""
    for atom in callee:
        if isinstance(atom, ExternalAtom) and atom.path in hand_overs.AWAITABLE_CONSUMERS:
            return True
        if (
            isinstance(atom, MemberAtom)
            and f"{atom.owner.type}.{atom.chain}" in hand_overs.AWAITABLE_CONSUMERS
        ):
            return True
    return False


def call_path(evaluator: ExpressionEvaluator, path: str, arguments: Arguments, context: CallContext) -> Value:
    """Call the library callable `path`."""
    model = modeled.MODELS.get(path)
    if model is not None:
        return model(evaluator, arguments, context)
    known = fastapi_model.call_path(evaluator, path, arguments, context)
    if known is not None:
        return known
    hand_over = hand_overs.FUNCTIONS.get(path)
    if hand_over is None and evaluator.interpreter.is_configured_offload(path):
        hand_over = hand_overs.HandOver(0, "func")
    if hand_over is not None:
        return _hand_over(evaluator, hand_over, arguments, context)
    if path in hand_overs.OWN_LOOPS:
        return _own_loop(evaluator, path, arguments, context)
    if path == "anyio.from_thread.run_sync":
        # A thread asks the event loop to call a plain function.
        rest = calls.Arguments(arguments.positional[1:], arguments.keywords, arguments.is_open)
        return calls.hand_over(evaluator, arguments.get(0, "func"), rest, context, Edge.LOOP)
    if path in hand_overs.AWAITABLE_CONSUMERS:
        return _consume(evaluator, path, arguments, context)
    if not context.awaited:
        found = (
            evaluator.interpreter.configured_blocking(path) or blocking_function(path) or _class_method(path)
        )
        if found is not None and not harmless.function(path, arguments, context.node):
            evaluator.record_blocking(context.span, context.text, found, context.node)
    task_type = hand_overs.COMMAND if path in hand_overs.COMMANDS else decorated_type(path)
    if task_type is not None:
        return library.as_task(arguments, task_type)
    return _made(evaluator, path, arguments, context)


def _class_method(path: str) -> BlockingCall | None:
    """`Job.fetch(...)`: a catalogued method called on the class."""
    owner, _, name = path.rpartition(".")
    owner_type = canonical_type(owner) if owner else None
    return blocking_method(owner_type, name) if owner_type is not None else None


def _made(evaluator: ExpressionEvaluator, path: str, arguments: Arguments, context: CallContext) -> Value:
    """What a library constructor or factory gives."""
    made = attributes.construct_external(path)
    if made is None:
        return UNKNOWN
    detail = harmless.detail(path, arguments, context.node)
    resource = resource_by_factory(path) or resource_by_type(made)
    if resource is None and made not in LOCKS:
        return (InstanceAtom(made, None, detail),)
    atom = InstanceAtom(made, evaluator.interpreter.place(evaluator.frame, context.span), detail)
    evaluator.frame.creations.append(Creation(context.span, atom, path))
    return (atom,)


def call_member(
    evaluator: ExpressionEvaluator, atom: MemberAtom, arguments: Arguments, context: CallContext
) -> Value:
    """Call a method, or chain of attributes, of a library instance."""
    owner, chain = atom.owner, atom.chain
    if owner.type == library.CONTEXT_VARIABLE and owner.place is not None:
        return library.call_variable(evaluator, owner, chain, arguments)
    known = fastapi_model.call_member(evaluator, owner, chain, arguments, context)
    if known is not None:
        return known
    name = chain.rpartition(".")[2]
    path = f"{owner.type}.{chain}"
    hand_over = hand_overs.METHODS.get(name)
    if hand_over is not None:
        owners = hand_overs.METHOD_OWNERS.get(name)
        if owners is None or owner.type in owners:
            return _hand_over(evaluator, hand_over, arguments, context)
    if name in hand_overs.LOOP_CALLBACKS:
        work = arguments.get(hand_overs.LOOP_CALLBACKS[name], "callback")
        rest = calls.Arguments(
            arguments.positional[hand_overs.LOOP_CALLBACKS[name] + 1 :], {}, arguments.is_open
        )
        # A future of a pool runs its callbacks in the thread that finished the work.
        edge = Edge.DETACHED if owner.type == "concurrent.futures.Future" else Edge.LOOP
        calls.hand_over(evaluator, work, rest, context, edge)
        return UNKNOWN
    if name in ("start_soon", "start") and owner.type in TASK_GROUPS:
        rest = calls.Arguments(arguments.positional[1:], {}, arguments.is_open)
        result = calls.hand_over(evaluator, arguments.get(0, "func"), rest, context, Edge.TASK)
        return (CoroutineAtom(None, result),)
    if path in hand_overs.OWN_LOOPS or name == "run_until_complete":
        return _own_loop(evaluator, path, arguments, context)
    if path in hand_overs.AWAITABLE_CONSUMERS:
        return _consume(evaluator, path, arguments, context)
    if owner.place is not None:
        evaluator.frame.uses.append(MethodUse(context.span, owner, name, context.awaited))
    if chain in ("enter_async_context", "enter_context") and "ExitStack" in owner.type:
        return library.enter_context(evaluator, arguments, context)
    if not context.awaited and owner.type not in ASYNC_TYPES:
        found = blocking_chain(owner.type, chain) if "." in chain else blocking_method(owner.type, chain)
        if found is None and "." not in chain:
            found = blocking_chain(owner.type, chain)
        if found is None:
            found = evaluator.interpreter.configured_blocking(path)
        if found is not None and not harmless.method(owner, chain, arguments):
            evaluator.record_blocking(context.span, context.text, found, context.node)
    task_type = hand_overs.COMMAND if path in hand_overs.COMMANDS else decorated_type(path)
    if task_type is not None:
        return library.as_task(arguments, task_type)
    answer = returned_type(owner.type, chain)
    if answer is not None:
        made = InstanceAtom(answer, owner.place if answer == owner.type else None)
        return (CoroutineAtom(None, (made,)),) if context.awaited else (made,)
    return UNKNOWN


def _hand_over(
    evaluator: ExpressionEvaluator, row: hand_overs.HandOver, arguments: Arguments, context: CallContext
) -> Value:
    work = arguments.get(row.position, row.keyword)
    if row.returns_callable:
        if not work:
            return (DecoratorAtom("offload"),)
        return (OffloadedAtom(work),)
    if row.passes_arguments:
        rest = {name: value for name, value in arguments.keywords.items() if name != row.keyword}
        passed = calls.Arguments(arguments.positional[row.position + 1 :], rest, arguments.is_open)
    else:
        given = arguments.keywords.get("args", UNKNOWN)
        items = next((list(a.items) for a in given if isinstance(a, ContainerAtom)), [])
        passed = calls.Arguments(items, {}, True)
    result = calls.hand_over(
        evaluator, work, passed, context, Edge.THREAD if row.awaitable else Edge.DETACHED
    )
    if row.awaitable:
        return (CoroutineAtom(None, result),)
    return (InstanceAtom(row.returns),) if row.returns else UNKNOWN


def _own_loop(evaluator: ExpressionEvaluator, path: str, arguments: Arguments, context: CallContext) -> Value:
    """`asyncio.run(main())`: what it runs is not on the loop that serves requests."""
    work = arguments.positional[0] if arguments.positional else UNKNOWN
    found = blocking_function(path) or blocking_method("asyncio.AbstractEventLoop", path.rpartition(".")[2])
    node = context.node.arguments[0].value if context.node is not None and context.node.arguments else None
    if not isinstance(node, m.Name) or node.id not in evaluator.perhaps_awaitable:
        # `if iscoroutine(result): asyncio.run(result)` is for callers that have no loop.
        evaluator.record_blocking(context.span, context.text, found, context.node)
    results: list[Value] = []
    # `from_thread.run` goes back to the loop that the thread was started from.
    edge = Edge.LOOP if path.startswith("anyio.from_thread.") else Edge.OWN_LOOP
    for atom in work:
        if isinstance(atom, CoroutineAtom):
            results.append(atom.result)
            _change_edge(evaluator, atom, edge)
        elif isinstance(atom, FunctionAtom):
            rest = calls.Arguments(arguments.positional[1:], {}, True)
            made = calls.apply(evaluator, atom, rest, context._replace(edge=edge))
            results += [a.result for a in made if isinstance(a, CoroutineAtom)]
    if path in ("asgiref.sync.async_to_sync", "asyncer.syncify"):
        return UNKNOWN
    if path.endswith("run_coroutine_threadsafe"):
        return (InstanceAtom("concurrent.futures.Future"),)
    return join_all(results)


def _change_edge(evaluator: ExpressionEvaluator, atom: CoroutineAtom, edge: Edge) -> bool:
    """The coroutine that was just made runs otherwise than by `await`. False when it was not made in this function."""
    sites = evaluator.frame.calls
    for index in range(len(sites) - 1, -1, -1):
        site = sites[index]
        if site.target is atom.frame and site.edge is Edge.AWAIT:
            sites[index] = CallSite(edge, site.span, site.text, site.target)
            return True
    return False


def _consume(evaluator: ExpressionEvaluator, path: str, arguments: Arguments, context: CallContext) -> Value:
    """`gather`, `wait_for`, `create_task` ...: an awaitable of the results."""
    results = [evaluator.await_value(value, context.span) for value in arguments.positional]
    if path == "asyncio.gather":
        return (CoroutineAtom(None, evaluator.container("list", join_all(results), tuple(results))),)
    result = results[0] if results else UNKNOWN
    if path.endswith(("create_task", "ensure_future")):
        for atom in arguments.positional[0] if arguments.positional else UNKNOWN:
            if not isinstance(atom, CoroutineAtom) or _change_edge(evaluator, atom, Edge.TASK):
                continue
            if atom.frame is not None:  # a helper of the project starts what its callers made
                evaluator.record_call(Edge.TASK, context.span, context.text, atom.frame)
        return (CoroutineAtom(None, result), InstanceAtom("asyncio.Task"))
    return (CoroutineAtom(None, result),)


def call_decorator(
    evaluator: ExpressionEvaluator, atom: DecoratorAtom, arguments: Arguments, context: CallContext
) -> Value:
    """Call what waits for a function, or a method of a built-in value."""
    work = arguments.positional[0] if arguments.positional else UNKNOWN
    if atom.kind == "member":
        return library.call_builtin_member(evaluator, atom.data[0], atom.data[1], arguments, context)
    if atom.kind == "offload":
        return (OffloadedAtom(work),)
    if atom.kind == "setter":
        atom.data.function.setter = work
        return (atom.data,)
    if atom.kind == "accessor":
        return (atom.data,)
    if atom.kind in ("checked", "written"):
        return models.adapt(evaluator, atom.kind, atom.data, context)
    if atom.kind == "wraps":
        return decorating.wrap(work, atom.data)
    if atom.kind == "cached":
        return decorating.mark_cached(work)
    if atom.kind == "data class":
        return decorating.mark_data(work)
    if atom.kind == "role":
        return decorating.give_role(work, *atom.data)
    if atom.kind == "model":
        return models.make(evaluator, atom.data, context)
    if atom.kind == "writer":
        models.run_serializers(evaluator, atom.data, context)
        return UNKNOWN
    if atom.kind == "task":
        for function in work:
            if isinstance(function, FunctionAtom):
                function.function.task_type = atom.data
        return work
    if atom.kind in fastapi_model.DECORATORS:
        fastapi_model.decorate(evaluator, atom, work, context)
        return work
    return work
