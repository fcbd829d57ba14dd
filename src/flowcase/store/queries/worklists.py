"""Lists of instances that workers work off one by one: batches and moves keep theirs in one shape."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Table, func, or_, select

from flowcase.store.tx import Tx


def status(tx: Tx, head: Table, id: str) -> str | None:
    return tx.scalar(select(head.c.status).where(head.c.id == id))


def counts(tx: Tx, item: Table, id: str) -> dict[str, int]:
    """How many instances of a list have which status."""
    statement = (
        select(item.c.status, func.count().label("number"))
        .where(_list_of(item) == id)
        .group_by(item.c.status)
    )
    return {row.status: row.number for row in tx.rows(statement)}


def claimable(tx: Tx, item: Table, id: str, status: str, limit: int) -> Sequence[str]:
    """Instances whose turn it is and that no living worker holds; locked until the commit."""
    statement = (
        select(item.c.instance)
        .where(
            _list_of(item) == id,
            item.c.status == status,
            or_(item.c.lease_until.is_(None), item.c.lease_until <= tx.now),
        )
        .order_by(item.c.number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [row.instance for row in tx.rows(statement)]


def is_left(tx: Tx, item: Table, id: str, status: str) -> bool:
    statement = select(item.c.instance).where(_list_of(item) == id, item.c.status == status).limit(1)
    return tx.first(statement) is not None


def _list_of(item: Table) -> Column[str]:
    """The column that names the list: the first of the key."""
    return next(iter(item.primary_key.columns))
