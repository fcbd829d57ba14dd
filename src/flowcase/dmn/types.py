"""Item definitions as types, what conforms to them, and which conversions are implicit.

DMN 1.5, 7.3.2 (item definitions) and 10.3.2.9 (type conformance, implicit conversions). The built-in
types are FEEL's own, so that item definitions also serve `instance of` and typed parameters in expressions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flowcase.feel import UnaryTests
from flowcase.feel.types import (
    ANY,
    DATE,
    DATE_TIME,
    NAMED_TYPES,
    NUMBER,
    ContextType,
    FunctionType,
    ListType,
    Type,
)
from flowcase.values import Value

__all__ = ["ANY", "BUILT_IN", "ConstrainedType", "FunctionType", "ItemType", "ListType", "NamedType", "Type"]

# What `typeRef` may name without an item definition; the last line is what Camunda 7's modeler writes.
BUILT_IN: Mapping[str, Type] = {
    **NAMED_TYPES,
    "any": ANY,
    **dict.fromkeys(("integer", "long", "double", "decimal"), NUMBER),
}


@dataclass(frozen=True)
class ItemType(Type):
    """An item definition with components."""

    name: str = field()
    components: Mapping[str, Type] = field(compare=False)

    def contains(self, value: Value) -> bool:
        return isinstance(value, Mapping) and all(
            name in value and (value[name] is None or each.contains(value[name]))
            for name, each in self.components.items()
        )


@dataclass(frozen=True)
class ConstrainedType(Type):
    """A type narrowed by unary tests (`allowedValues`, `typeConstraint`)."""

    name: str = field()
    base: Type
    allowed: UnaryTests = field(compare=False)

    def contains(self, value: Value) -> bool:
        """For `instance of`, which looks at types and not at constraints."""
        return self.base.contains(value)

    def allows(self, value: Value) -> bool:
        return self.allowed.value(value, {}) is True


@dataclass(frozen=True)
class NamedType(Type):
    """A reference to an item definition; it is followed when it is used, so definitions may be recursive."""

    name: str = field()
    definitions: Mapping[str, Type] = field(repr=False, compare=False)

    def resolved(self) -> Type:
        """The definition that is meant; Any for one that leads only to itself."""
        seen: set[str] = set()
        at: Type = self
        while isinstance(at, NamedType):
            if at.name in seen:
                return ANY
            seen.add(at.name)
            at = at.definitions.get(at.name, ANY)
        return at

    def contains(self, value: Value) -> bool:
        return self.resolved().contains(value)


def conforms(value: Value, target: Type) -> bool:
    """Whether the value may stand where the type is asked for, constraints included.

    Null always may, at every depth, and so may a context that lacks an entry or has more of them.
    """
    if value is None:
        return True
    target = plain(target)
    if isinstance(target, ConstrainedType):
        return conforms(value, target.base) and target.allows(value)
    if isinstance(target, ListType):
        return isinstance(value, (list, tuple)) and all(conforms(item, target.item) for item in value)
    if isinstance(target, (ItemType, ContextType)):
        entries = target.components if isinstance(target, ItemType) else target.entries
        return isinstance(value, Mapping) and all(
            conforms(value.get(name), each) for name, each in entries.items()
        )
    return target.contains(value)


def coerce(value: Value, target: Type) -> tuple[Value, str | None]:
    """The value as the target type has it, and None; or None and what is wrong with the value.

    Implicit conversions are the three of the standard: a singleton list becomes its element, a value
    becomes a singleton list, a date becomes the UTC midnight at which it begins.
    """
    if conforms(value, target):
        return value, None
    base = unconstrained(target)
    if isinstance(base, ListType):
        if not isinstance(value, (list, tuple)) and conforms([value], target):
            return [value], None
    elif isinstance(value, (list, tuple)) and len(value) == 1:
        if value[0] is not None and conforms(value[0], target):
            return value[0], None
    elif base == DATE_TIME and DATE.contains(value) and isinstance(value, dt.date):
        midnight = dt.datetime.combine(value, dt.time(), dt.UTC)
        if conforms(midnight, target):
            return midnight, None
    return None, f"a value that is not of the type {target.name}"


def plain(target: Type) -> Type:
    """The type behind a name."""
    return target.resolved() if isinstance(target, NamedType) else target


def unconstrained(target: Type) -> Type:
    """The type behind names and constraints."""
    at = plain(target)
    while isinstance(at, ConstrainedType):
        at = plain(at.base)
    return at
