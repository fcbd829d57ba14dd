"""What starts processes by itself, as it is kept, for comparing it with what the history tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.model import TimerStatus
from flowcase.store import tables
from flowcase.store.queries.rows import made
from flowcase.store.tx import Tx

_timer, _start = tables.timer, tables.start_subscription


@dataclass(frozen=True)
class StartTimer:
    timer: str
    process: str
    element: str
    stream: str
    created_at: dt.datetime
    definition: str
    kind: str
    catch_up: str
    repetitions_left: int | None
    due_at: dt.datetime
    status: str
    ended_at: dt.datetime | None = None
    element_instance: str | None = None
    case_code: str | None = None


@dataclass(frozen=True)
class Waiting:
    definition: str | None
    due_at: dt.datetime
    try_at: dt.datetime
    is_held: bool


@dataclass(frozen=True)
class StartEvent:
    definition: str
    kind: str  # message | signal
    name: str
    is_global: bool


def start_timers(tx: Tx) -> dict[str, StartTimer]:
    statement = select(_timer).where(_timer.c.instance.is_(None))
    return {row.id: made(StartTimer, row) for row in tx.rows(statement)}


def start_timers_waiting(tx: Tx) -> dict[str, Waiting]:
    of_start = (_timer.c.instance.is_(None), _timer.c.status == TimerStatus.PENDING)
    return {row.id: made(Waiting, row) for row in tx.rows(select(_timer).where(*of_start))}


def start_events(tx: Tx) -> dict[str, StartEvent]:
    """By process and element."""
    return {f"{row.process}:{row.element}": made(StartEvent, row) for row in tx.rows(select(_start))}


def hashes_of_definitions(tx: Tx) -> dict[str, str]:
    table = tables.process_definition
    return {row.id: row.hash for row in tx.rows(select(table.c.id, table.c.hash))}


def contents(tx: Tx, hashes: Collection[str]) -> dict[str, bytes]:
    table, found = tables.resource, {}
    for hash in hashes:
        content = tx.scalar(select(table.c.content).where(table.c.hash == hash))
        if content is not None:
            found[hash] = content
    return found
