"""Earlier states of running instances; the database itself keeps the last ones (migration 0010)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from flowcase.store import tables
from flowcase.store.keys import SealBroken
from flowcase.store.tx import Tx


def snapshots(tx: Tx, instance: str, stream: str, *, after: int | None = None) -> Iterator[bytes]:
    """What was saved before each of the last steps, the newest first; `after` leaves out older versions.

    A state that was sealed while the instance lay in another stream cannot be opened any more and is left
    out, like all of them when the key was destroyed.
    """
    table = tables.instance_snapshot
    statement = select(table).where(table.c.instance == instance).order_by(table.c.version.desc())
    if after is not None:
        statement = statement.where(table.c.version > after)
    for row in tx.rows(statement):
        try:
            content = tx.open(stream, f"state|{instance}|{row.version}", row.sealed_state)
        except SealBroken:
            continue
        if content is not None:
            yield content
