"""What forms, decisions, handlers and rule sets take and give: the types a diagram is checked against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flowcase.dmn.boxed import LiteralBox
from flowcase.dmn.graph import Decision, InputData
from flowcase.dmn.table import Aggregation, HitPolicy, TableBox
from flowcase.dmn.types import ConstrainedType, ItemType, NamedType, unconstrained
from flowcase.feel import Expression
from flowcase.feel.static_types import joined
from flowcase.feel.types import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    NAMED_TYPES,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    ListType,
    Type,
)
from flowcase.modeling.form import FieldType, Form, VariableTarget

_FIELD_TYPES: Mapping[FieldType, Type] = {
    FieldType.TEXT: STRING,
    FieldType.LONG_TEXT: STRING,
    FieldType.NUMBER: NUMBER,
    FieldType.BOOLEAN: BOOLEAN,
    FieldType.DATE: DATE,
    FieldType.TIME: TIME,
    FieldType.INSTANT: DATE_TIME,
    FieldType.CHOICE: STRING,
    FieldType.CHOICES: ListType(STRING),
    FieldType.LIST: ListType(ANY),
}


@dataclass(frozen=True)
class HandlerSignature:
    """What a job type is handed and what it hands back."""

    inputs: Mapping[str, Type]
    required: frozenset[str]
    outputs: Mapping[str, Type]


@dataclass(frozen=True)
class Asked:
    """One input of a decision: how it is reckoned from variables, and the type that it has to have."""

    title: str
    expression: Expression | str  # the name of an input data
    type: Type


@dataclass(frozen=True)
class DecisionSignature:
    """What a decision asks for and the type of its answer."""

    result: Type
    asked: tuple[Asked, ...]


class _Typed(Protocol):
    """An input or an output of a handler's registration."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


def handler_signature(registration: Any) -> HandlerSignature:
    """`registration` as `handlers.load_handlers()` gives it."""

    def types(fields: Iterable[_Typed]) -> dict[str, Type]:
        return {field.name: NAMED_TYPES.get(field.type, ANY) for field in fields}

    required = frozenset(field.name for field in registration.inputs if field.required)
    return HandlerSignature(types(registration.inputs), required, types(registration.outputs))


def variables_of_form(form: Form) -> dict[str, Type]:
    """The process variables that a form fills."""
    found: dict[str, list[Type]] = {}
    for field in form.targeted():
        for target in field.targets:
            if isinstance(target, VariableTarget):
                type_ = CONTEXT if field.type is FieldType.GROUP else _FIELD_TYPES.get(field.type, ANY)
                found.setdefault(target.name, []).append(type_)
    return {name: joined(types) for name, types in found.items()}


def decision_signature(decision: Decision) -> DecisionSignature:
    """Of a decision that was read."""
    others = {each.node.variable for each in decision.requirements if isinstance(each.node, Decision)}
    asked = [
        Asked(requirement.node.name, requirement.node.variable, plain_type(requirement.node.type))
        for requirement in decision.requirements
        if isinstance(requirement.node, InputData) and requirement.prefix is None
    ]
    logic = decision.logic
    if isinstance(logic, TableBox):
        for column in logic.inputs:
            box = column.expression
            if isinstance(box, LiteralBox) and others.isdisjoint(box.expression.names):
                asked.append(Asked(column.title, box.expression, plain_type(box.type)))
    known = tuple(each for each in asked if each.type != ANY)
    return DecisionSignature(_result(decision), known)


def _result(decision: Decision) -> Type:
    drawn = plain_type(decision.type)
    table = decision.logic
    if drawn != ANY or not isinstance(table, TableBox):
        return drawn if drawn != ANY or decision.logic is None else plain_type(decision.logic.type)
    types = {output.name: plain_type(output.type) for output in table.outputs}
    one = ContextType(types) if len(table.outputs) > 1 else next(iter(types.values()), ANY)
    if table.aggregation is not None:
        return one if table.aggregation in (Aggregation.MIN, Aggregation.MAX) else NUMBER
    gives_list = table.hit_policy in (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)
    return ListType(one) if gives_list else one


def plain_type(type_: Type | None, depth: int = 8) -> Type:
    """A type of a DMN file without names and constraints; Any where it leads too deep."""
    if type_ is None or depth == 0:
        return ANY
    if isinstance(type_, (NamedType, ConstrainedType)):
        return plain_type(unconstrained(type_), depth - 1)
    if isinstance(type_, ItemType):
        return ContextType({name: plain_type(each, depth - 1) for name, each in type_.components.items()})
    return ListType(plain_type(type_.item, depth - 1)) if isinstance(type_, ListType) else type_


def type_of_setting(value: object) -> Type:
    """The type of a value as YAML gives it."""
    if isinstance(value, Mapping):
        return ContextType({str(name): type_of_setting(each) for name, each in value.items()})
    if isinstance(value, list):
        return ListType(joined(type_of_setting(each) for each in value))
    return next((type_ for kind, type_ in _SETTINGS if isinstance(value, kind)), ANY)


_SETTINGS: tuple[tuple[type | tuple[type, ...], Type], ...] = (
    (bool, BOOLEAN),
    ((int, float), NUMBER),
    (str, STRING),
    (dt.datetime, DATE_TIME),
    (dt.date, DATE),
)
