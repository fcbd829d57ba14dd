"""One address that leads to another server from one moment to the next, as a moved IP or name does."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
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
THREADS, EACH, MOVES = 4, 25, 3
_RESET = struct.pack("ii", 1, 0)  # close with RST: a machine that knows nothing of the connection


class Relay:
    """Leads a port of this machine to a socket of PostgreSQL, until it is moved: then all are cut off."""

    def __init__(self, path: str) -> None:
        self._path, self._open, self._lock = path, list[socket.socket](), threading.Lock()
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
                    server = socket.socket(socket.AF_UNIX)
                    server.connect(self._path)
                    self._open += [client, server]
                    self.led[self.route] += 1
                for from_, to in ((client, server), (server, client)):
                    threading.Thread(target=self._lead, args=(from_, to), daemon=True).start()

    @staticmethod
    def _lead(from_: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError), from_, to:
            while said := from_.recv(65536):
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
    done = threading.Semaphore(0)

    def work(thread: int) -> list[str]:
        names = [f"{thread}-{number}" for number in range(EACH)]
        for name in names:
            moving.run(SYSTEM, appending(name))
            done.release()
        return names

    with ThreadPoolExecutor(THREADS) as threads:
        running = [threads.submit(work, thread) for thread in range(THREADS)]
        for _ in range(MOVES):
            for _ in range(THREADS * EACH // (MOVES + 1)):
                assert done.acquire(timeout=60)
            relay.move(away_seconds=0.2)
        told = sorted(name for each in running for name in each.result(timeout=60))

    assert moving.read(sources) == told
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
