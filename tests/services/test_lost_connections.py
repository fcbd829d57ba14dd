"""A connection that breaks is nobody's work lost and nobody's work done twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.cases.events import IntakeRefused
from flowcase.clock import ManualClock
from flowcase.config import Config, InvalidSetting
from flowcase.services import transactions as transactions_module
from flowcase.services.transactions import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseLost,
    OutcomeUnknown,
    Transactions,
)
from flowcase.store import Store, Tx, database, faults, migrating, wire
from flowcase.store.queries import history
from tests.conftest import NOW

STREAM = "case:SAG-1"
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def transactions(store: Store) -> Transactions:
    return Transactions(store, ManualClock(NOW))


def count(tx: Tx) -> int:
    return len(history.events(tx, STREAM))


def cut_at_commit(monkeypatch: pytest.MonkeyPatch, *, after: bool, times: int = 1) -> list[int]:
    """The next commits lose their connection, before or after the server has done them."""
    real: Callable[..., Any] = wire._PipelinedWire.talk
    left = [times]

    def talk(self: Any, *said: Any, commit: bool = False) -> Any:
        if not commit or left[0] == 0:
            return real(self, *said, commit=commit)
        left[0] -= 1
        if after:
            real(self, *said, commit=True)
        self._driver.close()
        return real(self, *said, commit=True)

    monkeypatch.setattr(wire._PipelinedWire, "talk", talk)
    return left


@on_postgresql
def test_a_step_whose_connection_is_ended_is_done_again_and_counts_once(transactions: Transactions) -> None:
    tries = []

    def work(tx: Tx) -> str:
        tx.append(STREAM, IntakeRefused(source="api", line=None, fields=()))
        tries.append(tx)
        if len(tries) == 1:
            pid = tx._connection.execute(text("SELECT pg_backend_pid()")).scalar()
            with transactions.store.engine.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({pid})"))
        return "done"

    assert transactions.run(SYSTEM, work) == "done"

    assert len(tries) == 2
    assert transactions.read(count) == 1


@on_postgresql
@pytest.mark.parametrize("after", [True, False], ids=["after the commit", "before the commit"])
def test_a_connection_cut_during_the_commit_is_asked_about_and_the_step_counts_once(
    transactions: Transactions, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    tries = []

    def work(tx: Tx) -> int:
        tx.append(STREAM, IntakeRefused(source="api", line=None, fields=()))
        tries.append(tx)
        return len(tries)

    transactions.run(SYSTEM, lambda tx: tx.stream(STREAM))
    left = cut_at_commit(monkeypatch, after=after)

    assert transactions.run(SYSTEM, work) == (1 if after else 2)

    assert left == [0]
    assert transactions.read(count) == 1


@on_postgresql
def test_a_server_that_knows_nothing_of_the_commit_is_told_to_a_person(
    transactions: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_at_commit(monkeypatch, after=False)
    monkeypatch.setattr(Tx, "transaction_number", lambda tx: "3")  # of a time before this server's memory

    with pytest.raises(OutcomeUnknown, match="Look at the case"):
        transactions.run(
            SYSTEM, lambda tx: tx.append(STREAM, IntakeRefused(source="x", line=None, fields=()))
        )


@on_postgresql
@pytest.mark.parametrize("number_of", ["nobody yet", "another one"])
def test_a_server_that_crashed_and_gives_the_number_away_again_has_not_committed(
    transactions: Transactions, monkeypatch: pytest.MonkeyPatch, number_of: str
) -> None:
    tries = []

    def work(tx: Tx) -> int:
        tx.append(STREAM, IntakeRefused(source="api", line=None, fields=()))
        tries.append(tx)
        return len(tries)

    transactions.run(SYSTEM, lambda tx: tx.stream(STREAM))
    with transactions.store.engine.begin() as other:
        committed = other.execute(text("SELECT CAST(pg_current_xact_id() AS text)")).scalar()
    cut_at_commit(monkeypatch, after=False)
    told = committed if number_of == "another one" else str(2**31)
    monkeypatch.setattr(Tx, "transaction_number", lambda tx: told)

    assert transactions.run(SYSTEM, work) == 2

    assert transactions.read(count) == 1


@on_postgresql
def test_a_server_that_stays_away_is_said_after_a_while(
    transactions: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowcase.services.transactions.PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(database, "OUTCOME_SECONDS", 0.3)

    def refuse(*_: Any, **__: Any) -> Any:
        raise psycopg.OperationalError("connection refused")

    transactions.store.working.dispose()
    monkeypatch.setattr(psycopg, "connect", refuse)

    with pytest.raises(DatabaseLost, match=r"connection was lost\. Nothing was changed\. Try again\."):
        transactions.read(count)


@on_postgresql
def test_a_node_that_starts_while_the_database_restarts_waits_for_it(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Config(home=tmp_path, database_url=database)
    settings.create_missing_key()
    bootstrap.upgrade(settings)
    real, refusals = psycopg.connect, [2]

    def connect(*arguments: Any, **options: Any) -> Any:
        refusals[0] -= 1
        if refusals[0] >= 0:
            raise psycopg.OperationalError("the database system is starting up")
        return real(*arguments, **options)

    monkeypatch.setattr(psycopg, "connect", connect)
    flow = bootstrap.open(settings)

    assert refusals[0] < 0
    flow.close()


@on_postgresql
def test_an_installation_that_cannot_be_opened_leaves_no_connection_behind(
    store: Store, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Store] = []
    real = Store.close
    monkeypatch.setattr(Store, "close", lambda self: (closed.append(self), real(self)))
    settings = Config(home=tmp_path, database_url=database, journal_url="http://journal.example.dk")
    settings.create_missing_key()

    with pytest.raises(InvalidSetting, match="FLOWCASE_JOURNAL_URL"):
        bootstrap.open(settings)

    assert len(closed) == 1


@on_postgresql
@pytest.mark.parametrize("met", [1, 12])
def test_a_migration_that_meets_nodes_at_work_is_done_again(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, met: int
) -> None:
    settings = Config(home=tmp_path, database_url=database)
    settings.create_missing_key()
    real, tries = migrating.upgrade, []

    def upgrade(engine: Any, *, alone: bool) -> None:
        tries.append(alone)
        if len(tries) <= met:
            with engine.connect() as connection:
                connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))  # a deadlock
        real(engine, alone=alone)

    monkeypatch.setattr(migrating, "upgrade", upgrade)
    monkeypatch.setattr(transactions_module.random, "uniform", lambda low, high: low)

    bootstrap.upgrade(settings)

    # At first beside the nodes, and then with every table locked before any is altered.
    assert tries == [*[False] * min(met + 1, 3), *[True] * (met - 2)]


@on_postgresql
def test_a_migration_that_is_alone_waits_for_every_table_before_it_alters_one(
    database: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "is_served", lambda engine: False)
    monkeypatch.setattr(migrating, "_WAIT", "SET LOCAL lock_timeout = '200ms'")
    begun: list[str] = []

    def add(config: Any, revision: str) -> None:
        begun.append(revision)
        config.attributes["connection"].exec_driver_sql("ALTER TABLE person ADD COLUMN of_tomorrow text")

    monkeypatch.setattr("alembic.command.upgrade", add)
    with store.engine.connect() as working:
        working.exec_driver_sql("LOCK TABLE webhook IN ROW EXCLUSIVE MODE")  # which `add` has no use for

        with pytest.raises(DatabaseBusy):
            store.upgrade(alone=True)
        assert begun == []
        store.upgrade()
        assert begun == ["head"]

    begun.clear()
    monkeypatch.setattr("alembic.command.upgrade", lambda config, revision: begun.append(revision))
    store.upgrade(alone=True)

    assert begun == ["head"]


@on_postgresql
def test_a_migration_behind_a_long_question_keeps_nobody_waiting(
    database: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "is_served", lambda engine: False)
    monkeypatch.setattr(migrating, "_WAIT", "SET LOCAL lock_timeout = '200ms'")
    adding = "ALTER TABLE person ADD COLUMN of_tomorrow text"
    monkeypatch.setattr(
        "alembic.command.upgrade",
        lambda config, revision: config.attributes["connection"].exec_driver_sql(adding),
    )
    with store.engine.connect() as reading:
        reading.exec_driver_sql("SELECT count(*) FROM person")  # and goes on for hours, as a backup does

        with pytest.raises(DatabaseBusy):
            store.upgrade()

        with store.engine.connect() as other:
            other.exec_driver_sql("SET lock_timeout = '1ms'")
            assert other.exec_driver_sql("SELECT count(*) FROM person").scalar() == 0
    store.upgrade()

    with store.engine.connect() as other:
        assert other.exec_driver_sql("SELECT count(of_tomorrow) FROM person").scalar() == 0


@on_postgresql
def test_a_standby_that_takes_no_writes_yet_is_asked_again(
    transactions: Transactions, store: Store, database: str
) -> None:
    named = make_url(database).database
    with store.engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {named} SET default_transaction_read_only = on"))
    store.close()
    refused = []

    def work(tx: Tx) -> None:
        tx.append(STREAM, IntakeRefused(source="first", line=None, fields=()))
        try:
            tx.stream(STREAM)
        except Exception as error:
            refused.append(error)
            promote()
            raise

    def promote() -> None:
        with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER DATABASE {named} RESET default_transaction_read_only".encode())

    transactions.run(SYSTEM, work)

    assert len(refused) == 1
    assert transactions.read(count) == 1


@on_sqlite
def test_a_full_disk_changes_nothing_and_is_said_in_words(
    transactions: Transactions, store: Store, tmp_path: Path
) -> None:
    transactions.run(
        SYSTEM, lambda tx: tx.append(STREAM, IntakeRefused(source="first", line=None, fields=()))
    )
    store.give_back()  # which the writer takes out again
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.rollback()

    def flood(tx: Tx) -> None:
        for number in range(2000):
            tx.append(STREAM, IntakeRefused(source=f"{number}" * 50, line=number, fields=("a",) * 50))

    with pytest.raises(DatabaseFull, match="disk is full"):
        transactions.run(SYSTEM, flood)

    assert transactions.read(count) == 1


def test_only_what_is_full_is_called_full() -> None:
    full = faults.DatabaseFault("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
    other = faults.DatabaseFault("INSERT", {}, sqlite3.OperationalError("no such table: x"))

    assert faults.is_full(full)
    assert not faults.is_full(other)
    assert not faults.is_lost(other)
