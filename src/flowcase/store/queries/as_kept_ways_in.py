"""What lets people and programs in, as it is kept, for comparing it with what the history tells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from sqlalchemy import select

from flowcase.store import tables
from flowcase.store.calendar_tables import calendar_feed
from flowcase.store.queries.rows import made
from flowcase.store.queries.second_factors import SecondFactorRow
from flowcase.store.sign_in_tables import recovery_code, second_factor, sign_in_brake, sign_in_session
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class KeptCredential:
    secret_hash: str
    must_change: bool
    changed_at: dt.datetime


@dataclass(frozen=True)
class KeptSession:
    person: str
    by: str
    secret_hash: str
    begun_at: dt.datetime
    elsewhere: str | None


@dataclass(frozen=True)
class KeptBrake:
    bucket: str
    failed_at: dt.datetime
    failures: int
    locked_until: dt.datetime | None


def credentials(tx: Tx) -> dict[tuple[str, str], KeptCredential]:
    """By person and kind."""
    table = tables.credential
    kept = (table.c[each.name] for each in fields(KeptCredential))
    rows = tx.rows(select(table.c.person, table.c.kind, *kept))
    return {(row.person, row.kind): made(KeptCredential, row) for row in rows}


def signed_in(tx: Tx) -> dict[str, dt.datetime | None]:
    """When each account signed in last."""
    table = tables.person
    return {row.id: row.signed_in_at for row in tx.rows(select(table.c.id, table.c.signed_in_at))}


def brakes(tx: Tx) -> list[KeptBrake]:
    return [made(KeptBrake, row) for row in tx.rows(select(sign_in_brake).order_by(sign_in_brake.c.bucket))]


def second_factors(tx: Tx) -> dict[str, SecondFactorRow]:
    """Of who signs in with one; one that waits to be confirmed asks for nothing yet."""
    statement = select(second_factor).where(second_factor.c.is_confirmed)
    return {row.person: made(SecondFactorRow, row) for row in tx.rows(statement)}


def recovery_codes(tx: Tx) -> dict[str, dict[str, dt.datetime | None]]:
    """By person and hash when each was used."""
    found: dict[str, dict[str, dt.datetime | None]] = {}
    for row in tx.rows(select(recovery_code)):
        found.setdefault(row.person, {})[row.code_hash] = row.used_at
    return found


def calendars(tx: Tx) -> dict[tuple[str, str], str]:
    """Hash by person and series."""
    return {(row.person, row.series): row.secret_hash for row in tx.rows(select(calendar_feed))}


def sessions(tx: Tx) -> dict[str, KeptSession]:
    return {row.id: made(KeptSession, row) for row in tx.rows(select(sign_in_session))}
