"""Decision tables and rule-set manifests by generation: the first so-many versions that were deployed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import bindparam, func, literal_column, or_, select

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.tx import Tx
from flowcase.store.wire import Question

DECISION, RULE_SET = "decision", "ruleset"

_named = tables.named_resource
_in_force = (
    or_(*(_named.c.kind == literal_column(f"'{kind}'") for kind in (DECISION, RULE_SET))),
    _named.c.status == literal_column("'active'"),
)


def generation(tx: Tx) -> tuple[int, dt.datetime | None]:
    """How many versions there are, and when the last of them came."""
    row = tx.first(*GENERATION)
    return (0, None) if row is None else (row.number, row.newest)


def newest(tx: Tx, count: int) -> dict[tuple[str, str], str]:
    """(kind, name) -> content hash of its newest version among the first `count`."""
    return {(row.kind, row.name): row.hash for row in tx.rows(_FIRST, {"count": count})}


_GENERATION = Prepared(
    select(func.count().label("number"), func.max(_named.c.created_at).label("newest")).where(*_in_force),
    is_settled=True,
)
GENERATION: Question = (_GENERATION, {})  # what `generation` asks
_FIRST: Any = (
    select(_named.c.kind, _named.c.name, _named.c.hash)
    .where(*_in_force)
    .order_by(_named.c.created_at, _named.c.kind, _named.c.name, _named.c.version)
    .limit(bindparam("count"))
)
