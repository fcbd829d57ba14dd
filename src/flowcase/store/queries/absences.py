"""Absences that are announced or under way: of people, and by the open attributes of cases' records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, or_, select

from flowcase.store import tables
from flowcase.store.columns import held
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made
from flowcase.store.tx import Tx
from flowcase.store.wire import Question
from flowcase.values import Value

_table = tables.record
_status = held(_table.c.open, "status")


@dataclass(frozen=True)
class AbsenceRow:
    case_code: str
    open: Mapping[str, Value]


@dataclass(frozen=True)
class PersonsAbsenceRow:
    id: str
    person: str
    first: dt.date
    last: dt.date
    reported_by: str


@in_memory_too
def of_people(tx: Tx, today: dt.date) -> list[PersonsAbsenceRow]:
    """Of everybody, those whose last day is not past; the first day first."""
    return [made(PersonsAbsenceRow, row) for row in tx.rows(*people_question(today))]


def people_question(today: dt.date) -> Question:
    """What `of_people` asks."""
    return _OF_PEOPLE, {"today": today}


@in_memory_too
def of_person(tx: Tx, person: str, today: dt.date) -> list[PersonsAbsenceRow]:
    """As `of_people`, of one."""
    return [made(PersonsAbsenceRow, row) for row in tx.rows(_OF_PERSON, {"person": person, "today": today})]


def over(tx: Tx, before: dt.date, limit: int) -> list[str]:
    """Ids of those whose last day lies before that one; the oldest first."""
    return [row.id for row in tx.rows(_OVER, {"before": before, "limit": limit})]


@in_memory_too
def not_ended(tx: Tx, *, entity: str, under_way: str) -> list[AbsenceRow]:
    """Oldest first; nothing sealed is opened for it."""
    return [
        AbsenceRow(row.case_code, row.open)
        for row in tx.rows(*question(entity=entity, under_way=under_way))
        if row.case_code is not None and row.open.get("status") in (None, under_way)
    ]


def question(*, entity: str, under_way: str) -> Question:
    """What `not_ended` asks; every page of user tasks does."""
    return _NOT_ENDED, {"entity": entity, "under_way": under_way}


_NOT_ENDED = Prepared(
    select(_table.c.case_code, _table.c.open)
    .where(
        _table.c.entity == bindparam("entity"),
        or_(_status.is_(None), _status == bindparam("under_way", type_=_table.c.id.type)),
    )
    .order_by(_table.c.created_at, _table.c.id)
)
_absence = tables.absence
_NOT_PAST = (
    select(_absence)
    .where(_absence.c.last >= bindparam("today", type_=_absence.c.last.type))
    .order_by(_absence.c.first, _absence.c.id)
)
_OF_PEOPLE = Prepared(_NOT_PAST, is_settled=True)
_OF_PERSON = Prepared(_NOT_PAST.where(_absence.c.person == bindparam("person")))
_OVER = Prepared(
    select(_absence.c.id)
    .where(_absence.c.last < bindparam("before", type_=_absence.c.last.type))
    .order_by(_absence.c.last, _absence.c.id)
    .limit(bindparam("limit", type_=Integer))
)
