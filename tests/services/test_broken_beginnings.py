"""A connection that ends before it is of use, at whichever message: who connects tries again and says little.

What is said of it by the driver and by SQLAlchemy is a traceback of two errors and one of ours; the log of a
process has one line at the most.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import logging
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import make_url
from structlog.testing import capture_logs

from flowcase import bootstrap, scheduler
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cli import examining
from flowcase.outage import Outage
from flowcase.services.machines.nodes import Nodes
from flowcase.services.transactions import DatabaseLost, Transactions, patiently
from flowcase.store import Store, connecting
from flowcase.store.keys import Keyring
from flowcase.store.pulse import SILENT
from tests.conftest import NOW
from tests.services.test_moving_address import Relay, sources

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
MOST = 60  # messages over a new connection until what was wanted is done
ONE_LINE = ({"connection to the database broke"}, {"database silent, all connections cut"}, set[str]())


class Ending(Relay):
    """Ends the next new connection behind a number of messages, whoever says them."""

    def __init__(self, at: str | tuple[str, int]) -> None:
        self.how, self._left, self._of = "close", 0, frozenset[socket.socket]()
        self._old: list[socket.socket] = []
        self.has_ended = threading.Event()
        super().__init__(at)

    def end_behind(self, messages: int, how: str) -> None:
        self.has_ended.clear()
        with self._lock:
            self.how, self._left, self._of, self._old = how, messages, frozenset(), list(self._open)

    def _pass_on(self, said: bytes, from_: socket.socket, to: socket.socket) -> None:
        with self._lock:
            if self._left and not self._of and from_ not in self._old:
                self._of = frozenset({from_, to})
            if from_ in self._of:
                self._left -= self._left > 0
                if not self._left:
                    self.has_ended.set()
        if from_ not in self._of or not self.has_ended.is_set():
            super()._pass_on(said, from_, to)
            return
        if self.how == "stall":
            return
        if self.how == "half":
            super()._pass_on(said[: len(said) // 2], from_, to)
        if self.how == "reset":
            for each in (from_, to):
                ctypes.CDLL(None).connect(each.fileno(), bytes(16), 16)  # to nowhere: TCP sends a reset
        raise OSError


@pytest.fixture
def relay(database: str) -> Iterator[Ending]:
    place = make_url(database)
    port = place.port or place.query.get("port") or 5432
    relay = Ending(str(Path(str(place.query["host"])) / f".s.PGSQL.{port}"))
    yield relay
    relay.close()


@pytest.fixture
def led(database: str, relay: Ending, keyring: Keyring) -> Callable[[], Store]:
    """A new store whose every connection goes through the relay."""
    query = {"sslmode": "disable", "gssencmode": "disable"}
    place = make_url(database).set(host="127.0.0.1", port=relay.port, query=query)
    return lambda: Store(place.render_as_string(hide_password=False), keyring)


class Clock:
    def now(self) -> dt.datetime:
        return NOW


def beginning(store: Store, flow: Flowcase) -> None:
    assert patiently(store.revision) is not None
    patiently(lambda: store.check_key(NOW))


def reading(store: Store, flow: Flowcase) -> None:
    assert Transactions(store, Clock()).read(sources) == []


def reading_at_one_moment(store: Store, flow: Flowcase) -> None:
    assert Transactions(store, Clock()).read_at_one_moment(sources) == []


def writing(store: Store, flow: Flowcase) -> None:
    Transactions(store, Clock()).run(SYSTEM, lambda tx: tx.stream("case:SAG-1"))


def polling(store: Store, flow: Flowcase) -> None:
    assert Transactions(store, Clock()).glance(sources) == []


def asking_for_the_time(store: Store, flow: Flowcase) -> None:
    Nodes(Transactions(store, Clock()), "n1").clock_ahead(Clock().now)


def beating(store: Store, flow: Flowcase) -> None:
    nodes = Nodes(Transactions(store, Clock()), "n1")
    scheduler._tick("heartbeat", lambda: nodes.beat("web", NOW), Outage())
    assert [node.id for node in nodes.overview(NOW).nodes] == ["n1"]


def leaving(store: Store, flow: Flowcase) -> None:
    scheduler._tick("heartbeat", lambda: Nodes(Transactions(store, Clock()), "n1").leave(within=60), Outage())


def handing_back(store: Store, flow: Flowcase) -> None:
    far = bootstrap.assemble(flow.settings, store, Clock(), handlers=flow.handlers)
    assert far.jobs.hand_back(within=60) == 0


def being_asked_for_health(store: Store, flow: Flowcase) -> None:
    while store.pulse.fault() == SILENT:  # on a machine that does much else
        pass


def listening(store: Store, flow: Flowcase) -> None:
    for _ in range(2):
        try:
            with contextlib.closing(cast(Generator[bool], store.news_of_work(0.01))) as news:
                assert next(news) is False
        except DatabaseLost:
            continue
        return
    pytest.fail("Expected to hear something over the second connection.")


def staying_in_touch(store: Store, flow: Flowcase) -> None:
    far = bootstrap.assemble(flow.settings, store, Clock(), handlers=flow.handlers)
    stopping = threading.Event()
    watching = threading.Thread(target=scheduler.stay_in_touch, args=(far, stopping))
    watching.start()
    try:
        reading(store, flow)
    finally:
        stopping.set()
        watching.join(60)


def examining_sessions(store: Store, flow: Flowcase) -> None:
    for _ in range(2):
        try:
            list(examining.sessions(store))
        except DatabaseLost:
            continue
        return
    pytest.fail("Expected an answer over the second connection.")


WAYS = [
    beginning,
    reading,
    reading_at_one_moment,
    writing,
    polling,
    asking_for_the_time,
    beating,
    leaving,
    handing_back,
    being_asked_for_health,
    listening,
    staying_in_touch,
    examining_sessions,
]


def at_each_message(
    led: Callable[[], Store],
    relay: Ending,
    flow: Flowcase,
    caplog: pytest.LogCaptureFixture,
    way: Callable[[Store, Flowcase], None],
    how: str,
    numbers: range,
) -> int:
    """How many messages there were to be ended behind."""
    for number in numbers:
        store = led()
        relay.end_behind(number, how)
        try:
            with capture_logs() as said, caplog.at_level(logging.WARNING):
                way(store, flow)
        finally:
            store.close()
        where = f"{how} behind message {number}"
        assert {line["event"] for line in said} in ONE_LINE, where
        assert len(said) <= 1, where
        assert caplog.records == [], where
        if not relay.has_ended.is_set():
            return number
    return numbers[-1]


@pytest.mark.parametrize(
    ("way", "how"),
    [(way, "close") for way in WAYS]
    + [(way, how) for way in (reading, writing, listening) for how in ("half", "reset")],
)
def test_one_that_breaks_is_made_anew_and_leaves_no_traceback(
    led: Callable[[], Store],
    relay: Ending,
    flow: Flowcase,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Store, Flowcase], None],
    how: str,
) -> None:
    monkeypatch.setattr(scheduler, "AWAY_SECONDS", 0.01)

    messages = at_each_message(led, relay, flow, caplog, way, how, range(1, MOST))

    assert 4 < messages < MOST - 1, "from the handshake to where nothing was left to be ended"


@pytest.mark.parametrize("way", [beginning, reading, writing, listening, being_asked_for_health])
def test_one_that_falls_silent_is_given_up_and_leaves_no_traceback(
    led: Callable[[], Store],
    relay: Ending,
    flow: Flowcase,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Store, Flowcase], None],
) -> None:
    monkeypatch.setitem(connecting._CONNECTION, "connect_timeout", 2)
    monkeypatch.setattr("flowcase.store.connections.ANSWER_SECONDS", 1.0)

    at_each_message(led, relay, flow, caplog, way, "stall", range(1, 3))
