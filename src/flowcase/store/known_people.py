"""Keyed hashes by which a grown-up is found in other cases: kept beside each record that knows people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowcase.access.actor import SYSTEM
from flowcase.cases import known_people
from flowcase.store import tables
from flowcase.store.queries import known_people as queries
from flowcase.store.queries import records
from flowcase.store.tx import Tx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowcase.store.database import Store
    from flowcase.values import Value

_AT_ONCE = 500


def index(tx: Tx, record: str, entity: str, changed: Mapping[str, Value] | None = None) -> None:
    """Hash anew who is known by a record that was made, or that tells of other people than before."""
    told = known_people.telling(entity)
    if told and (changed is None or set(told).intersection(changed)):
        _index(tx, record)


def fill(store: Store, now: dt.datetime) -> int:
    """Hash the people of records from before there were hashes; how many records that were.

    In transactions of a few hundred: it may be killed and run again, and holds up nobody for long.
    """
    done = 0
    while True:
        with store.begin(SYSTEM, now) as tx:
            found = queries.without_hashes(tx, _AT_ONCE)
            for id in found:
                _index(tx, id)
        done += len(found)
        if len(found) < _AT_ONCE:
            return done


def _index(tx: Tx, id: str) -> None:
    row = records.record(tx, id)
    tx.delete_all(tables.search_key, {"record": id, "attribute": queries.ATTRIBUTE})
    if row is None or row.is_erased:
        return
    for digest in queries.digests_of(tx, row):
        tx.insert(tables.search_key, record=id, attribute=queries.ATTRIBUTE, digest=digest)
