"""Lists of instances that workers work off one by one: batches and moves keep theirs in one shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Table, func, or_, select

from flowcase.store.batch_tables import batch, batch_item
from flowcase.store.migration_tables import migration, migration_item
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class Lists:
    head: Table  # a row for each list
    item: Table  # a row for each instance of one; its key begins with the list's id

    def id(self) -> Column[str]:
        """Of the list that an item is of."""
        return next(iter(self.item.primary_key.columns))


BATCHES = Lists(batch, batch_item)
MOVES = Lists(migration, migration_item)


def status(tx: Tx, lists: Lists, id: str) -> str | None:
    return tx.scalar(select(lists.head.c.status).where(lists.head.c.id == id))


def counts(tx: Tx, lists: Lists, id: str) -> dict[str, int]:
    """How many instances of a list have which status."""
    item = lists.item
    statement = (
        select(item.c.status, func.count().label("number")).where(lists.id() == id).group_by(item.c.status)
    )
    return {row.status: row.number for row in tx.rows(statement)}


def claimable(tx: Tx, lists: Lists, id: str, status: str, limit: int) -> Sequence[str]:
    """Instances whose turn it is and that no living worker holds; locked until the commit."""
    item = lists.item
    statement = (
        select(item.c.instance)
        .where(
            lists.id() == id,
            item.c.status == status,
            or_(item.c.lease_until.is_(None), item.c.lease_until <= tx.now),
        )
        .order_by(item.c.number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [row.instance for row in tx.rows(statement)]


def is_left(tx: Tx, lists: Lists, id: str, status: str) -> bool:
    item = lists.item
    statement = select(item.c.instance).where(lists.id() == id, item.c.status == status).limit(1)
    return tx.first(statement) is not None
