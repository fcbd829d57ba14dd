"""What an erasure has to know: holds, and which streams belong to one case alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, or_, select

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class Hold:
    """A case that must not be erased."""

    case_code: str
    reason: str
    placed_at: dt.datetime
    placed_by: str


class Extent(NamedTuple):
    """How much lies in streams: numbers alone."""

    events: int
    records: int
    documents: int  # with a content


def extent(tx: Tx, case: str, streams: Sequence[str]) -> Extent:
    stream, record, content = tables.stream, tables.record, tables.document_content
    events = select(func.sum(stream.c.length)).where(stream.c.id.in_(streams))
    of_case = or_(record.c.case_code == case, record.c.stream.in_(streams))
    records = select(func.count()).select_from(record).where(of_case)
    documents = select(func.count()).select_from(content).where(content.c.stream.in_(streams))
    return Extent(*(int(tx.scalar(each) or 0) for each in (events, records, documents)))


def hold(tx: Tx, case: str) -> Hold | None:
    table = tables.legal_hold
    return made_or_none(Hold, tx.first(select(table).where(table.c.case_code == case)))


def holds(tx: Tx) -> list[Hold]:
    """Every hold, the oldest first."""
    table = tables.legal_hold
    return [made(Hold, row) for row in tx.rows(select(table).order_by(table.c.placed_at, table.c.case_code))]


def running(tx: Tx, case: str, streams: Sequence[str]) -> list[str]:
    """Ids of the instances that still run in the case or in its streams, callers first."""
    table = tables.instance
    statement = (
        select(table.c.id)
        .where(or_(table.c.case_code == case, table.c.stream.in_(streams)), table.c.ended_at.is_(None))
        .order_by(table.c.depth, table.c.started_at, table.c.id)
    )
    return [row.id for row in tx.rows(statement)]


def running_outside(tx: Tx, streams: Sequence[str]) -> list[tuple[str, str]]:
    """(id, process) of the instances that run in no case, and not in these streams either."""
    table = tables.instance
    statement = (
        select(table.c.id, table.c.process)
        .where(table.c.case_code.is_(None), table.c.stream.not_in(streams), table.c.ended_at.is_(None))
        .order_by(table.c.started_at, table.c.id)
    )
    return [(row.id, row.process) for row in tx.rows(statement)]


def streams_of_instances(tx: Tx, case: str) -> list[str]:
    """Streams of single instances that all belong to the case."""
    table = tables.instance
    own = select(table.c.stream).where(table.c.case_code == case, table.c.stream.startswith("process:"))
    others = select(table.c.stream).where(or_(table.c.case_code.is_(None), table.c.case_code != case))
    statement = select(tables.stream.c.id).where(
        tables.stream.c.id.in_(own), tables.stream.c.id.not_in(others)
    )
    return [row.id for row in tx.rows(statement.order_by(tables.stream.c.id))]


def erased(tx: Tx) -> set[str]:
    """Codes of the cases that were erased."""
    table = tables.case_file
    return {row.code for row in tx.rows(select(table.c.code).where(table.c.erased_at.is_not(None)))}
