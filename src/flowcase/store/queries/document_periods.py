"""How long single documents are kept: proposed, approved, and over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.retention_tables import document_period
from flowcase.store.tx import Tx

_table = document_period


@dataclass(frozen=True)
class PeriodRow:
    id: str
    document: str
    case_code: str
    until: dt.date
    reason: str
    status: str
    proposed_at: dt.datetime
    proposed_by: str
    decided_at: dt.datetime | None
    decided_by: str | None


def period(tx: Tx, id: str) -> PeriodRow | None:
    return made_or_none(PeriodRow, tx.first(select(_table).where(_table.c.id == id)))


def periods(
    tx: Tx, *, status: str | None = None, document: str | None = None, limit: int | None = None
) -> list[PeriodRow]:
    """Newest first."""
    statement = select(_table).order_by(_table.c.proposed_at.desc(), _table.c.id.desc()).limit(limit)
    if status is not None:
        statement = statement.where(_table.c.status == status)
    if document is not None:
        statement = statement.where(_table.c.document == document)
    return [made(PeriodRow, row) for row in tx.rows(statement)]


def over(tx: Tx, today: dt.date) -> list[PeriodRow]:
    """Approved ones whose last day has passed, the oldest first; of cases that were not erased."""
    case = tables.case_file
    statement = (
        select(_table)
        .join(case, case.c.code == _table.c.case_code)
        .where(_table.c.status == "approved", _table.c.until < today, case.c.erased_at.is_(None))
        .order_by(_table.c.until, _table.c.id)
    )
    return [made(PeriodRow, row) for row in tx.rows(statement)]


def last_days(tx: Tx, case: str | None = None) -> dict[str, dt.date]:
    """case -> the last day that one of its documents is kept."""
    statement = select(_table.c.case_code, _table.c.until).where(_table.c.status == "approved")
    if case is not None:
        statement = statement.where(_table.c.case_code == case)
    found: dict[str, dt.date] = {}
    for row in tx.rows(statement):
        found[row.case_code] = max(row.until, found.get(row.case_code, row.until))
    return found
