"""A key is taken once, on both databases."""

import datetime as dt

from flowcase.access.actor import SYSTEM
from flowcase.store import tables

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def test_the_first_insertion_is_told_from_the_second(store):
    key = {"name": "underretning_modtaget", "correlation_key": "U-1", "message_id": "U-1"}

    with store.begin(SYSTEM, NOW) as tx:
        first = tx.insert_once(tables.message_seen, at=NOW, **key)
        second = tx.insert_once(tables.message_seen, at=NOW, **key)

    assert (first, second) == (True, False)
