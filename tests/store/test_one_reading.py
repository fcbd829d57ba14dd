"""Several reads as one transaction: what they share, and what ends it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select, text

from flowcase.access.actor import SYSTEM
from flowcase.store import DatabaseLost, Store, tables
from flowcase.store.faults import DatabaseFault
from flowcase.store.tx import INSTALLATION
from tests.conftest import NOW

_SAVED = select(tables.saved_list.c.name)


def names(store: Store) -> list[str]:
    with store.reading(NOW) as tx:
        return [row.name for row in tx.rows(_SAVED)]


def save(store: Store, name: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.insert(tables.saved_list, person="anna", name=name, query="", saved_at=NOW)


def taken_out(store: Store) -> list[Any]:
    seen: list[Any] = []
    event.listen(store.working.pool, "checkout", lambda *_: seen.append(1))
    return seen


@pytest.fixture
def prepared(store: Store) -> Store:
    store.prepare(NOW)
    with store.begin(SYSTEM, NOW) as tx:
        tx.insert(
            tables.person, id="anna", name="Anna", kind="person", locale="da", is_active=True, created_at=NOW
        )
    return store


def test_reads_of_one_request_share_a_connection(prepared: Store) -> None:
    seen = taken_out(prepared)

    with prepared.one_reading():
        assert names(prepared) == names(prepared) == []

    assert len(seen) == 1


def test_what_was_written_meanwhile_by_the_same_request_is_seen(prepared: Store) -> None:
    with prepared.one_reading():
        before = names(prepared)
        save(prepared, "haster")
        after = names(prepared)

    assert (before, after) == ([], ["haster"])


def test_a_read_within_a_write_does_not_see_what_is_not_committed(prepared: Store) -> None:
    with prepared.one_reading():
        with prepared.begin(SYSTEM, NOW) as tx:
            tx.insert(tables.saved_list, person="anna", name="haster", query="", saved_at=NOW)
            tx.rows(_SAVED)
            within = names(prepared)
        after = names(prepared)

    assert (within, after) == ([], ["haster"])


def test_the_connection_goes_back_when_the_request_ends(prepared: Store) -> None:
    prepared.give_back()  # the writer's

    with prepared.one_reading():
        names(prepared)
        assert prepared.working.pool.checkedout() == 1  # type: ignore[attr-defined]

    assert prepared.working.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_after_a_failed_statement_the_next_read_begins_anew(prepared: Store) -> None:
    with prepared.one_reading():
        names(prepared)
        with pytest.raises((DatabaseFault, DatabaseLost)), prepared.reading(NOW) as tx:
            tx.rows(text("SELECT nothing FROM person"))  # type: ignore[arg-type]

        assert names(prepared) == []


def test_nothing_is_written_where_reading_was_announced(prepared: Store) -> None:
    with pytest.raises(RuntimeError, match="only to read"), prepared.reading(NOW) as tx:
        tx.insert(tables.saved_list, person="anna", name="haster", query="", saved_at=NOW)
        tx.rows(_SAVED)
    with pytest.raises(RuntimeError, match="only to read"), prepared.reading(NOW) as tx:
        tx.update_any(tables.stream, {"id": INSTALLATION}, {"length": 0})

    assert names(prepared) == []
