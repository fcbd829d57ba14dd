"""Process instances and what belongs to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too, made, made_or_none
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

_table = tables.instance
RUNNING = ("active", "suspended")


@dataclass(frozen=True)
class InstanceRow:
    id: str
    process: str
    definition: str
    parent: str | None
    parent_element_instance: str | None
    depth: int
    stream: str
    case_code: str | None
    rule_set: str | None
    start_key: str | None
    status: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    end_elements: Sequence[str] | None
    migrated_version: int | None = None  # of its state when it was moved to its definition


@dataclass(frozen=True)
class NamedRow:
    """An instance as a list of many tells it."""

    id: str
    name: str  # of its process, in the version that it runs
    version: int
    case_code: str | None


@dataclass(frozen=True)
class IncidentRow:
    id: str
    instance: str
    process: str
    element: str
    element_instance: str
    stream: str
    case_code: str | None
    kind: str
    message: str
    status: str
    raised_at: dt.datetime
    resolved_at: dt.datetime | None
    resolved_by: str | None


def questions(id: str) -> Sequence[Question]:
    """What `instance` and `state` ask."""
    return (_BY_ID, {"id": id}), (_STATE, {"id": id})


def instance(tx: Tx, id: str) -> InstanceRow | None:
    return made_or_none(InstanceRow, tx.first(_BY_ID, {"id": id}))


def instances(
    tx: Tx,
    *,
    case: str | None = None,
    process: str | None = None,
    definition: str | None = None,
    status: str | None = None,
    after: tuple[dt.datetime, str] | None = None,
    limit: int | None = 50,
) -> list[InstanceRow]:
    """Newest first; `after` is (started_at, id) of the last row of the page before."""
    statement = select(_table).order_by(_table.c.started_at.desc(), _table.c.id.desc()).limit(limit)
    for column, value in (
        (_table.c.case_code, case),
        (_table.c.process, process),
        (_table.c.definition, definition),
        (_table.c.status, status),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if after is not None:
        started_at, id = after
        statement = statement.where(
            or_(_table.c.started_at < started_at, (_table.c.started_at == started_at) & (_table.c.id < id))
        )
    return [made(InstanceRow, row) for row in tx.rows(statement)]


def named(tx: Tx, ids: Collection[str]) -> dict[str, NamedRow]:
    """By id, in one statement."""
    drawn = tables.process_definition
    statement = (
        select(_table.c.id, drawn.c.name, drawn.c.version, _table.c.case_code)
        .join(drawn, drawn.c.id == _table.c.definition)
        .where(_table.c.id.in_(ids))
    )
    return {row.id: made(NamedRow, row) for row in tx.rows(statement)} if ids else {}


def state(tx: Tx, id: str) -> bytes | None:
    """The engine's state of an instance as it was saved last; None when its key was destroyed."""
    row = tx.first(_STATE, {"id": id})
    return None if row is None else tx.open(row.stream, f"state|{id}|{row.version}", row.sealed_state)


@in_memory_too
def running_children(tx: Tx, parent: str, element_instance: str | None = None) -> list[str]:
    """Ids of called instances that have not ended, oldest first."""
    statement = (
        select(_table.c.id)
        .where(_table.c.parent == parent, _table.c.status.in_(RUNNING))
        .order_by(_table.c.started_at, _table.c.id)
    )
    if element_instance is not None:
        statement = statement.where(_table.c.parent_element_instance == element_instance)
    return [row.id for row in tx.rows(statement)]


@in_memory_too
def running_in_stream(tx: Tx, stream: str) -> list[str]:
    """Ids of active instances of a stream, oldest first."""
    statement = (
        select(_table.c.id)
        .where(_table.c.stream == stream, _table.c.status == "active")
        .order_by(_table.c.started_at, _table.c.id)
    )
    return [row.id for row in tx.rows(statement)]


@in_memory_too
def is_start_key_taken(tx: Tx, process: str, key: str) -> bool:
    """Whether an instance of the process that a message with this key started is still running."""
    return tx.first(_START_KEY, {"process": process, "key": key}) is not None


def incidents(
    tx: Tx,
    *,
    status: str | None = "open",
    case: str | None = None,
    instance: str | None = None,
    limit: int | None = 200,
) -> list[IncidentRow]:
    """Oldest first."""
    table = tables.incident
    statement = select(table).order_by(table.c.raised_at, table.c.id).limit(limit)
    for column, value in ((table.c.status, status), (table.c.case_code, case), (table.c.instance, instance)):
        if value is not None:
            statement = statement.where(column == value)
    return [made(IncidentRow, row) for row in tx.rows(statement)]


def incident(tx: Tx, id: str) -> IncidentRow | None:
    table = tables.incident
    return made_or_none(IncidentRow, tx.first(select(table).where(table.c.id == id)))


_BY_ID = Prepared(select(_table).where(_table.c.id == bindparam("id")))
_START_KEY = Prepared(
    select(_table.c.id)
    .where(
        _table.c.process == bindparam("process"),
        _table.c.start_key == bindparam("key"),
        _table.c.ended_at.is_(None),
    )
    .limit(1)
)
_STATE = Prepared(
    select(_table.c.stream, tables.instance_state.c.version, tables.instance_state.c.sealed_state)
    .join(tables.instance_state, tables.instance_state.c.instance == _table.c.id)
    .where(_table.c.id == bindparam("id"))
)
