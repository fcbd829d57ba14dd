"""Timers and jobs as operators page through them: by the instant at which they are tried next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select, text

from flowcase.store import tables
from flowcase.store.queries.rows import made
from flowcase.store.queries.waiting import JobRow, TimerRow
from flowcase.store.tx import Tx

Place = tuple[dt.datetime, str]  # try_at and id of the last row of a page

_timer, _job, _instance, _deadline = tables.timer, tables.job, tables.instance, tables.deadline

TIMERS = {"waiting": tables.TIMER_IS_PENDING, "held": tables.TIMER_IS_HELD}
JOBS = {
    "waiting": tables.JOB_IS_PENDING,
    "held": "status = 'pending' AND is_held",
    "claimed": tables.JOB_IS_CLAIMED,
    "failed": tables.JOB_HAS_FAILED,
}


class OwnerRow(NamedTuple):
    """What a list of timers tells by the instance that a timer belongs to."""

    id: str
    definition: str
    rule: str | None  # of the deadline that the instance began with


def owners(tx: Tx, ids: Collection[str]) -> dict[str, OwnerRow]:
    """By id, in one statement."""
    statement = (
        select(_instance.c.id, _instance.c.definition, _deadline.c.rule)
        .outerjoin(_deadline, _deadline.c.id == _instance.c.start_key)
        .where(_instance.c.id.in_(ids))
    )
    return {row.id: made(OwnerRow, row) for row in tx.rows(statement)} if ids else {}


def timers(
    tx: Tx,
    *,
    state: str,
    process: str | None = None,
    element: str | None = None,
    case: str | None = None,
    is_overdue: bool = False,
    after: Place | None = None,
    limit: int,
) -> list[TimerRow]:
    """`state` is a key of TIMERS."""
    statement = _after(select(_timer).where(text(TIMERS[state])), _timer, after).limit(limit)
    if is_overdue:
        statement = statement.where(_timer.c.due_at <= tx.now)
    for column, value in (
        (_timer.c.process, process),
        (_timer.c.element, element),
        (_timer.c.case_code, case),
    ):
        if value:
            statement = statement.where(column == value)
    return [made(TimerRow, row) for row in tx.rows(statement)]


def jobs(
    tx: Tx,
    *,
    state: str,
    type: str | None = None,
    case: str | None = None,
    after: Place | None = None,
    limit: int,
) -> list[JobRow]:
    """`state` is a key of JOBS."""
    statement = _after(select(_job).where(text(JOBS[state])), _job, after).limit(limit)
    for column, value in ((_job.c.type, type), (_job.c.case_code, case)):
        if value:
            statement = statement.where(column == value)
    return [made(JobRow, row) for row in tx.rows(statement)]


def _after(statement: Select[Any], table: Any, after: Place | None) -> Select[Any]:
    statement = statement.order_by(table.c.try_at, table.c.id)
    if after is None:
        return statement
    try_at, id = after
    return statement.where(table.c.try_at >= try_at, or_(table.c.try_at > try_at, table.c.id > id))
