"""Settings of the installation that are kept in the database."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from flowcase.store import tables
from flowcase.store.prepared import Prepared
from flowcase.store.tx import Tx
from flowcase.values import Value


def value(tx: Tx, key: str) -> Value:
    """None when it was never set."""
    return tx.scalar(_BY_KEY, {"key": key})


_BY_KEY = Prepared(select(tables.setting.c.value).where(tables.setting.c.key == bindparam("key")))
