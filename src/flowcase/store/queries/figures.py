"""What indicators are counted from, read in a few statements; of a record only the attributes asked for."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from flowcase.history.indicators import DeadlineFact, RecordFact, WorkFact
from flowcase.store import tables
from flowcase.store.tx import Tx
from flowcase.values import Value, from_json


def records(tx: Tx, needed: Mapping[str, Sequence[str]]) -> dict[str, list[RecordFact]]:
    """Oldest first, by entity. Confidential attributes are opened one by one; erased ones are left out."""
    table = tables.record
    statement = (
        select(
            table.c.id,
            table.c.entity,
            table.c.stream,
            table.c.case_code,
            table.c.open,
            table.c.secret,
            table.c.created_at,
        )
        .where(table.c.entity.in_(sorted(needed)))
        .order_by(table.c.created_at, table.c.id)
    )
    found: dict[str, list[RecordFact]] = {}
    for row in tx.rows(statement):
        values = {name: row.open[name] for name in needed[row.entity] if row.open.get(name) is not None}
        values.update(_opened(tx, row, needed[row.entity]))
        found.setdefault(row.entity, []).append(
            RecordFact(row.id, row.entity, row.case_code, row.created_at, values)
        )
    return found


def deadlines(tx: Tx, rules: Iterable[str]) -> list[DeadlineFact]:
    """Those by the timers asked for, earliest due first."""
    table = tables.deadline
    columns = (
        table.c.id,
        table.c.rule,
        table.c.rule_set,
        table.c.case_code,
        table.c.subject,
        table.c.start,
        table.c.due_at,
        table.c.status,
        table.c.opened_at,
        table.c.met_at,
        table.c.seconds_late,
    )
    statement = select(*columns).where(table.c.rule.in_(sorted(rules))).order_by(table.c.due_at, table.c.id)
    return [DeadlineFact(*tuple(row)) for row in tx.rows(statement)]


def work(tx: Tx, since: dt.datetime, until: dt.datetime) -> list[WorkFact]:
    """Who completed a user task of a case in that time, with the team they are in now."""
    table, person = tables.user_task, tables.person
    statement = (
        select(table.c.case_code, table.c.ended_by, person.c.team, table.c.ended_at)
        .join(person, person.c.id == table.c.ended_by)
        .where(
            table.c.status == "completed",
            table.c.case_code.is_not(None),
            table.c.ended_at >= since,
            table.c.ended_at <= until,
        )
        .distinct()
    )
    return [WorkFact(*tuple(row)) for row in tx.rows(statement)]


def _opened(tx: Tx, row: Any, names: Sequence[str]) -> Iterator[tuple[str, Value]]:
    for name in names:
        sealed = row.secret.get(name)
        content = (
            None
            if sealed is None
            else tx.open(row.stream, f"record|{row.id}|{name}", base64.b64decode(sealed))
        )
        if content is not None:
            yield name, from_json(json.loads(content))
