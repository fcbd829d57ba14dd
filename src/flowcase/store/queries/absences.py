"""Absences that are announced or under way, by the open attributes of their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select

from flowcase.store import tables
from flowcase.store.columns import held
from flowcase.store.prepared import Prepared
from flowcase.store.queries.rows import in_memory_too
from flowcase.store.tx import Tx
from flowcase.store.wire import Question
from flowcase.values import Value

_table = tables.record
_status = held(_table.c.open, "status")


@dataclass(frozen=True)
class AbsenceRow:
    case_code: str
    open: Mapping[str, Value]


@in_memory_too
def not_ended(tx: Tx, *, entity: str, under_way: str) -> list[AbsenceRow]:
    """Oldest first; nothing sealed is opened for it."""
    return [
        AbsenceRow(row.case_code, row.open)
        for row in tx.rows(*question(entity=entity, under_way=under_way))
        if row.case_code is not None and row.open.get("status") in (None, under_way)
    ]


def question(*, entity: str, under_way: str) -> Question:
    """What `not_ended` asks; every page of user tasks does."""
    return _NOT_ENDED, {"entity": entity, "under_way": under_way}


_NOT_ENDED = Prepared(
    select(_table.c.case_code, _table.c.open)
    .where(
        _table.c.entity == bindparam("entity"),
        or_(_status.is_(None), _status == bindparam("under_way", type_=_table.c.id.type)),
    )
    .order_by(_table.c.created_at, _table.c.id)
)
