"""Who has a user task open just now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.tx import Tx

_table = tables.user_task_presence


def seen(tx: Tx, user_task: str, person: str, *, fresh_from: dt.datetime) -> list[str]:
    """Note that somebody is there now; the ids of the others who are, in one round trip.

    Who was not heard of since `fresh_from` is forgotten at the same place, so that the table holds hardly
    more than who is there.
    """
    values = {"user_task": user_task, "person": person}
    *_, others = tx.ask(
        (_SEEN, {**values, "seen_at": tx.now}),
        (_FORGET, {"user_task": user_task, "before": fresh_from}),
        (_OTHERS, values),
    )
    return [row.person for row in others]


def _seen(insert: Any) -> Any:
    statement = insert(_table).inline()
    return statement.on_conflict_do_update(
        index_elements=["user_task", "person"], set_={"seen_at": statement.excluded.seen_at}
    )


_SEEN = Prepared(_seen(sqlite.insert), on={"postgresql": _seen(postgresql.insert)})
_FORGET = Prepared(
    delete(_table).where(
        _table.c.user_task == bindparam("user_task"),
        _table.c.seen_at < bindparam("before", type_=_table.c.seen_at.type),
    )
)
_OTHERS = Prepared(
    select(_table.c.person)
    .where(_table.c.user_task == bindparam("user_task"), _table.c.person != bindparam("person"))
    .order_by(_table.c.person)
)
