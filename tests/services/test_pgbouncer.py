"""PgBouncer in front of PostgreSQL, where it is installed: what works by session, and by transaction."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import IntakeRefused
from flowcase.clock import ManualClock
from flowcase.services.transactions import SessionShared, Transactions
from flowcase.store import Store, Tx
from flowcase.store.keys import Keyring
from flowcase.store.pooling import Pooling, pooling
from flowcase.store.queries import history
from tests.conftest import NOW
from tests.ports import free_port


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    [found] = re.findall(r"PgBouncer (\d+)\.(\d+)", said)
    return tuple(map(int, found))


PROGRAM = shutil.which("pgbouncer")
KNOWS_PREPARED = PROGRAM is not None and _version(PROGRAM) >= (1, 21)
pytestmark = [
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed: apt-get install pgbouncer"),
]
STREAM = "case:SAG-1"
THREADS, EACH = 8, 25


@pytest.fixture
def behind(database: str, keyring: Keyring, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """A store whose connections go through a PgBouncer that pools in this way."""
    place = make_url(database)
    server = Path(str(place.query["host"]))
    owner = server.stat().st_uid  # PgBouncer refuses to be root, and nobody else may enter there
    folder = server / "pgbouncer"
    folder.mkdir(exist_ok=True)
    os.chown(folder, owner, -1)
    running: list[subprocess.Popen[bytes]] = []
    stores: list[Store] = []

    def behind(mode: str, connections: int) -> Store:
        port = free_port()
        settings = folder / "pgbouncer.ini"
        prepared = "max_prepared_statements = 200\n" if KNOWS_PREPARED else ""
        settings.write_text(
            f"[databases]\n* = host={server} port={place.port or 5432} user={place.username}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = {connections}\n{prepared}"
            "ignore_startup_parameters = options,extra_float_digits\n"
        )
        with (tmp_path / "pgbouncer.log").open("wb") as log:
            running.append(subprocess.Popen([PROGRAM or "", settings], stdout=log, stderr=log, user=owner))
        _wait_for(port, log=tmp_path / "pgbouncer.log")
        address = place.set(
            host="127.0.0.1", port=port, query={"sslmode": "disable", "gssencmode": "disable"}
        )
        stores.append(Store(address.render_as_string(hide_password=False), keyring))
        return stores[-1]

    yield behind
    for store in stores:
        store.close()
    for each in running:
        each.terminate()
        each.wait(10)
    shutil.rmtree(folder)


def _wait_for(port: int, *, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


def at_work(store: Store) -> list[str]:
    """What many threads at once were told is written."""
    transactions = Transactions(store, ManualClock(NOW))

    def work(thread: int) -> list[str]:
        names = [f"{thread}-{number}" for number in range(EACH)]
        for name in names:
            transactions.run(SYSTEM, appending(name))
            transactions.read(sources)
        return names

    with ThreadPoolExecutor(THREADS) as threads:
        return sorted(name for names in threads.map(work, range(THREADS)) for name in names)


def appending(source: str) -> Callable[[Tx], None]:
    return lambda tx: tx.append(STREAM, IntakeRefused(source=source, line=None, fields=()))


def sources(tx: Tx) -> list[str]:
    return sorted(each.event.source for each in history.events(tx, STREAM))  # type: ignore[union-attr]


def test_by_session_all_works_as_without_it(behind: Callable[..., Store]) -> None:
    """Prepared statements, locks of a transaction, and who listens for new work is woken."""
    store = behind("session", 30)
    heard = threading.Event()

    def listen() -> None:
        for is_wanted in store.news_of_work(10):
            if is_wanted:
                heard.set()
                return

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    written = at_work(store)
    with store.begin(SYSTEM, NOW) as tx:
        tx.exclusive("a name")
        tx.wakes_workers = True
        appending("woken")(tx)

    assert pooling(store.plain) is Pooling.OWN_SESSIONS
    assert Transactions(store, ManualClock(NOW)).read(sources) == sorted([*written, "woken"])
    assert heard.wait(10)
    listening.join(10)


@pytest.mark.skipif(KNOWS_PREPARED, reason="this one knows prepared statements")
def test_by_transaction_one_that_knows_no_prepared_statements_is_refused_and_nothing_is_half_done(
    behind: Callable[..., Store],
) -> None:
    store = behind("transaction", 4)

    assert pooling(store.plain) is Pooling.MIXED_UP
    with pytest.raises(SessionShared):
        at_work(store)


@pytest.mark.skipif(not KNOWS_PREPARED, reason="this one knows no prepared statements")
def test_by_transaction_everything_but_listening_works(behind: Callable[..., Store]) -> None:
    store = behind("transaction", 4)

    written = at_work(store)

    assert pooling(store.plain) is Pooling.KEPT_APART
    assert Transactions(store, ManualClock(NOW)).read(sources) == written
