"""Which processes are suspended, and what is held until they are resumed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made, made_or_none
from flowcase.store.suspension_tables import held_start, suspension
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class SuspensionRow:
    scope: str
    process: str
    version: int | None
    reason: str
    at: dt.datetime
    actor: str
    batch: str | None


@dataclass(frozen=True)
class HeldStartRow:
    id: str
    process: str
    definition: str
    kind: str
    element: str | None
    name: str
    start_key: str | None
    stream: str
    case_code: str | None
    sealed_variables: bytes
    at: dt.datetime
    try_at: dt.datetime
    has_failed: bool


@in_memory_too
def of(tx: Tx, definition: str) -> SuspensionRow | None:
    """What keeps a definition from being started: its own suspension, or that of the whole process."""
    process = definition.rpartition(":")[0]
    return made_or_none(SuspensionRow, tx.first(_OF, {"process": process, "definition": definition}))


@in_memory_too
def of_start(tx: Tx, definition: str) -> SuspensionRow | None:
    """As `of`, for who starts it now: nobody suspends the process before this transaction has ended."""
    process = definition.rpartition(":")[0]
    question = (_OF, {"process": process, "definition": definition})
    *_, found = tx.ask(*tx.sharing(_starts_of(process)), question)
    return made_or_none(SuspensionRow, next(iter(found), None))


def no_starts(tx: Tx, process: str) -> None:
    """Wait until what is starting the process has committed, and keep all others from it until the commit."""
    tx.exclusive(_starts_of(process))


def get(tx: Tx, scope: str) -> SuspensionRow | None:
    return made_or_none(SuspensionRow, tx.first(select(suspension).where(suspension.c.scope == scope)))


def every(tx: Tx, process: str | None = None) -> list[SuspensionRow]:
    """In force now, by process; that of a whole process before those of its versions."""
    statement = select(suspension).order_by(suspension.c.process, suspension.c.scope)
    if process is not None:
        statement = statement.where(suspension.c.process == process)
    return [made(SuspensionRow, row) for row in tx.rows(statement)]


def is_key_held(tx: Tx, process: str, key: str) -> bool:
    """Whether a start by a message with this key is held: the next one waits for its end."""
    statement = select(held_start.c.id).where(held_start.c.process == process, held_start.c.start_key == key)
    return tx.first(statement.limit(1)) is not None


def held(
    tx: Tx,
    process: str | None = None,
    *,
    after: tuple[dt.datetime, str] | None = None,
    limit: int | None = None,
) -> list[HeldStartRow]:
    """In the order in which they would have begun; those behind the place `after`."""
    statement = select(held_start).order_by(held_start.c.at, held_start.c.id).limit(limit)
    if process is not None:
        statement = statement.where(held_start.c.process == process)
    if after is not None:
        at, id = after
        statement = statement.where(held_start.c.at >= at, or_(held_start.c.at > at, held_start.c.id > id))
    return [made(HeldStartRow, row) for row in tx.rows(statement)]


def held_by_process(tx: Tx) -> dict[str, int]:
    statement = select(held_start.c.process, func.count().label("number")).group_by(held_start.c.process)
    return {row.process: row.number for row in tx.rows(statement)}


def held_start_of(tx: Tx, id: str) -> HeldStartRow | None:
    return made_or_none(HeldStartRow, tx.first(select(held_start).where(held_start.c.id == id)))


def startable(tx: Tx, limit: int) -> list[str]:
    """Held starts whose time to be tried has come, oldest first, unless one with their key is running."""
    running = tables.instance
    same_key = (
        select(running.c.id)
        .where(
            running.c.process == held_start.c.process,
            running.c.start_key == held_start.c.start_key,
            running.c.status.in_(("active", "suspended")),
        )
        .exists()
    )
    version = tables.process_definition
    newest = (
        select(version.c.id)
        .where(version.c.process == held_start.c.process, version.c.status == "active")
        .order_by(version.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    stopped = (
        select(suspension.c.scope)
        .where(or_(suspension.c.scope == held_start.c.process, suspension.c.scope == newest))
        .exists()
    )
    statement = (
        select(held_start.c.id)
        .where(held_start.c.try_at <= tx.now, ~same_key, ~stopped)
        .order_by(held_start.c.at, held_start.c.id)
        .limit(limit)
    )
    return [row.id for row in tx.rows(statement)]


def _starts_of(process: str) -> str:
    return f"starts of {process}"


_OF = Prepared(
    select(suspension)
    .where(suspension.c.scope.in_((bindparam("process"), bindparam("definition"))))
    .order_by(suspension.c.scope)
)
