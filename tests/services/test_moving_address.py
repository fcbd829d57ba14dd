"""One address that leads to another server from one moment to the next, as a moved IP or name does."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
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
from flowcase.services.transactions import Transactions
from flowcase.store import Store, Tx
from flowcase.store.keys import Keyring
from flowcase.store.queries import history
from tests.conftest import NOW

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
STREAM = "case:SAG-1"
THREADS, STEPS, MOVES = 4, 25, 3
_RESET = struct.pack("ii", 1, 0)  # close with RST: a machine that knows nothing of the connection


class Relay:
    """Leads a port of this machine to a PostgreSQL, until it is moved: then all are cut off."""

    def __init__(self, at: str | tuple[str, int]) -> None:
        self._at, self._open, self._lock = at, list[socket.socket](), threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.route, self.led = 0, [0]  # which server it leads to now; connections that were led to each
        threading.Thread(target=self._serve, daemon=True).start()

    def move(self, *, away_seconds: float = 0.0) -> None:
        """Nobody is told anything; for a while nobody answers either."""
        with self._lock:
            self.route += 1
            self.led.append(0)
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()
            threading.Event().wait(away_seconds)

    def close(self) -> None:
        self._listening.close()
        self.move()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                with self._lock:
                    server = socket.socket(socket.AF_UNIX if isinstance(self._at, str) else socket.AF_INET)
                    server.connect(self._at)
                    self._open += [client, server]
                    self.led[self.route] += 1
                threading.Thread(target=self._lead_both, args=(client, server), daemon=True).start()

    def _lead_both(self, client: socket.socket, server: socket.socket) -> None:
        """Closed once neither thread uses them: who waits on a socket that another one closes is not woken,
        and the server would keep the session, with its locks, until it has been idle for a minute."""
        back = threading.Thread(target=self._lead, args=(server, client), daemon=True)
        with client, server:
            back.start()
            self._lead(client, server)
            back.join()

    def _lead(self, from_: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := from_.recv(65536):
                self._pass_on(said, from_, to)
        for each in (from_, to):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, said: bytes, from_: socket.socket, to: socket.socket) -> None:
        to.sendall(said)


@pytest.fixture
def relay(database: str) -> Iterator[Relay]:
    place = make_url(database)
    host, port = place.query["host"], place.port or place.query.get("port") or 5432
    relay = Relay(str(Path(str(host)) / f".s.PGSQL.{port}"))
    yield relay
    relay.close()


@pytest.fixture
def moving(database: str, relay: Relay, keyring: Keyring) -> Iterator[Transactions]:
    """Transactions at the address that moves."""
    place = make_url(database)
    address = place.set(
        host="127.0.0.1", port=relay.port, query={"sslmode": "disable", "gssencmode": "disable"}
    )
    store = Store(address.render_as_string(hide_password=False), keyring)
    yield Transactions(store, ManualClock(NOW))
    store.close()


def appending(source: str) -> Callable[[Tx], None]:
    return lambda tx: tx.append(STREAM, IntakeRefused(source=source, line=None, fields=()))


def sources(tx: Tx) -> list[str]:
    return sorted(each.event.source for each in history.events(tx, STREAM))  # type: ignore[union-attr]


def test_who_works_while_it_moves_loses_and_doubles_nothing(moving: Transactions, relay: Relay) -> None:
    told: list[str] = []
    enough = threading.Event()

    def work(thread: int) -> None:
        for number in itertools.count():
            if enough.is_set():
                return
            name = f"{thread}-{number}"
            moving.run(SYSTEM, appending(name))
            told.append(name)

    def until_more_is_done() -> None:
        wanted, until = len(told) + STEPS, time.monotonic() + 60
        while len(told) < wanted:
            assert time.monotonic() < until
            time.sleep(0.01)

    with ThreadPoolExecutor(THREADS) as threads:
        running = [threads.submit(work, thread) for thread in range(THREADS)]
        try:
            until_more_is_done()
            for _ in range(MOVES):
                relay.move(away_seconds=0.2)
                until_more_is_done()
        finally:
            enough.set()
        for each in running:
            each.result(timeout=60)

    assert moving.read(sources) == sorted(told)
    assert all(relay.led), "each server was led to"


def test_connections_that_rested_are_given_up_by_who_reads_and_by_who_writes(
    moving: Transactions, relay: Relay
) -> None:
    barrier = threading.Barrier(THREADS)

    def together(tx: Tx) -> list[str]:
        found = sources(tx)
        barrier.wait(30)
        return found

    moving.run(SYSTEM, appending("before"))
    with ThreadPoolExecutor(THREADS) as threads:  # as many connections rest afterwards
        assert [each.result() for each in [threads.submit(moving.read, together) for _ in range(THREADS)]]

    relay.move()
    assert moving.read(sources) == ["before"]
    relay.move()
    moving.run(SYSTEM, appending("behind"))

    assert moving.read(sources) == ["before", "behind"]
    assert moving.glance(sources) == ["before", "behind"]
    assert relay.led[1:] == [1, 1], "the others that rested were given up with the first one"
