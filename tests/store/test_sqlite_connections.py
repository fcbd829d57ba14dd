"""How each connection to SQLite is set up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from flowcase.access.actor import SYSTEM
from flowcase.store import Keyring, Store, migrating, tables

NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # full
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("cache_size", -8000),  # kilobytes
    ],
)
def test_every_connection_is_set_up_alike(
    tmp_path: Path, keyring: Keyring, setting: str, expected: object
) -> None:
    store = Store(str(tmp_path / "flowcase.sqlite"), keyring)

    found = []
    for engine in (store.engine, store.plain):
        with engine.connect() as connection:
            found.append(connection.exec_driver_sql(f"PRAGMA {setting}").scalar())
    store.close()

    assert found == [expected, expected]


# --- the writer's ------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path, keyring: Keyring) -> Iterator[Store]:
    store = Store(str(tmp_path / "flowcase.sqlite"), keyring, durable=False)
    migrating.upgrade(store.engine)
    yield store
    store.close()


def save(store: Store, name: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.insert(tables.saved_list, person="anna", name=name, query="", saved_at=NOW)


def saved(store: Store) -> int:
    with store.reading(NOW) as tx:
        return int(tx.scalar(select(func.count()).select_from(tables.saved_list)))


def taken_out(store: Store) -> list[object]:
    seen: list[object] = []
    event.listen(store.working.pool, "checkout", lambda connection, *_: seen.append(connection))
    return seen


def test_writers_of_all_threads_take_turns_on_one_connection(written: Store) -> None:
    seen = taken_out(written)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: save(written, f"{number}"), range(20)))

    assert len(seen) == 1
    assert saved(written) == 20


def test_a_writer_that_fails_gives_its_connection_back_as_it_was(written: Store) -> None:
    save(written, "first")
    seen = taken_out(written)

    with pytest.raises(ZeroDivisionError), written.begin(SYSTEM, NOW) as tx:
        tx.insert(tables.saved_list, person="anna", name="lost", query="", saved_at=NOW)
        tx.send()
        _ = 1 / 0

    assert written.working.pool.checkedout() == 0  # type: ignore[attr-defined]
    save(written, "second")
    assert len(seen) == 1
    assert saved(written) == 2


def test_nothing_stays_open_when_the_store_is_closed(written: Store) -> None:
    save(written, "first")

    written.close()

    assert written.working.pool.checkedout() == 0  # type: ignore[attr-defined]
