"""Settings of the installation that are kept in the database."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from flowcase.store import tables
from flowcase.store.columns import among
from flowcase.store.prepared import Prepared
from flowcase.store.tx import Tx
from flowcase.store.wire import Question
from flowcase.values import Value


def value(tx: Tx, key: str) -> Value:
    """None when it was never set."""
    return tx.scalar(_BY_KEY, {"key": key})


def values(tx: Tx, keys: Iterable[str]) -> dict[str, Value]:
    """Those of several keys; None for those that were never set."""
    wanted = list(keys)
    return dict.fromkeys(wanted) | {row.key: row.value for row in tx.rows(*values_question(wanted))}


def values_question(keys: Iterable[str]) -> Question:
    """What `values` asks."""
    return _BY_KEYS, {"keys": list(keys)}


_BY_KEYS = Prepared(
    select(tables.setting.c.key, tables.setting.c.value).where(among(tables.setting.c.key, "keys")),
    is_settled=True,
)
_BY_KEY = Prepared(select(tables.setting.c.value).where(tables.setting.c.key == bindparam("key")))
