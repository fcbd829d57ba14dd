"""Whatever is done to the stored history, the first place that is no longer what it was is named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import IntakeRefused
from flowcase.clock import ManualClock
from flowcase.history.chain import GENESIS, binding, event_hash
from flowcase.history.verification import Broken, verify
from flowcase.services.proving import chain_walk
from flowcase.services.transactions import Transactions
from flowcase.store import Store, codec, streams, tables
from flowcase.store.keys import SealBroken
from flowcase.store.queries import history

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
STREAM = "case:SAG-1"


@pytest.fixture(autouse=True)
def six_events(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_walk, "ENTRIES_AT_ONCE", 4)  # more than one page of them
    for number in range(6):
        with store.begin(SYSTEM, NOW + dt.timedelta(minutes=number)) as tx:
            tx.append(STREAM, IntakeRefused(source=f"s{number}", line=number, fields=("a",)))


def broken(store: Store) -> Broken | None:
    """By the seals too, which needs the keys."""
    found = chain_walk.walk(Transactions(store, ManualClock(NOW)), lambda stream, events: None).broken
    return next(iter(found), None)


def broken_by_hashes(store: Store) -> Broken | None:
    with store.reading(NOW) as tx:
        (row,) = [row for row in history.streams(tx) if row.id == STREAM]
        return verify(STREAM, history.sealed(tx, STREAM, page=4), length=row.length, head=row.head)


def make_hashes_anew(store: Store) -> None:
    """As somebody would who holds the database and no key, behind what they have altered."""
    table, before = tables.history, GENESIS
    with store.engine.begin() as connection:
        for row in connection.execute(select(table).where(table.c.stream == STREAM).order_by(table.c.seq)):
            columns: dict[str, Any] = dict(row._mapping)
            del columns["prev_hash"], columns["hash"]
            new = event_hash(before, **columns)
            connection.execute(
                table.update()
                .where(table.c.stream == STREAM, table.c.seq == row.seq)
                .values(prev_hash=before, hash=new)
            )
            before, length = new, row.seq + row.size - 1
        connection.execute(
            tables.stream.update().where(tables.stream.c.id == STREAM).values(head=before, length=length)
        )


def do(store: Store, statement: str) -> None:
    """As somebody would who may alter the schema: the guards of the table are taken off first."""
    with store.engine.begin() as connection:
        if store.is_sqlite:
            connection.execute(text("DROP TRIGGER IF EXISTS history_refuses_update"))
            connection.execute(text("DROP TRIGGER IF EXISTS history_refuses_delete"))
        else:
            connection.execute(text("ALTER TABLE history DISABLE TRIGGER USER"))
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE history SET actor = 'x'", "DELETE FROM history WHERE seq = 3"])
def test_the_database_itself_refuses_to_alter_the_history(store: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only ever added to"), store.engine.begin() as connection:
        connection.execute(text(statement))

    assert broken(store) is None


def test_an_untouched_history_is_whole(store: Store) -> None:
    assert broken(store) is None


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'nobody'",
        "kind = 'X'",
        "sealed_payload = hash",
        "hash = prev_hash",
        "instance = 'i'",
        "size = 2",
    ],
)
def test_an_altered_event_is_named(store: Store, change: str) -> None:
    do(store, f"UPDATE history SET {change} WHERE seq = 3")

    assert broken(store) == Broken(STREAM, 3, "altered")


def test_a_moved_instant_is_named(store: Store) -> None:
    do(store, "UPDATE history SET at = (SELECT at FROM history h WHERE h.seq = 1) WHERE seq = 5")

    assert broken(store) == Broken(STREAM, 5, "altered")


def test_a_missing_event_is_named(store: Store) -> None:
    do(store, "DELETE FROM history WHERE seq = 4")

    assert broken(store) == Broken(STREAM, 4, "missing")


def test_a_deleted_event_with_the_others_moved_up_is_named(store: Store) -> None:
    do(store, "DELETE FROM history WHERE seq = 4")
    for seq in (5, 6):
        do(store, f"UPDATE history SET seq = {seq - 1} WHERE seq = {seq}")

    assert broken(store) == Broken(STREAM, 4, "altered")


def test_swapped_events_are_named(store: Store) -> None:
    for before, after in ((2, 99), (3, 2), (99, 3)):
        do(store, f"UPDATE history SET seq = {after} WHERE seq = {before}")

    assert broken(store) == Broken(STREAM, 2, "altered")


def test_an_added_event_is_named(store: Store) -> None:
    columns = "at, actor, kind, instance, element, sealed_payload"
    do(
        store,
        f"INSERT INTO history (stream, seq, {columns}, prev_hash, hash) "
        f"SELECT stream, 7, {columns}, hash, hash FROM history WHERE seq = 6",
    )

    assert broken(store) == Broken(STREAM, 7, "added")


def test_a_truncated_history_is_named(store: Store) -> None:
    do(store, "DELETE FROM history WHERE seq > 4")

    assert broken(store) == Broken(STREAM, 5, "missing")


def test_an_event_before_the_first_is_named(store: Store) -> None:
    do(store, "UPDATE history SET seq = 0 WHERE seq = 1")

    assert broken(store) == Broken(STREAM, 0, "added")


def test_the_chain_still_verifies_when_the_key_is_destroyed(store: Store) -> None:
    do(store, f"UPDATE stream SET wrapped_key = NULL WHERE id = '{STREAM}'")

    assert broken(store) is None
    with store.reading(NOW) as tx:
        assert [row.event for row in history.events(tx, STREAM)] == [None] * 6


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'nobody'",
        "kind = 'X'",
        "instance = 'i'",
        "element = 'e'",
        "at = (SELECT at FROM history h WHERE h.seq = 4)",
        "sealed_payload = (SELECT sealed_payload FROM history h WHERE h.seq = 4)",
    ],
)
@pytest.mark.parametrize("seq", [5, 6])
def test_an_event_rewritten_with_all_its_hashes_is_named(store: Store, seq: int, change: str) -> None:
    do(store, f"UPDATE history SET {change} WHERE seq = {seq}")
    make_hashes_anew(store)

    found = broken(store)

    assert broken_by_hashes(store) is None  # which alone let it pass
    assert found is not None and (found.seq, found.stream) == (seq, STREAM)
    assert "rewritten by somebody without the stream's key" in found.what
    assert "older release" not in found.what


def test_an_event_taken_out_of_a_history_with_new_hashes_is_named(store: Store) -> None:
    do(store, "DELETE FROM history WHERE seq = 5")
    do(store, "UPDATE history SET seq = 5 WHERE seq = 6")
    make_hashes_anew(store)

    found = broken(store)

    assert broken_by_hashes(store) is None
    assert found is not None and found.seq == 5


def test_an_event_that_was_rewritten_is_not_read_as_if_it_were_so(store: Store) -> None:
    do(store, "UPDATE history SET actor = 'nobody' WHERE seq = 6")
    make_hashes_anew(store)

    with store.reading(NOW) as tx, pytest.raises(SealBroken):
        history.events(tx, STREAM)


def test_what_an_older_release_wrote_is_read_and_stands_until_one_in_front_is_rewritten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = codec.encode
    with monkeypatch.context() as older:
        older.setattr(streams.codec, "encode", lambda recorded, request, *_: encode(recorded, request))
        for number in (6, 7):
            with store.begin(SYSTEM, NOW + dt.timedelta(minutes=number)) as tx:
                tx.append(STREAM, IntakeRefused(source="older", line=number, fields=()))
    with store.begin(SYSTEM, NOW + dt.timedelta(minutes=9)) as tx:
        tx.append(STREAM, IntakeRefused(source="newer", line=9, fields=()))
    with store.reading(NOW) as tx:
        read = [row.event for row in history.events(tx, STREAM, after=6)]
    whole = broken(store)

    do(store, "UPDATE history SET actor = 'nobody' WHERE seq = 8")
    make_hashes_anew(store)

    found = broken(store)
    assert whole is None
    assert [event.line for event in read] == [6, 7, 9]
    assert found is not None and found.seq == 9
    assert found.what.endswith("or one from event 7 on, which an older release wrote")


def test_no_text_can_be_moved_from_one_column_to_the_next_under_the_same_seal() -> None:
    columns: dict[str, Any] = {
        "stream": STREAM,
        "seq": 1,
        "size": 1,
        "at": NOW,
        "instance": "i",
        "element": None,
    }
    told = [("anna", "Started"), ("annaS", "tarted"), ("ann", "aStarted")]

    found = {binding(GENESIS, actor=actor, kind=kind, **columns) for actor, kind in told}

    assert len(found) == len(told)
    assert binding(b"x" * 32, actor="anna", kind="Started", **columns) not in found
