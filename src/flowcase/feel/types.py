"""FEEL's types: what `instance of` asks and what typed parameters accept (DMN 1.5, section 10.3.2.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flowcase.feel.ranges import AllBut, Range
from flowcase.feel.wide import WideDate, WideDateTime
from flowcase.values import Value, YearMonthDuration


class Function:
    """A value that can be called; what `function(...)` yields and what hosts offer to expressions."""

    __slots__ = ()
    parameters: tuple[str, ...]


class Type:
    """A set of FEEL values. `contains(null)` is false for every type but `Null`."""

    name = "Any"

    def contains(self, value: Value) -> bool:
        raise NotImplementedError

    def conforms_to(self, other: Type) -> bool:
        """Whether every value of this type is one of `other` (section 10.3.2.9.2)."""
        return isinstance(other, AnyType) or self == other

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class AnyType(Type):
    def contains(self, value: Value) -> bool:
        return value is not None


@dataclass(frozen=True)
class NullType(Type):
    name = "Null"

    def contains(self, value: Value) -> bool:
        return value is None

    def conforms_to(self, other: Type) -> bool:
        return True


@dataclass(frozen=True)
class SimpleType(Type):
    name: str = ""

    def contains(self, value: Value) -> bool:
        return type_name(value) == self.name


@dataclass(frozen=True)
class ListType(Type):
    item: Type

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"list<{self.item}>"

    def contains(self, value: Value) -> bool:
        return isinstance(value, list) and all(
            isinstance(self.item, AnyType) or self.item.contains(item) for item in value
        )

    def conforms_to(self, other: Type) -> bool:
        return isinstance(other, AnyType) or (
            isinstance(other, ListType) and self.item.conforms_to(other.item)
        )


@dataclass(frozen=True)
class RangeType(Type):
    item: Type

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"range<{self.item}>"

    def contains(self, value: Value) -> bool:
        return isinstance(value, Range) and all(
            self.item.contains(end) for end in (value.start, value.end) if end is not None
        )

    def conforms_to(self, other: Type) -> bool:
        return isinstance(other, AnyType) or (
            isinstance(other, RangeType) and self.item.conforms_to(other.item)
        )


@dataclass(frozen=True)
class ContextType(Type):
    entries: Mapping[str, Type]

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"context<{', '.join(f'{key}: {type_}' for key, type_ in self.entries.items())}>"

    def contains(self, value: Value) -> bool:
        return isinstance(value, dict) and all(
            key in value and (value[key] is None or type_.contains(value[key]))
            for key, type_ in self.entries.items()
        )

    def conforms_to(self, other: Type) -> bool:
        return isinstance(other, AnyType) or (
            isinstance(other, ContextType)
            and all(
                key in self.entries and self.entries[key].conforms_to(type_)
                for key, type_ in other.entries.items()
            )
        )

    def __hash__(self) -> int:
        return hash(tuple(self.entries))


@dataclass(frozen=True)
class FunctionType(Type):
    parameters: tuple[Type, ...]
    result: Type

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"function<{', '.join(map(str, self.parameters))}> -> {self.result}"

    def contains(self, value: Value) -> bool:
        return isinstance(value, Function) and len(value.parameters) == len(self.parameters)

    def conforms_to(self, other: Type) -> bool:
        return isinstance(other, AnyType) or (
            isinstance(other, FunctionType)
            and len(other.parameters) == len(self.parameters)
            and self.result.conforms_to(other.result)
            and all(
                theirs.conforms_to(mine)
                for mine, theirs in zip(self.parameters, other.parameters, strict=True)
            )
        )


ANY = AnyType()
NULL = NullType()
NUMBER, STRING, BOOLEAN = SimpleType("number"), SimpleType("string"), SimpleType("boolean")
DATE, TIME, DATE_TIME = SimpleType("date"), SimpleType("time"), SimpleType("date and time")
DAYS, MONTHS = SimpleType("days and time duration"), SimpleType("years and months duration")
LIST, CONTEXT, RANGE = ListType(ANY), ContextType({}), RangeType(ANY)

NAMED_TYPES: dict[str, Type] = {
    "Any": ANY,
    "Null": NULL,
    "list": LIST,
    "context": CONTEXT,
    "range": RANGE,
    "day and time duration": DAYS,
    "year and month duration": MONTHS,
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS,
    "yearMonthDuration": MONTHS,
    **{str(each): each for each in (NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS, MONTHS)},
}


def type_name(value: Value) -> str:
    """The name of the value's type as a reader of an error knows it."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    for kind, kind_name in _NAMES.items():
        if isinstance(value, kind):
            return kind_name
    return "unknown"


_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    dt.datetime: "date and time",
    WideDateTime: "date and time",
    dt.date: "date",
    WideDate: "date",
    dt.time: "time",
    dt.timedelta: "days and time duration",
    YearMonthDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    AllBut: "range",
    Function: "function",
}
