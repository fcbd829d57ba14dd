"""Second factors with their recovery codes, and the brake on guessing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from flowcase.store.queries.rows import made_or_none
from flowcase.store.sign_in_tables import recovery_code, second_factor, sign_in_brake, sign_in_session
from flowcase.store.streams import INSTALLATION
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class SecondFactorRow:
    person: str
    sealed_secret: bytes
    is_confirmed: bool
    last_step: int
    made_at: dt.datetime


@dataclass(frozen=True)
class BrakeRow:
    bucket: str
    failures: int
    failed_at: dt.datetime
    locked_until: dt.datetime | None


def factor(tx: Tx, person: str) -> SecondFactorRow | None:
    table = second_factor
    return made_or_none(SecondFactorRow, tx.first(select(table).where(table.c.person == person)))


def place(person: str) -> str:
    """Where the secret of their app is sealed."""
    return f"second_factor|{person}"


def secret(tx: Tx, row: SecondFactorRow) -> str | None:
    """None where the key of the installation's stream was destroyed. Raises SealBroken."""
    opened = tx.open(INSTALLATION, place(row.person), row.sealed_secret)
    return None if opened is None else opened.decode()


def use_step(tx: Tx, person: str, step: int) -> bool:
    """Whether the code of this step counts: once, and none before it any more."""
    table = second_factor
    statement = update(table).where(table.c.person == person, table.c.last_step < step)
    return tx.execute(statement.values(last_step=step)) == 1


def use_recovery_code(tx: Tx, person: str, code_hash: str) -> bool:
    """Whether a recovery code counts: each once."""
    table = recovery_code
    statement = update(table).where(
        table.c.person == person, table.c.code_hash == code_hash, table.c.used_at.is_(None)
    )
    return tx.execute(statement.values(used_at=tx.now)) == 1


def recovery_codes_left(tx: Tx, person: str) -> int:
    table = recovery_code
    statement = select(func.count()).where(table.c.person == person, table.c.used_at.is_(None))
    return int(tx.scalar(statement))


def with_factor(tx: Tx) -> set[str]:
    """People whose second factor is confirmed."""
    return {row.person for row in tx.rows(select(second_factor.c.person).where(second_factor.c.is_confirmed))}


def sessions_of_all(tx: Tx, *, begun_after: dt.datetime, seen_after: dt.datetime) -> dict[str, int]:
    """How many living sessions each person has."""
    table = sign_in_session
    statement = (
        select(table.c.person, func.count().label("number"))
        .where(table.c.begun_at > begun_after, table.c.seen_at > seen_after)
        .group_by(table.c.person)
    )
    return {row.person: row.number for row in tx.rows(statement)}


def brake(tx: Tx, bucket: str) -> BrakeRow | None:
    table = sign_in_brake
    return made_or_none(BrakeRow, tx.first(select(table).where(table.c.bucket == bucket)))


def forget_brakes(tx: Tx, before: dt.datetime) -> int:
    table = sign_in_brake
    return tx.execute(delete(table).where(table.c.failed_at < before))
