"""Cases that somebody opened in an emergency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

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


@dataclass(frozen=True)
class Place:
    """Of one among all: those that wait for a review first, then the newest."""

    is_reviewed: bool
    opened_at: dt.datetime
    id: str


@dataclass(frozen=True)
class OfTeams:
    """Cases of these teams; and, where there are `others`, of all teams but those, and of none."""

    teams: Collection[str]
    others: Collection[str] | None = None


def newest(
    tx: Tx, *, wanted: OfTeams | None = None, after: Place | None = None, limit: int
) -> list[EmergencyRow]:
    """In the order of their places, beginning behind `after`."""
    is_reviewed, team = _table.c.reviewed_at.is_not(None), tables.case_file.c.team
    order = (is_reviewed, _table.c.opened_at.desc(), _table.c.id.desc())
    statement = _WITH_TEAM.order_by(*order).limit(limit)
    if wanted is not None:
        condition: ColumnElement[bool] = team.in_(wanted.teams)
        if wanted.others is not None:
            condition = or_(condition, team.is_(None), team.not_in(wanted.others))
        statement = statement.where(condition)
    if after is not None:
        same = (_table.c.opened_at == after.opened_at) & (_table.c.id < after.id)
        older = (_table.c.opened_at < after.opened_at) | same
        statement = statement.where(is_reviewed & older if after.is_reviewed else is_reviewed | older)
    return [made(EmergencyRow, row) for row in tx.rows(statement)]


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
