"""A question that takes too long is given up, and a process that stands still gives its locks back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg.errors
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM
from flowcase.cases.events import IntakeRefused
from flowcase.clock import ManualClock
from flowcase.config import Config, load
from flowcase.services.transactions import DatabaseSlow, Transactions
from flowcase.store import Keyring, SessionShared, Store, Tx
from flowcase.store.queries import history
from tests.conftest import NOW

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
STREAM = "installation"
REFUSED = IntakeRefused(source="first", line=None, fields=())


@pytest.fixture
def hasty(database: str, keyring: Keyring) -> Iterator[Store]:
    store = Store(database, keyring, statement_seconds=1)
    yield store
    store.close()


def shown(store: Store, setting: str) -> str:
    with store.engine.connect() as connection:
        return str(connection.execute(text(f"SHOW {setting}")).scalar())


def wait_until_it_is_cut_off(store: Store, tx: Tx) -> None:
    """Until PostgreSQL has ended the process that serves this transaction."""
    pid = tx._connection.execute(text("SELECT pg_backend_pid()")).scalar()
    until = time.monotonic() + 60
    with store.plain.connect() as other:
        while other.execute(text(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid}")).scalar():
            assert time.monotonic() < until
            time.sleep(0.01)
            other.rollback()  # else it would be shown what it was shown before


def count(tx: Tx) -> int:
    return len(history.events(tx, STREAM))


def test_a_statement_that_takes_too_long_is_given_up_and_nothing_is_written(hasty: Store) -> None:
    transactions = Transactions(hasty, ManualClock(NOW))
    tries = []

    def work(tx: Tx) -> None:
        tries.append(1)
        tx.append(STREAM, REFUSED)
        tx.execute(text("SELECT pg_sleep(600)"))

    with pytest.raises(DatabaseSlow, match="FLOWCASE_STATEMENT_SECONDS"):
        transactions.run(SYSTEM, work)

    assert len(tries) == 1  # who is too slow is not tried again
    assert transactions.read(count) == 0


def test_only_nodes_are_in_a_hurry(database: str, keyring: Keyring, tmp_path) -> None:
    key = tmp_path / "installation.key"
    settings = Config(home=tmp_path, database_url=database, statement_seconds=7)
    settings.create_missing_key()
    assert key.exists()

    node = bootstrap.open(settings, is_node=True)
    command = bootstrap.open(settings)
    node_shows, command_shows = (
        shown(node.store, "statement_timeout"),
        shown(command.store, "statement_timeout"),
    )
    node.close()
    command.close()

    assert (node_shows, command_shows) == ("7s", "0")
    assert load(home=tmp_path, environment={}).statement_seconds == 60


def test_a_transaction_that_stands_still_is_undone_and_done_again(store: Store, database: str) -> None:
    transactions = Transactions(store, ManualClock(NOW))
    tries = []

    def work(tx: Tx) -> None:
        tries.append(1)
        tx.append(STREAM, REFUSED)
        if len(tries) == 1:
            tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 50"))
            wait_until_it_is_cut_off(store, tx)  # as a process that was stopped

    transactions.run(SYSTEM, work)

    assert shown(store, "idle_in_transaction_session_timeout") == "1min"
    assert len(tries) == 2
    assert transactions.read(count) == 1


def test_a_server_that_vanishes_is_noticed_and_the_address_may_say_when(
    store: Store, keyring: Keyring
) -> None:
    own = make_url(str(store.url.render_as_string(hide_password=False)))
    patient = Store(
        own.update_query_dict({"tcp_user_timeout": "90000"}).render_as_string(hide_password=False), keyring
    )

    def parameters(store: Store) -> dict[str, str]:
        with store.plain.connect() as connection:
            return dict(connection.connection.driver_connection.info.get_parameters())  # type: ignore[union-attr]

    usual, other = parameters(store), parameters(patient)
    patient.close()

    assert (usual["connect_timeout"], usual["tcp_user_timeout"], usual["keepalives_idle"]) == (
        "10",
        "20000",
        "15",
    )
    assert (other["tcp_user_timeout"], other["connect_timeout"]) == ("90000", "10")


def test_a_pooler_that_mixes_up_prepared_statements_is_named(store: Store) -> None:
    with store.plain.connect() as held:
        held.exec_driver_sql("PREPARE taken AS SELECT 1")

        def work(tx: Tx) -> None:
            try:
                held.exec_driver_sql("PREPARE taken AS SELECT 1")
            except ProgrammingError as error:
                assert isinstance(error.orig, psycopg.errors.DuplicatePreparedStatement)
                raise

        with pytest.raises(SessionShared, match="max_prepared_statements"):
            Transactions(store, ManualClock(NOW)).run(SYSTEM, work)
