"""Links of invited people from outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store.guest_tables import guest_link
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class GuestLinkRow:
    id: str
    case_code: str
    meeting: str
    item: str
    recipient: str
    grounds: Sequence[str]
    sealed_address: bytes
    secret_hash: str
    made_by: str
    made_at: dt.datetime
    closes_at: dt.datetime
    ended_at: dt.datetime | None
    code_hash: str | None
    sealed_code: bytes | None
    code_at: dt.datetime | None
    codes: int
    misses: int
    code_misses: int
    language: str | None


def link(tx: Tx, id: str) -> GuestLinkRow | None:
    return made_or_none(GuestLinkRow, tx.first(select(guest_link).where(guest_link.c.id == id)))


def link_by_hash(tx: Tx, secret_hash: str) -> GuestLinkRow | None:
    statement = select(guest_link).where(guest_link.c.secret_hash == secret_hash)
    return made_or_none(GuestLinkRow, tx.first(statement))


def links_of(tx: Tx, meeting: str) -> list[GuestLinkRow]:
    """Of one meeting, the oldest first."""
    statement = select(guest_link).where(guest_link.c.meeting == meeting)
    rows = tx.rows(statement.order_by(guest_link.c.made_at, guest_link.c.id))
    return [made(GuestLinkRow, row) for row in rows]
