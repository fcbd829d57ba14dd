"""Deadlines: the home of each due date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select, text

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made, made_or_none
from flowcase.store.tx import Tx
from flowcase.values import Value

_table = tables.deadline
RUNNING = ("open", "breached")  # a breached deadline still has to be met


@dataclass(frozen=True)
class DeadlineRow:
    id: str
    rule: str
    rule_set: str
    rule_set_version: str
    start_fact: str
    start: Value
    amount: int | None
    unit: str
    convention: str
    legal_basis: str
    considered: Sequence[Mapping[str, Value]]
    due_at: dt.datetime
    due_local: str
    internal_target: dt.date | None
    status: str
    opened_at: dt.datetime
    met_at: dt.datetime | None
    seconds_late: int | None
    days_late: int | None
    breached_at: dt.datetime | None
    cancelled_at: dt.datetime | None
    plan: Mapping[str, Value]
    reminders: Sequence[Mapping[str, Value]]
    escalations: Sequence[Mapping[str, Value]]
    stream: str
    case_code: str | None
    subject: str | None
    part: str | None
    responsible: str | None
    instance: str | None
    element: str
    version: int


@in_memory_too
def deadline(tx: Tx, id: str) -> DeadlineRow | None:
    return made_or_none(DeadlineRow, tx.first(_BY_ID, {"id": id}))


@in_memory_too
def deadlines(
    tx: Tx,
    *,
    case: str | None = None,
    stream: str | None = None,
    subject: str | None = None,
    part: str | None = None,
    rule: str | None = None,
    statuses: Iterable[str] | None = None,
    only_current: bool = False,
    due_before: dt.datetime | None = None,
    limit: int | None = None,
) -> list[DeadlineRow]:
    """Earliest due first. `only_current`: everything that runs, and little of what is done."""
    statement = select(_table).order_by(_table.c.due_at, _table.c.id).limit(limit)
    for column, value in (
        (_table.c.case_code, case),
        (_table.c.stream, stream),
        (_table.c.subject, subject),
        (_table.c.part, part),
        (_table.c.rule, rule),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if statuses is not None:
        statement = statement.where(_table.c.status.in_(list(statuses)))
    if only_current:
        statement = statement.where(text(tables.DEADLINE_IS_CURRENT))
    if due_before is not None:
        statement = statement.where(_table.c.due_at < due_before)
    return [made(DeadlineRow, row) for row in tx.rows(statement)]


@in_memory_too
def current(tx: Tx, *, case: str | None = None, stream: str | None = None) -> list[DeadlineRow]:
    """What diagrams read: everything that runs, and of what is done the newest per rule and instance.

    A case of ten years has hundreds of finished follow-ups: an index holds those that count, and a few
    more at the most. Streams that are no case stay small; theirs are counted.
    """
    if case is not None:
        return [made(DeadlineRow, row) for row in tx.rows(_CURRENT, {"case": case})]
    age = func.row_number().over(
        partition_by=(_table.c.rule, _table.c.instance),
        order_by=(_table.c.opened_at.desc(), _table.c.id.desc()),
    )
    ranked = (
        select(_table.c.id, _table.c.status, age.label("age")).where(_table.c.stream == stream).subquery()
    )
    wanted = select(ranked.c.id).where(or_(ranked.c.status.in_(RUNNING), ranked.c.age == 1))
    statement = select(_table).where(_table.c.id.in_(wanted)).order_by(_table.c.due_at, _table.c.id)
    return [made(DeadlineRow, row) for row in tx.rows(statement)]


_CURRENT = (
    select(_table)
    .where(_table.c.case_code == bindparam("case"), text(tables.DEADLINE_IS_CURRENT))
    .order_by(_table.c.due_at, _table.c.id)
)
_BY_ID = Prepared(select(_table).where(_table.c.id == bindparam("id")))


def of_person(tx: Tx, person: str, *, limit: int) -> list[DeadlineRow]:
    """What runs in the cases of a caseworker, and what the person is responsible for; earliest due first."""
    theirs = select(tables.case_file.c.code).where(
        tables.case_file.c.caseworker == person, tables.case_file.c.closed_at.is_(None)
    )
    statement = (
        select(_table)
        .where(text("status IN ('open', 'breached')"))
        .where(or_(_table.c.case_code.in_(theirs), _table.c.responsible == person))
        .order_by(_table.c.due_at, _table.c.id)
        .limit(limit)
    )
    return [made(DeadlineRow, row) for row in tx.rows(statement)]
