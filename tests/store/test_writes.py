"""What waits to be written is sent together and still means what it meant in order."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from flowcase.access.actor import SYSTEM
from flowcase.errors import Conflict
from flowcase.store import Store, Tx, tables
from tests.traffic import traffic

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
_setting = tables.setting


def value(tx: Tx, key: str) -> object:
    return tx.scalar(select(_setting.c.value).where(_setting.c.key == key))


def add(tx: Tx, key: str, value: object = 1) -> None:
    tx.insert(_setting, key=key, value=value, changed_at=NOW, changed_by="system")


def change(tx: Tx, key: str, changes: dict[str, object]) -> None:
    tx.update(_setting, {"key": key}, changes, attempt=f"change {key}")


def test_many_rows_of_one_kind_are_one_conversation(store: Store) -> None:
    with traffic(store) as sent, store.begin(SYSTEM, NOW) as tx:
        for number in range(20):
            add(tx, f"k{number}")
        for number in range(20):
            change(tx, f"k{number}", {"value": 2})

    with store.reading(NOW) as tx:
        assert {row.value for row in tx.rows(select(_setting))} == {2}
    assert store.is_sqlite or sent.round_trips <= 2


def test_changes_of_one_row_happen_in_the_order_in_which_they_were_asked_for(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        add(tx, "a")
        change(tx, "a", {"value": 2})
        change(tx, "a", {"changed_by": "anna"})
        change(tx, "a", {"value": 3})
        tx.delete(_setting, {"key": "a"}, attempt="delete a")
        add(tx, "a", 4)

    with store.reading(NOW) as tx:
        (row,) = tx.rows(select(_setting))
    assert (row.value, row.changed_by) == (4, "system")


def test_a_change_that_does_not_find_its_row_names_itself_and_undoes_all(store: Store) -> None:
    with pytest.raises(Conflict, match="change b"), store.begin(SYSTEM, NOW) as tx:
        add(tx, "a")
        change(tx, "a", {"value": 2})
        change(tx, "b", {"value": 2})
        change(tx, "a", {"value": 3})

    with store.reading(NOW) as tx:
        assert value(tx, "a") is None


def test_a_row_that_is_there_already_is_refused_by_the_name_of_its_table(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        add(tx, "a")

    with pytest.raises(Conflict, match="add a row to setting"), store.begin(SYSTEM, NOW) as tx:
        add(tx, "b")
        add(tx, "a")

    with store.reading(NOW) as tx:
        assert value(tx, "b") is None


def test_who_swallows_a_failure_cannot_commit_what_is_left(store: Store) -> None:
    with pytest.raises(Conflict, match="change b"), store.begin(SYSTEM, NOW) as tx:
        add(tx, "a")
        change(tx, "b", {"value": 2})
        with pytest.raises(Conflict):
            value(tx, "a")

    with store.reading(NOW) as tx:
        assert value(tx, "a") is None


def test_what_waited_before_an_attempt_is_not_undone_with_it(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        add(tx, "a")
        with pytest.raises(Conflict, match="change b"), tx.attempt():
            add(tx, "c")
            change(tx, "b", {"value": 2})
        change(tx, "a", {"value": 5})

    with store.reading(NOW) as tx:
        assert (value(tx, "a"), value(tx, "c")) == (5, None)


def test_a_transaction_for_reading_writes_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="only to read"), store.reading(NOW) as tx:
        add(tx, "a")
        value(tx, "a")

    with store.reading(NOW) as tx:
        assert value(tx, "a") is None
