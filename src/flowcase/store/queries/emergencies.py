"""Cases that somebody opened in an emergency."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.sign_in_tables import emergency_access
from flowcase.store.tx import Tx

_table = emergency_access


@dataclass(frozen=True)
class EmergencyRow:
    id: str
    case_code: str
    stream: str
    person: str
    purpose: str
    sealed_reason: bytes | None
    opened_at: dt.datetime
    until: dt.datetime
    reviewed_at: dt.datetime | None
    reviewed_by: str | None
    verdict: str | None
    team: str | None  # of the case, now


def newest(tx: Tx, limit: int) -> list[EmergencyRow]:
    """Those that wait for a review first, then the newest."""
    order = (_table.c.reviewed_at.is_not(None), _table.c.opened_at.desc(), _table.c.id.desc())
    return [made(EmergencyRow, row) for row in tx.rows(_WITH_TEAM.order_by(*order).limit(limit))]


def emergency(tx: Tx, id: str) -> EmergencyRow | None:
    return made_or_none(EmergencyRow, tx.first(_WITH_TEAM.where(_table.c.id == id)))


def is_open(tx: Tx, case: str, person: str, now: dt.datetime) -> bool:
    """Whether the person has the case open just now."""
    statement = select(_table.c.id).where(
        _table.c.case_code == case, _table.c.person == person, _table.c.until > now
    )
    return tx.first(statement) is not None


_WITH_TEAM = select(_table, tables.case_file.c.team).join(
    tables.case_file, tables.case_file.c.code == _table.c.case_code
)
