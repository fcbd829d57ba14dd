"""Who only reads asks nothing twice, and may ask ahead for what will be asked one by one."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select

from flowcase.access.actor import SYSTEM
from flowcase.store import Store, tables
from flowcase.store.columns import among
from flowcase.store.prepared import Prepared
from tests.conftest import NOW
from tests.traffic import traffic

_setting = tables.setting
_ONE = Prepared(select(_setting.c.value).where(_setting.c.key == bindparam("key")))
_SOME = Prepared(select(_setting.c.key, _setting.c.value).where(among(_setting.c.key, "keys")))


@pytest.fixture
def filled(store: Store) -> Store:
    store.prepare(NOW)
    put(store, "a", "1")
    put(store, "b", "2")
    return store


def put(store: Store, key: str, value: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        if not tx.update_any(_setting, {"key": key}, {"value": value, "changed_at": NOW}):
            tx.insert(_setting, key=key, value=value, changed_at=NOW, changed_by="anna")


def test_the_same_question_is_answered_from_memory(filled: Store) -> None:
    with traffic(filled) as sent, filled.reading(NOW) as tx:
        answers = [tx.scalar(_ONE, {"key": key}) for key in ("a", "b", "a", "a")]
        lists = [[row.key for row in tx.rows(_SOME, {"keys": ["a", "b"]})] for _ in range(2)]

    assert answers == ["1", "2", "1", "1"]
    assert lists == [["a", "b"], ["a", "b"]]
    assert len(sent.statements) == 3, sent


def test_whoever_changes_the_list_that_was_answered_changes_no_answer(filled: Store) -> None:
    with filled.reading(NOW) as tx:
        tx.rows(_SOME, {"keys": ["a"]}).clear()

        assert len(tx.rows(_SOME, {"keys": ["a"]})) == 1


def test_who_writes_is_always_told_how_things_are(filled: Store) -> None:
    with filled.begin(SYSTEM, NOW) as tx:
        before = tx.scalar(_ONE, {"key": "a"})
        tx.update(_setting, {"key": "a"}, {"value": "3", "changed_at": NOW}, attempt="change a setting")

        assert (before, tx.scalar(_ONE, {"key": "a"})) == ("1", "3")


def test_a_request_that_has_written_reads_anew(filled: Store) -> None:
    with filled.one_reading():
        with filled.reading(NOW) as tx:
            before = tx.scalar(_ONE, {"key": "a"})
        put(filled, "a", "3")
        with filled.reading(NOW) as tx:
            after = tx.scalar(_ONE, {"key": "a"})

    assert (before, after) == ("1", "3")


def test_what_is_noted_beside_a_request_leaves_what_it_has_read(filled: Store) -> None:
    with traffic(filled) as sent, filled.one_reading():
        with filled.reading(NOW) as tx:
            before = tx.scalar(_ONE, {"key": "a"})
        with filled.begin(SYSTEM, NOW, beside=True) as tx:
            tx.insert(_setting, key="c", value="3", changed_at=NOW, changed_by="anna")
        with filled.reading(NOW) as tx:
            after, new = tx.scalar(_ONE, {"key": "a"}), tx.scalar(_ONE, {"key": "c"})

    assert (before, after, new) == ("1", "1", "3")
    assert len([each for each in sent.statements if each.startswith("SELECT setting.value")]) == 2, sent


def test_what_is_asked_ahead_costs_one_round_trip_and_nothing_on_sqlite(filled: Store) -> None:
    questions = [(_ONE, {"key": "a"}), (_ONE, {"key": "b"}), (_SOME, {"keys": ["a", "b"]})]

    with traffic(filled) as sent, filled.reading(NOW) as tx:
        tx.ask_ahead(*questions)
        tx.ask_ahead(*questions)

    assert (len(sent.statements), sent.round_trips) == ((0, 0) if filled.is_sqlite else (3, 1)), sent


def test_what_was_asked_ahead_is_not_asked_again(filled: Store) -> None:
    with traffic(filled) as sent, filled.reading(NOW) as tx:
        tx.ask_ahead((_ONE, {"key": "a"}), (_SOME, {"keys": ["a", "b"]}))
        assert tx.scalar(_ONE, {"key": "a"}) == "1"
        assert len(tx.rows(_SOME, {"keys": ["a", "b"]})) == 2

    assert len(sent.statements) == 2, sent
    assert sent.round_trips <= 1, sent
