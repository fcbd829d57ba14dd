"""Plans to move instances to another version, and how far they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from flowcase.store import tables
from flowcase.store.migration_tables import migration, migration_item
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class MigrationRow:
    id: str
    process: str
    source: str
    target: str
    mapping: Mapping[str, str]
    reason: str
    status: str
    at: dt.datetime
    actor: str
    decided_by: str


@dataclass(frozen=True)
class ItemRow:
    migration: str
    instance: str
    number: int
    status: str
    verdict: Mapping[str, Any] | None
    version: int | None
    done_at: dt.datetime | None


_ITEM = (
    migration_item.c.migration,
    migration_item.c.instance,
    migration_item.c.number,
    migration_item.c.status,
    migration_item.c.verdict,
    migration_item.c.version,
    migration_item.c.done_at,
)


def plan(tx: Tx, id: str) -> MigrationRow | None:
    return made_or_none(MigrationRow, tx.first(select(migration).where(migration.c.id == id)))


def plans(tx: Tx, *, process: str | None = None, limit: int = 50) -> list[MigrationRow]:
    """Newest first."""
    statement = select(migration).order_by(migration.c.at.desc(), migration.c.id.desc()).limit(limit)
    if process is not None:
        statement = statement.where(migration.c.process == process)
    return [made(MigrationRow, row) for row in tx.rows(statement)]


def at_work(tx: Tx) -> list[MigrationRow]:
    """Those that a worker may go on with, oldest first."""
    statement = (
        select(migration)
        .where(migration.c.status.in_(("running", "undoing")))
        .order_by(migration.c.at, migration.c.id)
    )
    return [made(MigrationRow, row) for row in tx.rows(statement)]


def items(
    tx: Tx, id: str, *, status: str | None = None, after: int = -1, limit: int | None = None
) -> list[ItemRow]:
    """In the order of the plan."""
    statement = (
        select(*_ITEM)
        .where(migration_item.c.migration == id, migration_item.c.number > after)
        .order_by(migration_item.c.number)
        .limit(limit)
    )
    if status is not None:
        statement = statement.where(migration_item.c.status == status)
    return [made(ItemRow, row) for row in tx.rows(statement)]


def item(tx: Tx, id: str, instance: str) -> ItemRow | None:
    statement = select(*_ITEM).where(migration_item.c.migration == id, migration_item.c.instance == instance)
    return made_or_none(ItemRow, tx.first(statement))


def before(tx: Tx, id: str, instance: str) -> tuple[int | None, bytes | None]:
    """The version right after the move, and the sealed state before it."""
    statement = select(migration_item.c.version, migration_item.c.sealed_before).where(
        migration_item.c.migration == id, migration_item.c.instance == instance
    )
    row = tx.first(statement)
    return (None, None) if row is None else (row.version, row.sealed_before)


def running(tx: Tx, definition: str) -> list[str]:
    """Instances of a definition that have not ended, oldest first."""
    table = tables.instance
    statement = (
        select(table.c.id)
        .where(table.c.definition == definition, table.c.status.in_(("active", "suspended")))
        .order_by(table.c.started_at, table.c.id)
    )
    return [row.id for row in tx.rows(statement)]


def running_by_version(tx: Tx, process: str) -> dict[int, int]:
    """How many instances of each version of a process have not ended, the newest version first."""
    table, definition = tables.instance, tables.process_definition
    statement = (
        select(definition.c.version, func.count().label("number"))
        .join(definition, definition.c.id == table.c.definition)
        .where(table.c.process == process, table.c.status.in_(("active", "suspended")))
        .group_by(definition.c.version)
        .order_by(definition.c.version.desc())
    )
    return {row.version: row.number for row in tx.rows(statement)}


def entered(tx: Tx, instance: str) -> dict[str, dt.datetime]:
    """Since when user tasks and jobs wait, by element instance."""
    found: dict[str, dt.datetime] = {}
    for table, open_ones in ((tables.user_task, ("open",)), (tables.job, ("pending", "claimed", "failed"))):
        statement = select(table.c.element_instance, table.c.created_at).where(
            table.c.instance == instance, table.c.status.in_(open_ones)
        )
        found |= {row.element_instance: row.created_at for row in tx.rows(statement)}
    return found
