"""Which types an operator takes together, and what it gives: the tables of `operators`, without values."""

from __future__ import annotations

from flowcase.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS,
    MONTHS,
    NULL,
    NUMBER,
    STRING,
    TIME,
    AnyType,
    ContextType,
    ListType,
    NullType,
    RangeType,
    Type,
)

_ORDERED = frozenset(("<", "<=", ">", ">="))
_MOMENTS = (DATE, DATE_TIME)


def name_of(type_: Type) -> str:
    """The type in a reader's word; `value` for one that is not known."""
    if isinstance(type_, (AnyType, NullType)):
        return "value"
    if isinstance(type_, ListType):
        return "list"
    if isinstance(type_, RangeType):
        return "range"
    return "context" if isinstance(type_, ContextType) else str(type_)


def is_unknown(type_: Type) -> bool:
    return isinstance(type_, (AnyType, NullType))


def comparison_fits(operator: str, left: Type, right: Type) -> bool:
    """Whether the comparison of two values of these types can be other than null."""
    if is_unknown(left) or is_unknown(right):
        return True
    kind = name_of(left)
    if kind != name_of(right):
        return False
    return operator not in _ORDERED or (left != BOOLEAN and kind not in ("list", "context", "range"))


def result_of(operator: str, left: Type, right: Type) -> Type | None:
    """The type of the result; None when it can only be null."""
    if NULL in (left, right):
        return ANY
    if is_unknown(left) or is_unknown(right):
        return _with_one_known(operator, left, right)
    return _RESULTS.get((operator, left, right))


def _with_one_known(operator: str, left: Type, right: Type) -> Type | None:
    known = right if is_unknown(left) else left
    if is_unknown(known):
        return ANY
    possible = {
        result
        for (each, one, other), result in _RESULTS.items()
        if each == operator and (is_unknown(left) or one == left) and (is_unknown(right) or other == right)
    }
    if not possible:
        return None
    return possible.pop() if len(possible) == 1 else ANY


def _table() -> dict[tuple[str, Type, Type], Type]:
    table: dict[tuple[str, Type, Type], Type] = {("+", STRING, STRING): STRING}
    for operator in ("+", "-", "*", "/", "**"):
        table[(operator, NUMBER, NUMBER)] = NUMBER
    for duration in (DAYS, MONTHS):
        table |= {(operator, duration, duration): duration for operator in "+-"}
        table |= {("*", duration, NUMBER): duration, ("*", NUMBER, duration): duration}
        table |= {("/", duration, NUMBER): duration, ("/", duration, duration): NUMBER}
        for moment in (*_MOMENTS, TIME) if duration == DAYS else _MOMENTS:
            table |= {("+", moment, duration): moment, ("+", duration, moment): moment}
            table[("-", moment, duration)] = moment
    table |= {("-", one, other): DAYS for one in _MOMENTS for other in _MOMENTS}
    table[("-", TIME, TIME)] = DAYS
    return table


_RESULTS = _table()
