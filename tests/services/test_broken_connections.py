"""What is left in the log when connections to PostgreSQL break: one line, whatever was under way on them."""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import IntakeRefused
from flowcase.clock import ManualClock
from flowcase.services.transactions import DatabaseBusy, DatabaseLost, Transactions
from flowcase.store import Store, Tx, connections, faults, tables
from flowcase.store.connections import REMIND_SECONDS, TOGETHER_SECONDS, Connections
from tests.conftest import NOW

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
STREAM = "case:SAG-1"


def append(tx: Tx) -> None:
    tx.append(STREAM, IntakeRefused(source="api", line=None, fields=()))
    tx.stream(STREAM)


@pytest.fixture
def end_all(database: str) -> Callable[[], None]:
    """As a restart does."""

    def end_all() -> None:
        with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    return end_all


def writing(store: Store, end_all: Callable[[], None]) -> None:
    with pytest.raises(ValueError, match="of its own"), store.begin(SYSTEM, NOW) as tx:
        append(tx)
        end_all()
        raise ValueError("of its own")


def rehearsing(store: Store, end_all: Callable[[], None]) -> None:
    tries = []

    def work(tx: Tx) -> None:
        append(tx)
        tries.append(tx)
        if len(tries) == 1:
            end_all()

    Transactions(store, ManualClock(NOW)).rehearse(SYSTEM, work)


def at_one_moment(store: Store, end_all: Callable[[], None]) -> None:
    with pytest.raises(DatabaseLost), store.at_one_moment(NOW) as tx:
        tx.check_key()
        end_all()
        tx.rows(select(tables.instance.c.id))


def listening(store: Store, end_all: Callable[[], None]) -> None:
    with pytest.raises(DatabaseLost):
        for _ in store.news_of_work(0.1):
            end_all()


def resting(store: Store, end_all: Callable[[], None]) -> None:
    end_all()
    Transactions(store, ManualClock(NOW)).run(SYSTEM, append)


@pytest.mark.parametrize("under_way", [writing, rehearsing, at_one_moment, listening, resting])
def test_one_line_says_what_happened_and_what_is_done_about_it(
    store: Store,
    end_all: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
    under_way: Callable[[Store, Callable[[], None]], None],
) -> None:
    with store.begin(SYSTEM, NOW) as tx:  # on a connection that rests afterwards
        append(tx)

    with capture_logs() as said, caplog.at_level(logging.WARNING):
        under_way(store, end_all)

    assert [line["event"] for line in said] == ["connection to the database broke"]
    assert said[0]["doing"] == "connects anew; what was under way is done again, nothing twice"
    assert caplog.records == [], "SQLAlchemy has nothing to add"


def test_a_fault_of_the_program_is_no_broken_connection(store: Store) -> None:
    with capture_logs() as said, pytest.raises(ZeroDivisionError), store.begin(SYSTEM, NOW) as tx:
        append(tx)
        1 / 0  # noqa: B018

    assert said == []
    with store.begin(SYSTEM, NOW) as tx:
        append(tx)


def test_those_that_break_later_are_told_of_again(database: str) -> None:
    now = [1000.0]
    known = Connections(lambda: now[0])

    with capture_logs() as said:
        for _ in range(3):
            for _ in range(5):
                known.broke(psycopg.errors.AdminShutdown())
                now[0] += 1
            now[0] += TOGETHER_SECONDS

    assert [line["because"] for line in said] == ["AdminShutdown"] * 3


def test_those_that_go_on_breaking_are_told_of_from_time_to_time(database: str) -> None:
    now = [1000.0]
    known = Connections(lambda: now[0])

    with capture_logs() as said:
        while now[0] < 1000 + 2 * REMIND_SECONDS:
            known.broke(psycopg.OperationalError())
            now[0] += TOGETHER_SECONDS / 2

    assert len(said) == 2


def test_a_server_that_is_silent_is_told_of_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0.01)
    known, done = Connections(), []
    monkeypatch.setattr(known, "cut_all", lambda: done.append("cut"))

    with capture_logs() as said, known.in_time():
        while not done:
            pass
        known.broke(psycopg.OperationalError())  # which is what cutting does

    assert [line["event"] for line in said] == ["database silent, all connections cut"]


def test_one_writer_alone_is_never_told_that_others_are_in_the_way(store: Store) -> None:
    """psycopg had the server forget all prepared statements at the end of such a reading."""
    for _ in range(6):  # often enough for psycopg to prepare a statement too
        with store.begin(SYSTEM, NOW) as tx:
            append(tx)
            tx.rows(select(tables.instance.c.id))

    with store.at_one_moment(NOW) as tx:
        tx.check_key()

    with store.begin(SYSTEM, NOW) as tx:
        append(tx)


def test_a_pool_without_a_free_connection_is_busy_and_no_fault(store: Store) -> None:
    with pytest.raises(DatabaseBusy), faults.translated():
        raise faults.PoolExhausted
