"""Access reports, and what was found giveable for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store.access_report_tables import access_report, access_report_choice
from flowcase.store.guest_tables import guest_link
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class ReportRow:
    id: str
    case_code: str
    place: str
    person: str
    recipient: str
    cases: Sequence[str]
    status: str
    asked_at: dt.datetime
    asked_by: str
    decided_at: dt.datetime | None
    decided_by: str | None
    content: str | None


@dataclass(frozen=True)
class ChoiceRow:
    report: str
    case_code: str
    part: str
    judged_by: str


def report(tx: Tx, id: str) -> ReportRow | None:
    return made_or_none(ReportRow, tx.first(select(access_report).where(access_report.c.id == id)))


def waiting(tx: Tx) -> list[ReportRow]:
    """Reports that nobody has answered, the oldest first."""
    statement = select(access_report).where(access_report.c.status == "waiting")
    order = (access_report.c.asked_at, access_report.c.id)
    return [made(ReportRow, row) for row in tx.rows(statement.order_by(*order))]


def reports_of(tx: Tx, case: str) -> list[ReportRow]:
    """Those that were asked for in this case, the newest first."""
    statement = select(access_report).where(access_report.c.case_code == case)
    order = (access_report.c.asked_at.desc(), access_report.c.id.desc())
    return [made(ReportRow, row) for row in tx.rows(statement.order_by(*order))]


def choices(tx: Tx, report: str) -> list[ChoiceRow]:
    statement = select(access_report_choice).where(access_report_choice.c.report == report)
    order = (access_report_choice.c.case_code, access_report_choice.c.part)
    return [made(ChoiceRow, row) for row in tx.rows(statement.order_by(*order))]


def guests_of(tx: Tx, case: str) -> list[tuple[str, dt.datetime]]:
    """(recipient, instant) of every link that was given to somebody from outside about the case."""
    statement = (
        select(guest_link.c.recipient, guest_link.c.made_at)
        .where(guest_link.c.case_code == case)
        .order_by(guest_link.c.made_at, guest_link.c.id)
    )
    return [(row.recipient, row.made_at) for row in tx.rows(statement)]
