"""A way to the server that takes what is sent and leads nowhere: no connection is told that it is broken."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from flowcase import bootstrap, scheduler
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.services import transactions
from flowcase.services.transactions import DatabaseLost
from flowcase.store import Store
from flowcase.store.keys import Keyring
from flowcase.web import create_app
from tests.services.conftest import OPERATOR
from tests.services.diagrams import catch, end, process, start, timer, user_task
from tests.services.test_moving_address import Relay

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


class Swallowing(Relay):
    """Swallows from some moment on what comes over the connections of before; new ones lead to the server."""

    def __init__(self, at: str | tuple[str, int]) -> None:
        self.swallowed: set[socket.socket] = set()
        self.is_black_hole = False  # what comes over new connections is swallowed too
        super().__init__(at)

    def swallow(self) -> None:
        with self._lock:
            self.swallowed |= set(self._open)

    def end_newest(self) -> None:
        with self._lock:
            for each in self._open[-2:]:
                with contextlib.suppress(OSError):  # given up already
                    each.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, said: bytes, from_: socket.socket, to: socket.socket) -> None:
        if not self.is_black_hole and from_ not in self.swallowed:
            super()._pass_on(said, from_, to)


@pytest.fixture
def relay(database: str) -> Iterator[Swallowing]:
    place = make_url(database)
    port = place.port or place.query.get("port") or 5432
    relay = Swallowing(str(Path(str(place.query["host"])) / f".s.PGSQL.{port}"))
    yield relay
    relay.close()


@pytest.fixture
def led(
    database: str, relay: Swallowing, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A store whose every connection goes through the relay."""
    place = make_url(database).set(
        host="127.0.0.1",
        port=relay.port,
        query={"sslmode": "disable", "gssencmode": "disable", "connect_timeout": "2"},
    )
    store = Store(place.render_as_string(hide_password=False), keyring)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def soon(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowcase.store.database.SILENT_SECONDS", 0.5)
    monkeypatch.setattr("flowcase.store.connections.DOUBT_SECONDS", 0.5)
    monkeypatch.setattr("flowcase.store.connections.ANSWER_SECONDS", 2.0)
    monkeypatch.setattr(scheduler, "AWAY_SECONDS", 0.1)
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.1)


def test_who_listens_notices_that_nothing_comes_any_more(led: Store, relay: Swallowing) -> None:
    news = led.news_of_work(0.1)
    for _ in range(20):  # while it leads to the server, being asked changes nothing
        assert next(news) is False

    relay.swallow()
    with pytest.raises(DatabaseLost):
        for _ in range(600):
            next(news)

    assert next(led.news_of_work(0.1)) is False


def test_a_worker_whose_connections_all_lead_nowhere_goes_on_firing_timers(
    led: Store, relay: Swallowing, clock: ManualClock, flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("t", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    flow.instances.start("t", {}, actor=OPERATOR)
    far = bootstrap.assemble(flow.settings, led, clock, handlers=flow.handlers)
    stopping = threading.Event()
    worker = threading.Thread(target=lambda: scheduler.run_until(far, stopping))
    worker.start()
    try:
        until(lambda: flow.nodes.overview(dt.datetime.now(dt.UTC)).has_worker)
        before = relay.led[0]

        relay.swallow()
        clock.advance(dt.timedelta(hours=1))

        until(lambda: bool(flow.user_tasks.list()))
        assert [row.element for row in flow.user_tasks.list()] == ["efter"]
        assert relay.led[0] > before
    finally:
        stopping.set()
        worker.join(60)


def test_a_web_process_whose_connections_all_lead_nowhere_goes_on_reading_and_writing(
    database: str,
    led: Store,
    relay: Swallowing,
    clock: ManualClock,
    flow: Flowcase,
    deploy: Callable[..., Any],
) -> None:
    deploy(process("t", start(), user_task("svar"), end()))
    instance = flow.instances.start("t", {}, actor=OPERATOR)
    far = bootstrap.assemble(flow.settings, led, clock, handlers=flow.handlers)
    stopping = threading.Event()
    watching = threading.Thread(target=lambda: scheduler.stay_in_touch(far, stopping))
    watching.start()
    found: list[str] = []

    def ask() -> None:
        (row,) = far.user_tasks.list()
        found.append(row.element)

    def answer() -> None:
        (row,) = flow.user_tasks.list()
        far.user_tasks.complete(row.id, {}, actor=OPERATOR)

    try:
        ask()  # whose connection rests
        until(lambda: is_asked(database))

        relay.swallow()
        threading.Thread(target=ask, daemon=True).start()
        until(lambda: found == ["svar", "svar"])

        relay.swallow()
        threading.Thread(target=answer, daemon=True).start()
        until(lambda: flow.instances.get(instance).status == "completed")
    finally:
        stopping.set()
        watching.join(60)


def test_when_the_connection_over_which_is_asked_breaks_the_silent_ones_are_given_up_too(
    database: str, led: Store, relay: Swallowing, clock: ManualClock, flow: Flowcase
) -> None:
    far = bootstrap.assemble(flow.settings, led, clock, handlers=flow.handlers)
    stopping = threading.Event()
    watching = threading.Thread(target=lambda: scheduler.stay_in_touch(far, stopping))
    found: list[object] = []
    far.user_tasks.list()  # whose connection rests
    watching.start()
    try:
        until(lambda: is_asked(database))

        relay.swallow()
        threading.Thread(target=lambda: found.append(far.user_tasks.list()), daemon=True).start()
        relay.end_newest()

        until(lambda: bool(found))
        assert found == [[]]
    finally:
        stopping.set()
        watching.join(60)


@pytest.fixture
def people(led: Store, clock: ManualClock, flow: Flowcase, database: str) -> Iterator[Flowcase]:
    """The installation as a web process has it, who sees to its connections."""
    far = bootstrap.assemble(flow.settings, led, clock, handlers=flow.handlers)
    stopping = threading.Event()
    watching = threading.Thread(target=lambda: scheduler.stay_in_touch(far, stopping))
    watching.start()
    until(lambda: is_asked(database))
    yield far
    stopping.set()
    watching.join(60)


def test_people_are_told_once_neither_old_nor_new_connections_lead_anywhere(
    people: Flowcase, relay: Swallowing
) -> None:
    web = create_app(people, secret_key=b"k" * 32)
    people.user_tasks.list()  # whose connection rests

    relay.is_black_hole = True
    began = time.monotonic()
    with pytest.raises(DatabaseLost):
        people.user_tasks.list()
    first = time.monotonic() - began
    came_later = web.test_client().get("/opgaver")
    later = time.monotonic() - began - first
    relay.is_black_hole = False
    relay.swallow()

    assert first < transactions.PATIENCE_SECONDS - 5
    assert (came_later.status_code, later < 20) == (503, True)
    until(lambda: not people.store.pulse.fault())
    assert web.test_client().get("/opgaver").status_code == 302
    assert people.user_tasks.list() == []


def test_people_wait_for_a_database_that_refuses_them_since_it_is_restarting(
    people: Flowcase, relay: Swallowing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Swallowing, "_pass_on", lambda *_: (_ for _ in ()).throw(OSError))  # hangs up at once
    relay.move()
    found: list[object] = []
    asking = threading.Thread(target=lambda: found.append(people.user_tasks.list()), daemon=True)
    asking.start()
    asking.join(4)
    assert (found, people.store.is_known_to_be_silent()) == ([], False)

    monkeypatch.undo()

    until(lambda: bool(found))
    assert found == [[]]


def test_a_worker_tries_again_however_silent_the_database_is(led: Store, relay: Swallowing) -> None:
    with led.engine.connect():
        pass
    relay.is_black_hole = True

    led.pulse.fault()
    until(lambda: led._connections.lead_nowhere())

    assert not led.is_hopeless()


def is_asked(database: str) -> bool:
    """Whether a connection is asked over that has had an answer."""
    with psycopg.connect(database.replace("+psycopg", "")) as other:
        asked = "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT 1' AND state = 'idle'"
        return other.execute(f"{asked} AND datname = current_database()").fetchone() is not None


def until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    assert is_so()
