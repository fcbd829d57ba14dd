"""Who has a user task open just now."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from flowcase.store import tables
from flowcase.store.tx import Tx

_table = tables.user_task_presence


def others(tx: Tx, user_task: str, person: str) -> list[str]:
    """Ids of the others, by id."""
    statement = select(_table.c.person).where(_table.c.user_task == user_task, _table.c.person != person)
    return [row.person for row in tx.rows(statement.order_by(_table.c.person))]


def forget_before(tx: Tx, user_task: str, before: dt.datetime) -> None:
    """Those who were not heard of since."""
    tx.execute(delete(_table).where(_table.c.user_task == user_task, _table.c.seen_at < before))
