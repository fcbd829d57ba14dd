"""What is asked of a list of user tasks: whose, narrowed to what, in which order; as conditions on a row.

The statements themselves are `inboxes`, which reads the ranges of indexes, and `inboxes_by_fact`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    text,
    true,
    tuple_,
)

from flowcase.store import tables
from flowcase.store.columns import among, same_words_of, words_of
from flowcase.store.queries import found_by
from flowcase.store.queries.found_by import Word
from flowcase.store.queries.user_tasks import IS_SUSPENDED, AnyTaskRow, ListedTaskRow

_table = tables.user_task
_CANDIDATES = ("candidate_groups", "candidate_users")
_OTHERS: Mapping[str, ColumnElement[Any]] = {
    **{name: words_of(_table.c[name]) for name in _CANDIDATES},
    IS_SUSPENDED.name: IS_SUSPENDED,
}
_LISTED: Mapping[str, ColumnElement[Any]] = {
    **_OTHERS,
    **{name: same_words_of(_table.c[name]) for name in _CANDIDATES},
}
ROW_NUMBER: ColumnElement[int] = literal_column("user_task.rowid")  # SQLite's own key of a row
_BETWEEN = "\n"  # a person and a case as one text; neither holds it


class Order(StrEnum):
    DUE = "due"  # what has no due date last
    RECEIVED = "received"
    PRIORITY = "priority"  # the highest first, then the oldest
    CASE = "case"  # what has no case last
    FOLLOW_UP = "follow up"  # what has no day on which it shows again last, the oldest first
    # Facts of the case, and within each the case; what has no such fact, and then no case, last.
    DISTRICT = "district"
    AREA = "area"
    TEAM = "team"
    STEP = "step"
    STATUS = "status"
    CASEWORKER = "caseworker"


@dataclass(frozen=True)
class Holder:
    """Whose user tasks: a person's, a set of candidates', an owner's, or (with none) those of every case."""

    person: str | None = None
    candidates: str | None = None
    case: str | None = None  # of the person's, those of this case alone
    owner: str | None = None  # those that this person has delegated


@dataclass(frozen=True)
class ByFact:
    """The order of a fact of the case that the rule sets name, whatever it is called."""

    value: str  # the fact's name

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Only:
    """What a list is narrowed to."""

    process: str | None = None
    case: str | None = None
    due_from: dt.datetime | None = None  # included
    due_before: dt.datetime | None = None  # not included
    shown_at: dt.datetime | None = None  # leaves out what is put off until later; None: shows it too
    hidden_at: dt.datetime | None = None  # nothing but what is put off until later
    facts: tuple[tuple[str, str], ...] = ()  # (name, value) that the case has
    words: tuple[Word, ...] = ()  # all of them


@dataclass(frozen=True)
class Place:
    """Where a page ended: the key of its last row."""

    value: Any  # due_at, created_at, priority or case code; None among those that have none
    created_at: dt.datetime
    id: str


class Part(StrEnum):
    """A range of an order that an index holds in one piece; `Place` says where it begins or ends."""

    ALL = "all"
    LATER = "later"  # behind the place, or before it where a list is read backwards
    OTHER = "other"  # the lower or the higher priorities
    SET = "set"  # the rows that have a due date, or a case
    LATER_UNSET = "later unset"
    UNSET = "unset"  # those that have none, which come last


_COLUMNS = {
    Order.DUE: ("due_at", "id"),
    Order.RECEIVED: ("created_at", "id"),
    Order.PRIORITY: ("priority", "created_at", "id"),
    Order.CASE: ("case_code", "id"),
    Order.FOLLOW_UP: ("follow_up_at", "id"),
}
FACTS = frozenset(set(Order) - set(_COLUMNS))  # sorted by in `inboxes_by_fact`


def plain(order: Order | ByFact) -> Order | None:
    """The order where an index of user tasks holds it; None for those that `inboxes_by_fact` sorts by."""
    return None if isinstance(order, ByFact) or order in FACTS else order


def place_of(row: AnyTaskRow, order: Order) -> Place:
    return Place(getattr(row, _COLUMNS[order][0]), row.created_at, row.id)


def fields(row: type[AnyTaskRow]) -> Sequence[ColumnElement[Any]]:
    """The columns of such a row, which is read by position."""
    others = _LISTED if row is ListedTaskRow else _OTHERS
    return [others[name] if name in others else _table.c[name] for name in row._fields]


# --- conditions ---


@dataclass(frozen=True)
class Narrowing:
    """All that the text of what a list is narrowed to depends on."""

    has_process: bool
    has_due_from: bool
    has_due_before: bool
    hides_put_off: bool
    is_put_off: bool
    facts: int
    words: int


def narrowing(only: Only) -> tuple[Narrowing, dict[str, Any]]:
    """What kind of list this is, and its values by the names of their places."""
    kind = Narrowing(
        has_process=only.process is not None,
        has_due_from=only.due_from is not None,
        has_due_before=only.due_before is not None,
        hides_put_off=only.shown_at is not None,
        is_put_off=only.hidden_at is not None,
        facts=len(only.facts),
        words=len(only.words),
    )
    values = {"process": only.process, "due_from": only.due_from, "due_before": only.due_before}
    return kind, values | {"shown_at": only.shown_at, "hidden_at": only.hidden_at} | found_by.values(only)


@dataclass(frozen=True)
class Condition:
    """All that the text of a condition on somebody's user tasks depends on."""

    everyone: bool
    narrowed: Narrowing


def held(holders: Sequence[Holder], only: Only) -> tuple[Condition, dict[str, Any]]:
    """What kind of list this is, as one condition on each row, and its values."""
    people, of_a_case = [], []
    for holder in holders:
        if holder.person is not None and holder.case is not None:
            of_a_case.append(f"{holder.person}{_BETWEEN}{holder.case}")
        elif holder.person is not None and holder.owner is None:
            people.append(holder.person)
    kind, values = narrowing(only)
    values |= {
        "sets": sorted({holder.candidates for holder in holders if holder.candidates is not None}),
        "people": people,
        "owners": [holder.owner for holder in holders if holder.owner is not None],
        "of_a_case": of_a_case,
    }
    return Condition(any(holder == Holder() for holder in holders), kind), values


def where_held(condition: Condition) -> ColumnElement[bool]:
    where = text(tables.USER_TASK_IS_OPEN) & where_narrowed(condition.narrowed)
    with_case = _table.c.assignee.concat(_BETWEEN).concat(_table.c.case_code)
    return where & or_(
        _table.c.case_code.is_not(None) if condition.everyone else false(),
        among(_table.c.candidates, "sets") & _table.c.assignee.is_(None),
        among(_table.c.assignee, "people"),
        among(_table.c.owner, "owners"),
        among(with_case, "of_a_case"),
    )


def where_narrowed(to: Narrowing) -> ColumnElement[bool]:
    where: ColumnElement[bool] = true()
    if to.has_process:
        where &= _table.c.process == text_of("process")
    if to.has_due_from:
        where &= _table.c.due_at >= _instant("due_from")
    if to.has_due_before:
        where &= _table.c.due_at < _instant("due_before")
    if to.hides_put_off:
        # What is overdue shows however long it was put off.
        shown_at = _instant("shown_at")
        where &= or_(
            _table.c.follow_up_at.is_(None),
            _table.c.follow_up_at <= shown_at,
            _table.c.due_at <= shown_at,
        )
    if to.is_put_off:
        hidden_at = _instant("hidden_at")
        is_due_later = or_(_table.c.due_at.is_(None), _table.c.due_at > hidden_at)
        where &= _table.c.follow_up_at.is_not(None) & (_table.c.follow_up_at > hidden_at) & is_due_later
    return where & found_by.where(to.facts, to.words)


def text_of(name: str) -> ColumnElement[str]:
    return bindparam(name, type_=_table.c.id.type)


def _instant(name: str) -> ColumnElement[dt.datetime]:
    return bindparam(name, type_=_table.c.due_at.type)


# --- orders ---


def number(limit: int) -> ColumnElement[Any]:
    """Written into the text: a database that does not know how few are wanted may plan to read all."""
    return literal_column(str(int(limit)))


def where_part(order: Order, part: Part, backwards: bool) -> ColumnElement[bool]:
    column = _table.c[_COLUMNS[order][0]]
    at: ColumnElement[Any] = bindparam("at", type_=column.type)
    id, at_id = _table.c.id, text_of("at_id")
    match part:
        case Part.ALL:
            return true()
        case Part.SET:
            return column.is_not(None)
        case Part.UNSET:
            return column.is_(None)
        case Part.LATER_UNSET if order is Order.FOLLOW_UP:
            here, there = tuple_(_table.c.created_at, id), tuple_(_instant("at_created"), at_id)
            return column.is_(None) & (here < there if backwards else here > there)
        case Part.LATER_UNSET:
            return column.is_(None) & (id < at_id if backwards else id > at_id)
        case Part.OTHER:  # of the priorities, of which the highest comes first
            return column > at if backwards else column < at
        case Part.LATER if order is Order.PRIORITY:
            here, there = tuple_(_table.c.created_at, id), tuple_(_instant("at_created"), at_id)
            return (column == at) & (here < there if backwards else here > there)
        case Part.LATER:
            here, there = tuple_(column, id), tuple_(at, at_id)
            return column.is_not(None) & (here < there if backwards else here > there)


def parts(order: Order, after: Place | None, only: Only) -> list[Part]:
    if order is Order.PRIORITY:
        return [Part.ALL] if after is None else [Part.LATER, Part.OTHER]
    if order is Order.RECEIVED:
        return [Part.ALL if after is None else Part.LATER]
    if after is not None and after.value is None:
        return [Part.LATER_UNSET]
    rest = Part.SET if after is None else Part.LATER
    has_bounds = only.due_from is not None or only.due_before is not None
    return [rest] if order is Order.DUE and has_bounds else [rest, Part.UNSET]


def parts_before(order: Order, place: Place) -> list[Part]:
    """The same ranges from the place back to the beginning of the list."""
    if order is Order.PRIORITY:
        return [Part.LATER, Part.OTHER]
    if order is not Order.RECEIVED and place.value is None:
        return [Part.LATER_UNSET, Part.SET]
    return [Part.LATER]


def sorted_by(columns: Any, order: Order) -> list[ColumnElement[Any]]:
    """What one part of an order is sorted by."""
    return [columns[name] for name in _COLUMNS[order]]


def in_order(statement: Select[Any], columns: Any, order: Order, backwards: bool = False) -> Select[Any]:
    """Sorted as the index of one part of an order is."""
    return statement.order_by(*_directed(sorted_by(columns, order), order, backwards))


def sorted_whole(statement: Select[Any], columns: Any, order: Order, backwards: bool) -> Select[Any]:
    """All parts of an order together, sorted by the database: no index is read in this order."""
    by = sorted_by(columns, order)
    if order is Order.FOLLOW_UP:
        by[1:1] = [func.coalesce(by[0], columns["created_at"])]
    if order in (Order.DUE, Order.CASE, Order.FOLLOW_UP):
        by.insert(0, by[0].is_(None))
    return statement.order_by(*_directed(by, order, backwards))


def _directed(by: list[Any], order: Order, backwards: bool) -> list[Any]:
    is_descending = [backwards] * len(by)
    is_descending[0] ^= order is Order.PRIORITY
    return [each.desc() if down else each for each, down in zip(by, is_descending, strict=True)]
