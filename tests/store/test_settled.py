"""What only events of the installation's stream change is asked once, until that stream has grown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, select

from flowcase.access.actor import SYSTEM
from flowcase.events import SettingChanged
from flowcase.store import INSTALLATION, Store, archive, migrating, settled, tables
from flowcase.store.appliers.user_tasks import candidates_key
from flowcase.store.prepared import Prepared
from flowcase.store.tx import Tx
from tests.conftest import NOW
from tests.traffic import traffic

_setting = tables.setting
_VALUE = Prepared(select(_setting.c.value).where(_setting.c.key == bindparam("key")), is_settled=True)
_stream = tables.stream
_LENGTH = Prepared(select(_stream.c.length).where(_stream.c.id == bindparam("id")))
_END = Prepared(select(_stream.c.length, _stream.c.head).where(_stream.c.id == bindparam("id")))


@pytest.fixture
def filled(store: Store) -> Store:
    store.prepare(NOW)
    change(store, "1")
    return store


def change(store: Store, value: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(INSTALLATION, SettingChanged(key="a", value=value))


def give_to(store: Store, group: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        candidates_key(tx, [group], [])


def groups_written(store: Store) -> list[str]:
    with store.reading(NOW) as tx:
        return [row.name for row in tx.rows(select(tables.candidate_set.c.name))]


def unheard_of(length: int) -> bytes | None:
    """Of a stream of which nothing is known."""
    return None


def knowing(tx: Tx) -> Tx:
    end = tx.first(_END, {"id": INSTALLATION})
    tx.count_on_settled(end.length, end.head)
    return tx


def test_what_is_made_of_settled_rows_is_made_once_until_the_stream_has_grown(filled: Store) -> None:
    made = []

    def make(rows: Any) -> list[str]:
        made.append(len(rows))
        return [row.value for row in rows]

    def read() -> list[str]:
        with filled.reading(NOW) as tx:
            return knowing(tx).made_of((_VALUE, {"key": "a"}), make)

    first = read()
    first.append("of who got it alone")
    again = read()
    change(filled, "2")
    after = read()

    assert (again, after, made) == (["1"], ["2"], [1, 1])


def test_who_writes_makes_it_of_what_is_there_now(filled: Store) -> None:
    def make(rows: Any) -> list[str]:
        return [row.value for row in rows]

    with filled.begin(SYSTEM, NOW) as tx:
        before = tx.made_of((_VALUE, {"key": "a"}), make)
        tx.append(INSTALLATION, SettingChanged(key="a", value="2"))
        after = tx.made_of((_VALUE, {"key": "a"}), make)

    assert (before, after) == (["1"], ["2"])


def value(tx: Tx) -> Any:
    return tx.scalar(_VALUE, {"key": "a"})


def test_the_next_reader_is_answered_from_memory(filled: Store) -> None:
    with filled.reading(NOW) as tx:
        before = value(knowing(tx))

    with traffic(filled) as sent, filled.reading(NOW) as tx:
        after = value(knowing(tx))

    assert before == after == "1"
    assert len(sent.statements) == 1, sent  # how long the stream is


def test_an_event_of_the_installation_ends_it_whoever_wrote_it(filled: Store) -> None:
    elsewhere = Store(filled.url.render_as_string(hide_password=False), filled.keyring)
    with filled.reading(NOW) as tx:
        before = value(knowing(tx))

    change(elsewhere, "2")
    with filled.reading(NOW) as tx:
        after = value(knowing(tx))
    elsewhere.close()

    assert (before, after) == ("1", "2")


def test_nothing_is_believed_of_before_an_older_database_was_put_in_its_place(
    filled: Store, tmp_path: Path
) -> None:
    """Its stream grows again to the length that was known, with other events."""
    older = Store(f"sqlite:///{tmp_path / 'older.sqlite'}", filled.keyring)
    migrating.upgrade(older.engine)
    archive.move(filled, older, progress=lambda *_: None)
    change(filled, "2")
    with filled.reading(NOW) as tx:
        replaced, length = value(knowing(tx)), tx.scalar(_LENGTH, {"id": INSTALLATION})

    older.settled = filled.settled  # the process goes on with what it knows
    with older.reading(NOW) as tx:
        restored = value(knowing(tx))
    change(older, "3")
    with older.reading(NOW) as tx:
        after = value(knowing(tx))
        assert tx.scalar(_LENGTH, {"id": INSTALLATION}) == length
    with traffic(older) as sent, older.reading(NOW) as tx:
        assert value(knowing(tx)) == "3"
    older.close()

    assert (replaced, restored, after) == ("2", "1", "3")
    assert len(sent.statements) == 1, sent  # from then on it is kept as ever


def test_a_set_of_candidates_is_written_anew_where_an_older_database_lacks_it(
    filled: Store, tmp_path: Path
) -> None:
    older = Store(f"sqlite:///{tmp_path / 'older.sqlite'}", filled.keyring)
    migrating.upgrade(older.engine)
    archive.move(filled, older, progress=lambda *_: None)
    change(filled, "2")
    with filled.reading(NOW) as tx:
        knowing(tx)
    give_to(filled, "g-new")
    with traffic(filled) as sent:
        give_to(filled, "g-new")
    assert not [each for each in sent.statements if "candidate_set" in str(each)]  # known to be written

    older.settled = filled.settled  # the process goes on with what it knows
    with older.reading(NOW) as tx:
        knowing(tx)
    give_to(older, "g-new")
    shorter = groups_written(older)
    older.close()

    assert shorter == ["g-new"]


def test_the_next_event_of_the_installation_ends_no_knowledge_of_what_is_written(filled: Store) -> None:
    with filled.reading(NOW) as tx:
        knowing(tx)
    give_to(filled, "g-new")
    with filled.begin(SYSTEM, NOW) as tx:  # two events in one entry of the history, then another entry
        tx.append(INSTALLATION, SettingChanged(key="a", value="2"))
        tx.append(INSTALLATION, SettingChanged(key="a", value="3"))
    change(filled, "4")

    with traffic(filled) as first, filled.reading(NOW) as tx:
        knowing(tx)
    with traffic(filled) as next, filled.reading(NOW) as tx:
        assert value(knowing(tx)) == "4"
    with traffic(filled) as sent:
        give_to(filled, "g-new")

    assert (len(first.statements), len(next.statements)) == (2, 2), first  # how it ended once, and the value
    assert not [each for each in sent.statements if "candidate_set" in str(each)]


def test_a_connection_that_broke_ends_it_since_another_server_may_lack_the_newest_commits(
    filled: Store,
) -> None:
    with filled.reading(NOW) as tx:
        knowing(tx)
    give_to(filled, "g-new")
    with filled.begin(SYSTEM, NOW) as tx:
        tx.execute(delete(tables.candidate_set))  # as that server has it

    with filled.engine.connect() as connection:
        connection.invalidate()
    give_to(filled, "g-new")

    assert groups_written(filled) == ["g-new"]


def test_what_was_learned_before_another_database_came_is_not_known_after_it(filled: Store) -> None:
    with filled.begin(SYSTEM, NOW) as tx:
        candidates_key(tx, ["g-new"], [])
        filled.settled.at(5, b"e", unheard_of)
        filled.settled.at(5, b"f", unheard_of)
    known = set(filled.settled.written.candidate_sets)

    give_to(filled, "g-new")

    assert not known
    assert len(filled.settled.written.candidate_sets) == 1
    assert groups_written(filled) == ["g-new"]


def test_who_does_not_know_how_long_the_stream_is_asks(filled: Store) -> None:
    with filled.reading(NOW) as tx:
        value(knowing(tx))

    with traffic(filled) as sent, filled.reading(NOW) as tx:
        assert value(tx) == value(tx) == "1"

    assert len(sent.statements) == 1, sent


def test_whoever_writes_is_always_told_how_things_are(filled: Store) -> None:
    with filled.reading(NOW) as tx:
        value(knowing(tx))

    with filled.begin(SYSTEM, NOW) as tx:
        before = value(knowing(tx))
        tx.append(INSTALLATION, SettingChanged(key="a", value="2"))
        after = value(tx)

    assert (before, after) == ("1", "2")


def test_a_request_that_wrote_something_beside_still_counts_on_them(filled: Store) -> None:
    with filled.one_reading():
        with filled.reading(NOW) as tx:
            value(knowing(tx))
        with filled.begin(SYSTEM, NOW, beside=True) as tx:
            tx.insert(tables.saved_list, person="anna", name="haster", query="", saved_at=NOW)

        with traffic(filled) as sent, filled.reading(NOW) as tx:
            assert value(tx) == "1"

    assert not sent.statements


def heard_of(length: int) -> bytes | None:
    """Of a stream whose hashes are the letters in their order."""
    return b"_abcdefgh"[length : length + 1]


def test_a_reader_of_an_earlier_moment_keeps_its_answers_to_itself() -> None:
    kept = settled.Settled()
    kept.at(5, b"e", heard_of).keep("question", ["new"])

    kept.at(4, b"d", heard_of).keep("question", ["old"])

    assert kept.at(4, b"d", heard_of).get("question") is None
    assert kept.at(5, b"e", heard_of).get("question") == ["new"]
    assert kept.at(6, b"f", heard_of).get("question") is None


def test_who_cannot_see_the_newest_entry_is_told_nothing_of_after_it_and_tells_nobody_of_before() -> None:
    """As in a transaction of SQLite that began before it, which looks like another database."""
    kept = settled.Settled()
    kept.at(5, b"e", heard_of).keep("question", ["new"])

    kept.at(4, b"d", unheard_of).keep("question", ["old"])

    assert kept.at(4, b"d", unheard_of).get("question") == ["old"]
    assert kept.at(5, b"e", heard_of).get("question") is None


def test_what_an_older_database_answers_is_kept_at_once(filled: Store, tmp_path: Path) -> None:
    """Not only once its stream has grown to the length that was known of the newer one."""
    older = Store(f"sqlite:///{tmp_path / 'older.sqlite'}", filled.keyring)
    migrating.upgrade(older.engine)
    archive.move(filled, older, progress=lambda *_: None)
    for each in "234":
        change(filled, each)
    with filled.reading(NOW) as tx:
        value(knowing(tx))

    older.settled = filled.settled  # the process goes on with what it knows
    with older.reading(NOW) as tx:
        value(knowing(tx))
    with traffic(older) as sent, older.reading(NOW) as tx:
        after = value(knowing(tx))
    older.close()

    assert after == "1"
    assert len(sent.statements) == 1, sent  # how long the stream is


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settled, "_MOST_ROWS", 5)
    yield


def test_no_more_is_kept_than_there_is_room_for(little_room: None) -> None:
    kept = settled.Settled().at(1, b"a", unheard_of)

    kept.keep("large", list(range(9)))
    kept.keep("small", [1, 2])
    kept.keep("too much", [1, 2])

    assert (kept.get("large"), kept.get("small"), kept.get("too much")) == (None, [1, 2], None)
