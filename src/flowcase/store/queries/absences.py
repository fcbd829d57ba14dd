"""Absences that are announced or under way, by the open attributes of their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select, type_coerce

from flowcase.store import tables
from flowcase.store.columns import Json
from flowcase.store.tx import Tx
from flowcase.values import Value

_table = tables.record
_status = type_coerce(_table.c.open, Json)["status"].as_string()


@dataclass(frozen=True)
class AbsenceRow:
    case_code: str
    open: Mapping[str, Value]


def not_ended(tx: Tx, *, entity: str, under_way: str) -> list[AbsenceRow]:
    """Oldest first; nothing sealed is opened for it."""
    statement = (
        select(_table.c.case_code, _table.c.open)
        .where(_table.c.entity == entity, or_(_status.is_(None), _status == under_way))
        .order_by(_table.c.created_at, _table.c.id)
    )
    return [
        AbsenceRow(row.case_code, row.open)
        for row in tx.rows(statement)
        if row.case_code is not None and row.open.get("status") in (None, under_way)
    ]
