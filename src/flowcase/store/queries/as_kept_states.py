"""States and incidents of process instances as they are kept, for comparing them with the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import case, select

from flowcase.store import tables
from flowcase.store.tx import Tx

_AT_ONCE = 500  # instances in one statement


class KeptState(NamedTuple):
    version: int
    sealed_state: bytes | None  # of an instance that runs; nothing begins with another


def states(tx: Tx, instances: Sequence[str]) -> dict[str, KeptState]:
    """By instance."""
    state, instance = tables.instance_state, tables.instance
    runs = case((instance.c.ended_at.is_(None), state.c.sealed_state)).label("sealed_state")
    statement = select(state.c.instance, state.c.version, runs).join(
        instance, instance.c.id == state.c.instance
    )
    found = {}
    for begin in range(0, len(instances), _AT_ONCE):
        named = state.c.instance.in_(instances[begin : begin + _AT_ONCE])
        for row in tx.rows(statement.where(named)):
            found[row.instance] = KeptState(row.version, row.sealed_state)
    return found


def incidents(tx: Tx, instances: Sequence[str]) -> Iterator[Any]:
    """Rows, oldest first."""
    table = tables.incident
    for begin in range(0, len(instances), _AT_ONCE):
        named = table.c.instance.in_(instances[begin : begin + _AT_ONCE])
        yield from tx.rows(select(table).where(named).order_by(table.c.raised_at, table.c.id))
