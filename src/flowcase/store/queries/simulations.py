"""Simulations that were asked for, and what a simulated office is measured by in the installation itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from flowcase.store import tables
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.simulation_tables import simulation
from flowcase.store.tx import Tx
from flowcase.values import Value


@dataclass(frozen=True)
class SimulationRow:
    id: str
    asked: str
    title: str
    case_years: float
    replications: int
    seed: int
    from_history: bool
    drafts_of: str | None
    sources: Mapping[str, Any] | None
    files: Mapping[str, str]
    status: str
    at: dt.datetime
    actor: str
    stopped_by: str | None
    progress: float
    holder: str | None
    lease_until: dt.datetime | None
    began_at: dt.datetime | None
    ended_at: dt.datetime | None
    problem: str


_COLUMNS = [column for column in simulation.c if column.name not in ("drafts", "question", "result")]


def row(tx: Tx, id: str) -> SimulationRow | None:
    return made_or_none(SimulationRow, tx.first(select(*_COLUMNS).where(simulation.c.id == id)))


def rows(tx: Tx, *, limit: int = 50) -> list[SimulationRow]:
    """Newest first."""
    statement = select(*_COLUMNS).order_by(simulation.c.at.desc(), simulation.c.id.desc()).limit(limit)
    return [made(SimulationRow, each) for each in tx.rows(statement)]


def next_waiting(tx: Tx) -> SimulationRow | None:
    """The oldest that waits, or whose worker has not been heard of since its lease ran out."""
    statement = (
        select(*_COLUMNS)
        .where(
            (simulation.c.status == "waiting")
            | ((simulation.c.status == "running") & (simulation.c.lease_until < tx.now))
        )
        .order_by(simulation.c.at, simulation.c.id)
        .limit(1)
    )
    return made_or_none(SimulationRow, tx.first(statement))


def unfinished(tx: Tx) -> int:
    """How many wait or run."""
    statement = (
        select(func.count()).select_from(simulation).where(simulation.c.status.in_(["waiting", "running"]))
    )
    return int(tx.scalar(statement))


def drafts_of(tx: Tx, id: str) -> bytes | None:
    return tx.scalar(select(simulation.c.drafts).where(simulation.c.id == id))


def question_of(tx: Tx, id: str) -> str | None:
    return tx.scalar(select(simulation.c.question).where(simulation.c.id == id))


def result_of(tx: Tx, id: str) -> bytes | None:
    return tx.scalar(select(simulation.c.result).where(simulation.c.id == id))


# --- what the installation itself has seen: instants and codes, nobody's name ------------------------


def arrivals(tx: Tx, since: dt.datetime) -> list[dt.datetime]:
    """When each notification came in."""
    table = tables.record
    statement = select(table.c.created_at).where(
        table.c.entity == "Underretning", table.c.created_at >= since
    )
    return [each.created_at for each in tx.rows(statement)]


def handled(
    tx: Tx, since: dt.datetime
) -> Iterator[tuple[str, str, dt.datetime, dt.datetime, dt.datetime | None]]:
    """(process, element, created, completed, due) of every user task that was completed."""
    table = tables.user_task
    statement = select(
        table.c.process, table.c.element, table.c.created_at, table.c.ended_at, table.c.due_at
    ).where(table.c.status == "completed", table.c.ended_at >= since)
    for each in tx.rows(statement):
        yield tuple(each)


def codes(tx: Tx, entity: str, attributes: list[str], since: dt.datetime) -> Iterator[dict[str, Value]]:
    """Of each record of the entity, those of its open attributes that are asked for."""
    table = tables.record
    statement = select(table.c.open).where(table.c.entity == entity, table.c.created_at >= since)
    for each in tx.rows(statement):
        found: Any = each.open
        yield {name: found[name] for name in attributes if found.get(name) is not None}
