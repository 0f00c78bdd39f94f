"""`value.name`: attributes of modules, classes, objects and library instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_lint.diagnostics import Span
from fastapi_lint.facts import model as m
from fastapi_lint.facts.model import FunctionFacts
from fastapi_lint.inference import calls, fastapi_model, harmless, injection, models
from fastapi_lint.inference.classes import ProjectClass
from fastapi_lint.inference.frames import Form
from fastapi_lint.inference.plain import constants, declares_plain
from fastapi_lint.inference.values import (
    UNKNOWN,
    Atom,
    ClassAtom,
    ConstantAtom,
    ContainerAtom,
    CoroutineAtom,
    DecoratorAtom,
    ExternalAtom,
    FolderAtom,
    FunctionAtom,
    GeneratorAtom,
    InstanceAtom,
    MarkerAtom,
    MemberAtom,
    ModuleAtom,
    ObjectAtom,
    PartialAtom,
    Value,
    join,
    join_all,
)
from fastapi_lint.knowledge.async_types import ASYNC_FACTORIES
from fastapi_lint.knowledge.blocking import (
    attribute_type,
    blocking_method,
    blocks_on,
    constructed_type,
    is_known_type,
    object_type,
    returned_type,
)

if TYPE_CHECKING:
    from fastapi_lint.inference.evaluator import ExpressionEvaluator

CONVENTIONAL_NAMES = {"pwd_context": "passlib.context.CryptContext"}
"""Attribute names whose meaning is settled by FastAPI's own tutorial, for owners about which nothing is known."""

BARE_BASES = frozenset(
    {"abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "object"}
)
"""Bases that bring no attributes of their own."""

ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag")


def get(evaluator: ExpressionEvaluator, atom: Atom, name: str, span: Span) -> Value:
    """The value of the attribute `name` of `atom`; properties of project classes run now."""
    if isinstance(atom, ExternalAtom):
        known = object_type(f"{atom.path}.{name}")
        return (InstanceAtom(known),) if known is not None else (ExternalAtom(f"{atom.path}.{name}"),)
    if isinstance(atom, InstanceAtom):
        return _of_instance(evaluator, atom, name, span)
    if isinstance(atom, MemberAtom):
        if name in CONVENTIONAL_NAMES and not is_known_type(atom.owner.type):
            return (InstanceAtom(CONVENTIONAL_NAMES[name]),)
        return (MemberAtom(atom.owner, f"{atom.chain}.{name}"),)
    if isinstance(atom, ObjectAtom):
        return _of_object(evaluator, atom, name, span)
    if isinstance(atom, ClassAtom):
        return _of_class(evaluator, atom.cls, name)
    if isinstance(atom, ModuleAtom):
        return evaluator.interpreter.names.module_attribute(atom.path, name, evaluator.frame)
    if isinstance(atom, FolderAtom):
        return evaluator.interpreter.names.submodule(atom.path, name)
    if isinstance(atom, FunctionAtom):
        return _of_function(atom, name)
    if isinstance(atom, (ContainerAtom, GeneratorAtom, CoroutineAtom)):
        return (DecoratorAtom("member", (atom, name)),)
    if isinstance(atom, PartialAtom) and name == "func":
        return (atom.function,)
    if isinstance(atom, DecoratorAtom) and atom.kind == "adapter":
        return models.adapter_method(atom.data, name)
    if isinstance(atom, DecoratorAtom) and atom.kind == "super":
        return _of_super(evaluator, atom, name, span)
    return UNKNOWN


def _has(cls: ProjectClass, name: str) -> bool:
    """Whether a project class itself (not only its library base) defines `name`."""
    return cls.find(name) is not None or any(name in ancestor.attributes for ancestor in cls.mro)


def _of_instance(
    evaluator: ExpressionEvaluator, atom: InstanceAtom, name: str, span: Span, own: bool = False
) -> Value:
    """`own`: the instance is of a project class that was searched already."""
    known = fastapi_model.attribute(evaluator, atom, name)
    if known is not None:
        return known
    is_exact = atom.place is not None and atom.type in fastapi_model.PLACED
    implementations = () if is_exact else evaluator.interpreter.implementations(atom.type)
    if implementations and not own:
        results = [get(evaluator, ObjectAtom(cls), name, span) for cls in implementations if _has(cls, name)]
        if join_all(results):
            return join_all(results)
    if name in CONVENTIONAL_NAMES and not is_known_type(atom.type):
        return (InstanceAtom(CONVENTIONAL_NAMES[name]),)
    held = attribute_type(atom.type, name)
    if held is not None:
        return (InstanceAtom(held, atom.place if held == atom.type else None),)
    if blocking_method(atom.type, name) is None and returned_type(atom.type, name) is None:
        answer = returned_type(atom.type, "__getattr__")
        if answer is not None:
            return (InstanceAtom(answer, atom.place),)
    return (MemberAtom(atom, name),)


def _of_object(evaluator: ExpressionEvaluator, atom: ObjectAtom, name: str, span: Span) -> Value:
    cls = atom.cls
    found = cls.find(name)
    evaluator.interpreter.ensure_initialised(cls)
    frame = evaluator.frame
    assigned = [ancestor.cell(name).read(frame) for ancestor in cls.mro]
    results = [value for value in assigned if value]
    for descendant in () if atom.exact or found or results else cls.descendants():
        # A mixin or an abstract base uses what only its subclasses have.
        results.append(
            descendant.cell(name).read(evaluator.frame) if name in descendant.attributes else UNKNOWN
        )
        if name in descendant.namespace:
            for member in descendant.namespace[name]:
                results.append(
                    _bind(evaluator, member, ObjectAtom(descendant, False, atom.place), name, span)
                )
    if found is not None:
        for member in found[1]:
            if isinstance(member, FunctionAtom) and not atom.exact and is_stub(member.function.facts):
                overrides = _overrides(cls, name)
                if overrides:
                    for subclass, override in overrides:
                        receiver = ObjectAtom(subclass, False, atom.place)
                        results.append(_bind(evaluator, override, receiver, name, span))
                    continue
            if isinstance(member, MarkerAtom):
                declared_as = cls.annotation(name)
                types = evaluator.interpreter.annotation_in_class(*declared_as) if declared_as else UNKNOWN
                results.append(injection.injected(evaluator, member, types, span))
                continue
            results.append(_bind(evaluator, member, atom, name, span))
    if not any(results):
        declared = cls.annotation(name)
        if declared is not None:
            results.append(evaluator.interpreter.annotation_in_class(declared[0], declared[1]))
    if found is None and not any(results):
        getter = cls.find("__getattr__")
        if getter is not None:
            asked: list[Value] = [(ConstantAtom(name),)]
            return calls.method(evaluator, atom, "__getattr__", asked, span, evaluator.attribute_text(name))
        if name in models.WRITERS and models.is_model(cls):
            return (DecoratorAtom("writer", cls),)
        if name == "value" and cls.inherits(*ENUMS):
            members = join_all(list(cls.namespace.values()))
            return tuple([member for member in members if isinstance(member, ConstantAtom)])
        for external in cls.externals:
            if external not in BARE_BASES:
                results.append(_of_instance(evaluator, InstanceAtom(external, atom.place), name, span, True))
    return join_all(results)


def _overrides(cls: ProjectClass, name: str) -> list[tuple[ProjectClass, FunctionAtom]]:
    """Implementations of the abstract method `name` in subclasses."""
    found = []
    for descendant in cls.descendants():
        for member in descendant.namespace.get(name, UNKNOWN):
            if isinstance(member, FunctionAtom) and not is_stub(member.function.facts):
                found.append((descendant, member))
    return found[:24]


def _bind(evaluator: ExpressionEvaluator, member: Atom, receiver: Atom, name: str, span: Span) -> Value:
    """A class body's entry as seen on an instance or class (`receiver`)."""
    if not isinstance(member, FunctionAtom) or member.receiver is not None:
        return (member,)
    function = member.function
    if function.kind == "staticmethod" or function.cls is None:
        return (member,) if function.kind == "staticmethod" else (FunctionAtom(function, receiver),)
    if function.kind == "classmethod":
        cls = receiver.cls if isinstance(receiver, (ObjectAtom, ClassAtom)) else function.cls
        return (FunctionAtom(function, ClassAtom(cls)),)
    if isinstance(receiver, ClassAtom):
        return (member,)
    if function.kind == "property":
        return calls.function(
            evaluator, FunctionAtom(function, receiver), [], {}, span, evaluator.attribute_text(name)
        )
    return (FunctionAtom(function, receiver),)


def _of_class(evaluator: ExpressionEvaluator, cls: ProjectClass, name: str) -> Value:
    found = cls.find(name)
    results = [
        ancestor.cell(name).read(evaluator.frame) for ancestor in cls.mro if name in ancestor.attributes
    ]
    if found is not None:
        if cls.inherits(*ENUMS) and not any(isinstance(member, FunctionAtom) for member in found[1]):
            return (ObjectAtom(cls, True),)
        for member in found[1]:
            results.append(_bind(evaluator, member, ClassAtom(cls), name, Span(1, 1, 1, 1)))
    elif not join_all(results):
        declared = cls.annotation(name)
        if declared is not None:
            return evaluator.interpreter.annotation_in_class(declared[0], declared[1])
        if name in models.CONSTRUCTORS and models.is_model(cls):
            return (DecoratorAtom("model", cls),)
        # The attribute may be filled later by a method: reading its cell makes the reader wait for that.
        results.append(cls.cell(name).read(evaluator.frame))
        for external in cls.externals:
            held = attribute_type(external, name)
            results.append((ExternalAtom(f"{external}.{name}"),) if held is None else (InstanceAtom(held),))
    return join_all(results)


def _of_super(evaluator: ExpressionEvaluator, atom: DecoratorAtom, name: str, span: Span) -> Value:
    cls, receiver = atom.data
    start = receiver.cls if isinstance(receiver, (ObjectAtom, ClassAtom)) else cls
    found = start.find(name, after=cls)
    if found is not None:
        return join_all([_bind(evaluator, member, receiver, name, span) for member in found[1]])
    place = receiver.place if isinstance(receiver, ObjectAtom) else None
    return join_all(
        [
            _of_instance(evaluator, InstanceAtom(external, place), name, span, True)
            for external in cls.externals
            if name != "__init__" or external in fastapi_model.PLACED
        ]
    )


def _of_function(atom: FunctionAtom, name: str) -> Value:
    if name in ("setter", "deleter", "getter") and atom.function.kind == "property":
        return (DecoratorAtom("setter" if name == "setter" else "accessor", atom),)
    if name == "__wrapped__":
        return (atom,)
    if atom.function.task_type is not None:
        return (MemberAtom(InstanceAtom(atom.function.task_type), name),)
    return UNKNOWN


def set_attribute(evaluator: ExpressionEvaluator, atom: Atom, name: str, value: Value) -> None:
    """`atom.name = value`."""
    interpreter = evaluator.interpreter
    if isinstance(atom, (ObjectAtom, ClassAtom)):
        interpreter.add_to(atom.cls.cell(name), what_is_kept(evaluator, atom.cls, name, value))
    elif isinstance(atom, ModuleAtom):
        module = interpreter.project.modules[atom.path]
        interpreter.names.set_global(module, name, value)
    elif isinstance(atom, InstanceAtom):
        fastapi_model.set_attribute(evaluator, atom, name, value)


def what_is_kept(evaluator: ExpressionEvaluator, cls: ProjectClass, name: str, value: Value) -> Value:
    """What an attribute learns when `value` is assigned to it."""
    declared = cls.annotation(name)
    if declared is not None and declares_plain(declared[1]):
        return constants(value)
    if any(map(evaluator.interpreter.is_plain, value)):
        return tuple([atom for atom in value if not evaluator.interpreter.is_plain(atom)])
    return value


def external_item(evaluator: ExpressionEvaluator, atom: InstanceAtom, span: Span, text: str) -> Value:
    """`instance[...]` of a library instance."""
    evaluator.record_blocking(span, text, blocking_method(atom.type, "__getitem__"), form=Form.ITEM)
    answer = returned_type(atom.type, "__getitem__")
    return (InstanceAtom(answer, atom.place),) if answer is not None else UNKNOWN


def enter_external(
    evaluator: ExpressionEvaluator, atom: InstanceAtom | MemberAtom, span: Span, is_async: bool, text: str
) -> Value:
    """`with instance as target` of a library instance: what the target is."""
    if isinstance(atom, MemberAtom):
        return UNKNOWN
    if not is_async and atom.detail not in ("memory", harmless.PROMPT):
        found = blocks_on(atom.type, "enter") or blocks_on(atom.type, "exit")
        evaluator.record_blocking(span, text, found, form=Form.ENTER)
    answer = returned_type(atom.type, "__enter__")
    if answer is None or answer == atom.type:
        return (atom,)
    return (InstanceAtom(answer, atom.place),)


def construct_external(path: str) -> str | None:
    """The type of what calling the library callable `path` gives, if that is known."""
    known = ASYNC_FACTORIES.get(path) or constructed_type(path)
    if known is not None:
        return known
    last = path.rpartition(".")[2]
    return path if last[:1].isupper() and not last.isupper() else None


def is_stub(facts: FunctionFacts) -> bool:
    """Whether the body says nothing: `pass`, `...` or `raise NotImplementedError`."""
    for statement in facts.body:
        if isinstance(statement, m.Jump) and statement.kind == "pass":
            continue
        if isinstance(statement, m.Evaluate) and isinstance(statement.value, m.Constant):
            continue
        if isinstance(statement, m.Raise) and "NotImplemented" in repr(statement.exception):
            continue
        if isinstance(statement, m.Return) and (
            statement.value is None or statement.value == m.Constant("NoneType", None)
        ):
            # `return None` is a stub only where the method is declared abstract.
            if any("abstract" in repr(decorator) for decorator in facts.decorators):
                continue
            return False
        return False
    return True


def constant_of(value: Value) -> object:
    """The one constant a value is, or None."""
    return value[0].value if len(value) == 1 and isinstance(value[0], ConstantAtom) else None


__all__ = [
    "ENUMS", "constant_of", "construct_external", "enter_external", "external_item", "get", "is_stub", "join",
    "set_attribute",
]  # fmt: skip
