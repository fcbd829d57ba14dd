"""Inboxes: open user tasks of several holders in one order, a page at a time by keyset.

Each holder (a person, a set of candidates) and each part of an order is one index range of its own,
read in the index's order and no further than the page needs. A page deep in a list costs what the
first one does, and what lies beside it costs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, text, true, tuple_, union_all

from flowcase.store import tables
from flowcase.store.queries.rows import made
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.store.tx import Tx

_table = tables.user_task
_candidate = tables.candidate_set
_RANGES = 400  # in one statement, of which SQLite takes 500


class Order(StrEnum):
    DUE = "due"  # what has no due date last
    RECEIVED = "received"
    PRIORITY = "priority"  # the highest first, then the oldest
    CASE = "case"  # what has no case last


@dataclass(frozen=True)
class Holder:
    """Whose user tasks: a person's, a set of candidates', or (with neither) those of every case."""

    person: str | None = None
    candidates: str | None = None
    case: str | None = None  # of the person's, those of this case alone


@dataclass(frozen=True)
class Only:
    """What a list is narrowed to."""

    process: str | None = None
    case: str | None = None
    due_from: dt.datetime | None = None  # included
    due_before: dt.datetime | None = None  # not included
    shown_at: dt.datetime | None = None  # leaves out what is put off until later; None: shows it too


@dataclass(frozen=True)
class Place:
    """Where a page ended: the key of its last row."""

    value: Any  # due_at, created_at, priority or case code; None among those that have none
    created_at: dt.datetime
    id: str


@dataclass(frozen=True)
class _Part:
    """A range of an order that an index holds in one piece."""

    where: ColumnElement[bool]
    is_unset: bool = False  # the rows that have no due date, or no case


_COLUMNS = {
    Order.DUE: ("due_at", "id"),
    Order.RECEIVED: ("created_at", "id"),
    Order.PRIORITY: ("priority", "created_at", "id"),
    Order.CASE: ("case_code", "id"),
}


def place_of(row: UserTaskRow, order: Order) -> Place:
    return Place(getattr(row, _COLUMNS[order][0]), row.created_at, row.id)


def offered_to(tx: Tx, person: str, groups: Iterable[str]) -> list[Holder]:
    """The sets of candidates that a person belongs to."""
    offered = select(_candidate.c.id).where(
        or_(
            (_candidate.c.kind == "group") & _candidate.c.name.in_(sorted(groups)),
            (_candidate.c.kind == "person") & (_candidate.c.name == person),
            _candidate.c.kind == "everyone",
        )
    )
    return [Holder(candidates=id) for id in sorted({row.id for row in tx.rows(offered)})]


def page(
    tx: Tx,
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    *,
    after: Place | None = None,
    backwards: bool = False,
    limit: int,
) -> list[UserTaskRow]:
    """The next rows of all the holders' open user tasks together, in order.

    `backwards`: those before the place `after`, the nearest first, read from the same indexes.
    """
    if only.case is not None:
        return _of_one_case(tx, only.case, holders, order, only, after, backwards)[:limit]
    found: list[UserTaskRow] = []
    for part in _parts_before(order, after) if backwards and after else _parts(order, after, only):
        wanted = limit - len(found)
        ranges = [
            _sorted(select(_table).where(where, part.where), _table.c, order, backwards).limit(wanted)
            for where in _ranges(holders, only)
        ]
        if wanted <= 0 or not ranges:
            break
        together = union_all(*(select(each.subquery()) for each in ranges)).subquery()
        statement = _sorted(select(together), together.c, order, backwards).limit(wanted)
        found += [made(UserTaskRow, row) for row in tx.rows(statement)]
    return found


def count(tx: Tx, holders: Sequence[Holder], only: Only, *, at_most: int) -> int:
    """How many they are; no more than `at_most` are looked at."""
    if only.case is not None:
        return len(_of_one_case(tx, only.case, holders, Order.RECEIVED, only, None)[:at_most])
    ranges = [
        select(literal(1).label("one")).select_from(_table).where(where).limit(at_most)
        for where in _ranges(holders, only)
    ]
    if not ranges:
        return 0
    together = union_all(*(select(each.subquery()) for each in ranges)).limit(at_most).subquery()
    return int(tx.scalar(select(func.count()).select_from(together)))


def _ranges(holders: Sequence[Holder], only: Only) -> list[ColumnElement[bool]]:
    wheres = [_of(holder) for holder in dict.fromkeys(holders)]
    if len(wheres) > _RANGES:  # nobody has so many; if somebody had, it would be slower and still right
        wheres = [*wheres[: _RANGES - 1], or_(*wheres[_RANGES - 1 :])]
    narrowed = _narrowed(only)
    return [where & narrowed for where in wheres]


def _of(holder: Holder) -> ColumnElement[bool]:
    if holder.candidates is not None:
        return text(tables.USER_TASK_IS_FREE) & (_table.c.candidates == holder.candidates)
    if holder.person is not None:
        theirs = text(tables.USER_TASK_IS_ASSIGNED) & (_table.c.assignee == holder.person)
        return theirs if holder.case is None else theirs & (_table.c.case_code == holder.case)
    return true() & text(tables.USER_TASK_IS_OF_A_CASE)


def _narrowed(only: Only) -> ColumnElement[bool]:
    where: ColumnElement[bool] = true()
    if only.process is not None:
        where &= _table.c.process == only.process
    if only.due_from is not None:
        where &= _table.c.due_at >= only.due_from
    if only.due_before is not None:
        where &= _table.c.due_at < only.due_before
    if only.shown_at is not None:
        # What is overdue shows however long it was put off.
        where &= or_(
            _table.c.follow_up_at.is_(None),
            _table.c.follow_up_at <= only.shown_at,
            _table.c.due_at <= only.shown_at,
        )
    return where


def _parts(order: Order, after: Place | None, only: Only) -> list[_Part]:
    column = _table.c[_COLUMNS[order][0]]
    if order is Order.PRIORITY:
        if after is None:
            return [_Part(true())]
        later = tuple_(_table.c.created_at, _table.c.id) > (after.created_at, after.id)
        return [_Part((column == after.value) & later), _Part(column < after.value)]
    if order is Order.RECEIVED:
        return [_Part(true() if after is None else tuple_(column, _table.c.id) > (after.value, after.id))]
    unset = _Part(column.is_(None))
    if after is not None and after.value is None:
        return [_Part(column.is_(None) & (_table.c.id > after.id))]
    rest: ColumnElement[bool] = column.is_not(None)
    if after is not None:
        rest &= tuple_(column, _table.c.id) > (after.value, after.id)
    has_bounds = only.due_from is not None or only.due_before is not None
    return [_Part(rest)] if order is Order.DUE and has_bounds else [_Part(rest), unset]


def _parts_before(order: Order, place: Place) -> list[_Part]:
    """The same ranges from the place back to the beginning of the list."""
    column = _table.c[_COLUMNS[order][0]]
    if order is Order.PRIORITY:
        earlier = tuple_(_table.c.created_at, _table.c.id) < (place.created_at, place.id)
        return [_Part((column == place.value) & earlier), _Part(column > place.value)]
    if order is not Order.RECEIVED and place.value is None:
        return [_Part(column.is_(None) & (_table.c.id < place.id)), _Part(column.is_not(None))]
    return [_Part(column.is_not(None) & (tuple_(column, _table.c.id) < (place.value, place.id)))]


def _sorted(statement: Select[Any], columns: Any, order: Order, backwards: bool = False) -> Select[Any]:
    by = [columns[name] for name in _COLUMNS[order]]
    is_descending = [backwards] * len(by)
    is_descending[0] ^= order is Order.PRIORITY
    return statement.order_by(
        *(each.desc() if down else each for each, down in zip(by, is_descending, strict=True))
    )


def _of_one_case(
    tx: Tx,
    case: str,
    holders: Sequence[Holder],
    order: Order,
    only: Only,
    after: Place | None,
    backwards: bool = False,
) -> list[UserTaskRow]:
    """A case has few: all of them are read by the case's index, and sorted here."""
    statement = select(_table).where(
        text(tables.USER_TASK_IS_OPEN), _table.c.case_code == case, _narrowed(only)
    )
    rows = [
        made(UserTaskRow, row)
        for row in tx.rows(statement)
        if any(_holds(holder, row.assignee, row.candidates, case) for holder in holders)
    ]

    def key(place: Place) -> tuple[Any, ...]:
        if order is Order.PRIORITY:
            return (-place.value, place.created_at, place.id)
        return (place.value is None, place.value or place.created_at, place.id)

    rows.sort(key=lambda row: key(place_of(row, order)), reverse=backwards)
    if after is not None and backwards:
        return [row for row in rows if key(place_of(row, order)) < key(after)]
    return rows if after is None else [row for row in rows if key(place_of(row, order)) > key(after)]


def _holds(holder: Holder, assignee: str | None, candidates: str, case: str) -> bool:
    if holder.candidates is not None:
        return assignee is None and candidates == holder.candidates
    if holder.person is not None:
        return assignee == holder.person and holder.case in (None, case)
    return True
