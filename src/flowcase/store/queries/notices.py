"""In-app notices: who was told what, and whether it was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from flowcase.store import tables
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

_table = tables.notice


@dataclass(frozen=True)
class NoticeRow:
    id: str
    recipient_kind: str
    recipient: str
    kind: str
    text_code: str
    stream: str
    case_code: str | None
    deadline: str | None
    at: dt.datetime
    read_at: dt.datetime | None
    read_by: str | None


def notices(
    tx: Tx,
    *,
    person: str | None = None,
    groups: Iterable[str] = (),
    case: str | None = None,
    deadline: str | None = None,
    only_unread: bool = False,
    limit: int = 50,
) -> list[NoticeRow]:
    """Newest first; with `person` or `groups` only what is addressed to them."""
    statement = select(_table).order_by(_table.c.at.desc(), _table.c.id.desc()).limit(limit)
    recipients = [and_(_table.c.recipient_kind == "group", _table.c.recipient.in_(list(groups)))]
    if person is not None:
        recipients.append(and_(_table.c.recipient_kind == "person", _table.c.recipient == person))
    if person is not None or groups:
        statement = statement.where(or_(*recipients))
    if case is not None:
        statement = statement.where(_table.c.case_code == case)
    if deadline is not None:
        statement = statement.where(_table.c.deadline == deadline)
    if only_unread:
        statement = statement.where(_table.c.read_at.is_(None))
    return [made(NoticeRow, row) for row in tx.rows(statement)]
