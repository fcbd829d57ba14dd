"""Every chain is walked some streams at a time: as if one by one, in little memory, beside people at work."""

from __future__ import annotations

import datetime as dt
import gc
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import text

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import IntakeRefused
from flowcase.history.checkpoints import Fault
from flowcase.services.proving import chain_walk
from flowcase.store import DatabaseLost, Store
from flowcase.store.queries import chains, checkpoints
from tests.conftest import NOW
from tests.traffic import traffic

Write = Callable[[Sequence[str], int], None]
CASES = [f"case:SAG-{number:03}" for number in range(9)]


@pytest.fixture
def write(store: Store) -> Write:
    """So many entries of two events in each of these streams."""

    def entries(streams: Sequence[str], number: int) -> None:
        for each in range(number):
            with store.begin(SYSTEM, NOW + dt.timedelta(minutes=each)) as tx:
                for stream in streams:
                    for line in range(2):
                        tx.append(stream, IntakeRefused(source="s", line=line, fields=()))

    return entries


def _alter(store: Store, *statements: str) -> None:
    with store.engine.begin() as connection:
        if store.is_sqlite:
            for act in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS history_refuses_{act}"))
        else:  # foreign keys too
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def _without_foreign_keys(store: Store, statement: str) -> None:
    if not store.is_sqlite:
        return _alter(store, statement)
    with store.plain.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    return None


@pytest.mark.parametrize("at_once", [1, 2, 3, 500])
def test_faults_are_named_as_they_are_however_many_streams_and_entries_are_read_at_once(
    flow: Flowcase, store: Store, write: Write, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    write(CASES, 3)
    monkeypatch.setattr(chain_walk, "STREAMS_AT_ONCE", at_once)
    monkeypatch.setattr(chain_walk, "ENTRIES_AT_ONCE", at_once)
    whole = flow.history.verify()

    _alter(
        store,
        "UPDATE history SET actor = 'x' WHERE stream = 'case:SAG-000' AND seq = 3",
        "DELETE FROM history WHERE stream = 'case:SAG-002' AND seq = 3",
        "DELETE FROM history WHERE stream = 'case:SAG-003'",
        "UPDATE stream SET length = 4 WHERE id = 'case:SAG-005'",
        "UPDATE stream SET wrapped_key = head WHERE id = 'case:SAG-008'",
    )
    _without_foreign_keys(store, "DELETE FROM stream WHERE id = 'case:SAG-006'")

    assert whole == []
    assert sorted((each.stream, each.seq, each.what) for each in flow.history.verify()) == [
        ("case:SAG-000", 3, "altered"),
        ("case:SAG-002", 3, "missing"),
        ("case:SAG-003", 1, "missing"),
        ("case:SAG-005", 5, "added"),
        ("case:SAG-006", 1, "left behind: the stream's own row is gone"),
        ("case:SAG-008", 1, "sealed under a key that no installation key opens"),
    ]


def test_streams_share_statements(flow: Flowcase, store: Store, write: Write) -> None:
    write([f"case:SAG-{number}" for number in range(100)], 2)

    with traffic(store) as sent:
        flow.history.walk()

    assert len(sent.statements) == 2, sent


def test_where_ends_are_signed_is_looked_up_together(flow: Flowcase, store: Store, write: Write) -> None:
    write([f"case:SAG-{number}" for number in range(100)], 2)
    flow.checkpoints.make()

    with traffic(store) as sent:
        assert flow.checkpoints.verify() is None

    assert len(sent.statements) == 3, sent  # numbers, the one checkpoint, its ends


def test_no_transaction_stays_open_while_chains_are_walked(
    flow: Flowcase, store: Store, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's log could not be emptied meanwhile, and PostgreSQL would tidy up nothing."""
    write(CASES, 3)
    monkeypatch.setattr(chain_walk, "STREAMS_AT_ONCE", 1)
    held: list[Any] = []
    others = "datname = current_database() AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()"

    def look(stream: str, events: int) -> None:
        asked = "PRAGMA wal_checkpoint(TRUNCATE)"  # says 1 where somebody reads
        if not store.is_sqlite:
            asked = f"SELECT count(*) FROM pg_stat_activity WHERE {others}"
        with store.plain.connect() as connection:
            held.append(connection.exec_driver_sql(asked).scalar())

    flow.history.walk(look)

    assert len(held) >= len(CASES) and not any(held)


def test_a_database_that_is_away_for_a_moment_is_waited_for_where_the_walk_stands(
    flow: Flowcase, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(CASES, 3)
    monkeypatch.setattr(chain_walk, "STREAMS_AT_ONCE", 2)
    real, asked, walked = chains.entries, [], []

    def entries(*given: Any, **named: Any) -> Any:
        asked.append(named["after"])
        if len(asked) == 3:
            raise DatabaseLost
        return real(*given, **named)

    monkeypatch.setattr(chains, "entries", entries)

    found = flow.history.walk(lambda stream, events: walked.append(stream))

    assert found.broken == []
    assert asked[2] == asked[3]
    assert len(walked) == len(set(walked)) == flow.history.extent().streams


@pytest.mark.parametrize("known_at_once", [1, 2, 50])
def test_what_has_grown_since_it_was_signed_is_the_same_however_much_is_held_at_once(
    flow: Flowcase, write: Write, monkeypatch: pytest.MonkeyPatch, known_at_once: int
) -> None:
    monkeypatch.setattr(checkpoints, "_KNOWN_AT_ONCE", known_at_once)
    monkeypatch.setattr(checkpoints, "_STREAMS_AT_ONCE", known_at_once)
    write(CASES, 2)
    flow.checkpoints.make()
    write(CASES[1:3], 1)
    write(["case:SAG-NEW"], 2)

    standing, made = flow.checkpoints.standing(), flow.checkpoints.make()

    assert standing[1] == 8
    assert made is not None
    assert {stream: end.length for stream, end in made.ends.items()} == {
        CASES[1]: 6,
        CASES[2]: 6,
        "case:SAG-NEW": 4,
    }
    assert flow.checkpoints.standing()[1] == 0
    assert flow.checkpoints.verify() is None


def test_the_first_of_many_ends_that_is_not_as_it_was_signed_is_named(
    flow: Flowcase, store: Store, write: Write
) -> None:
    write(CASES, 2)
    flow.checkpoints.make()
    write(CASES, 2)
    flow.checkpoints.make()

    _alter(store, "UPDATE history SET seq = 2, size = 1 WHERE stream = 'case:SAG-004' AND seq = 1")
    split = flow.checkpoints.verify()
    _alter(store, "DELETE FROM history WHERE stream = 'case:SAG-003' AND seq = 3")
    cut = flow.checkpoints.verify()

    assert split is None  # the ends that were signed are there still; the walk names what is in front
    assert [each.stream for each in flow.history.verify()] == ["case:SAG-003", "case:SAG-004"]
    assert cut == Fault(1, "case:SAG-003", "has lost events: it had 4")


def test_memory_does_not_grow_with_the_number_of_streams(
    flow: Flowcase, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_walk, "STREAMS_AT_ONCE", 50)
    monkeypatch.setattr(chain_walk, "ENTRIES_AT_ONCE", 50)
    # Beside a page, only the seal of each checkpoint is held.
    for name in ("_KNOWN_AT_ONCE", "_STREAMS_AT_ONCE"):
        monkeypatch.setattr(checkpoints, name, 50)

    def tidying(real: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*given: Any, **named: Any) -> Any:
            gc.collect()  # what nobody holds any more is not what is asked for
            return real(*given, **named)

        return ask

    def peak() -> int:
        def verify() -> None:
            assert flow.history.walk().broken == []
            assert flow.checkpoints.verify() is None
            assert flow.checkpoints.standing()[1] == 0

        verify()  # what is imported and kept once
        gc.collect()
        gc.freeze()
        tracemalloc.start()
        try:
            with monkeypatch.context() as tidy:
                for module, name in ((chains, "page"), (chains, "entries"), (checkpoints, "_opened")):
                    tidy.setattr(module, name, tidying(getattr(module, name)))
                verify()
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            gc.unfreeze()
        print(f"{flow.history.extent()}: {most / 1024:.0f} KiB at most")
        return most

    def streams(first: int, last: int) -> None:
        for begin in range(first, last, 50):
            write([f"case:SAG-{number:06}" for number in range(begin, begin + 50)], 1)
            flow.checkpoints.make()

    streams(0, 100)
    few = peak()
    streams(100, 500)
    many = peak()

    assert many < few * 1.25
