"""Whether a web process is well: told at once and as it is, also where a network swallows everything."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from flowcase import bootstrap
from flowcase.config import Config
from flowcase.store import connections, pulse
from tests.ports import free_port
from tests.services.test_silent_connections import Swallowing, until

THREADS = 2
BALANCER = 2.0  # seconds, as its patience is
WITHIN = 5.0  # seconds, where the machine does much else meanwhile; who waits for the database takes longer


class SwallowingAll(Swallowing):
    """Swallows what comes over new connections too."""

    is_shut = False

    def _pass_on(self, said: bytes, from_: socket.socket, to: socket.socket) -> None:
        if not self.is_shut:
            super()._pass_on(said, from_, to)


@pytest.fixture
def relay(database: str) -> Iterator[SwallowingAll]:
    place = make_url(database)
    port = place.port or place.query.get("port") or 5432
    relay = SwallowingAll(str(Path(str(place.query["host"])) / f".s.PGSQL.{port}"))
    yield relay
    relay.close()


@pytest.fixture
def web(database: str, relay: SwallowingAll, tmp_path: Path) -> Iterator[int]:
    """The port of a web process whose every connection to the database goes through the relay."""
    settings = Config(home=tmp_path, database_url=database)
    settings.create_missing_key()
    bootstrap.upgrade(settings)
    far = make_url(database).set(
        host="127.0.0.1", port=relay.port, query={"sslmode": "disable", "gssencmode": "disable"}
    )
    port = free_port()
    told = {
        "FLOWCASE_HOME": str(tmp_path),
        "FLOWCASE_DATABASE_URL": far.render_as_string(hide_password=False),
    }
    command = [sys.executable, "-m", "flowcase", "serve", "--port", str(port), "--threads", str(THREADS)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **told}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        until(lambda: health(port)[0] == 200)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def health(
    port: int, path: str = "/sund", *, over: http.client.HTTPConnection | None = None
) -> tuple[int, str]:
    """(status, why), asked over a connection of its own or over one that was used before."""
    connection = over or http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("because", "")
    except OSError:
        connection.close()  # else its next request would stand behind this one
        return 0, "no answer in time"
    finally:
        if over is None:
            connection.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_asks_is_told_in_time_while_everything_is_swallowed_and_every_thread_waits_for_the_database(
    web: int, relay: SwallowingAll
) -> None:
    held = [threading.Thread(target=_ask, args=(web,)) for _ in range(3 * THREADS)]
    with closing(http.client.HTTPConnection("127.0.0.1", web, timeout=WITHIN)) as kept:
        until(lambda: health(web, over=kept) == (200, ""))

        relay.is_shut = True
        for each in held:
            each.start()
        time.sleep(1.5)  # longer than an answer of before counts
        found, took = [], []
        for turn in range(12):
            time.sleep(0.5)
            began = time.monotonic()
            found.append(health(web, over=kept if turn % 2 else None))
            took.append(time.monotonic() - began)

        assert all(each.is_alive() for each in held), "nobody got an answer of the database meanwhile"
        assert set(found) == {(503, "the database does not answer")}
        assert sorted(took)[-3] < BALANCER  # but for two, which may have met a busy moment of the machine
        assert health(web, "/sund/proces") == (200, "")
    assert pulse.WITHIN_SECONDS < BALANCER < WITHIN < connections.ANSWER_SECONDS

    relay.is_shut = False
    until(lambda: health(web) == (200, ""))
    for each in held:
        each.join(60)


def _ask(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    with closing(connection), suppress(OSError):
        connection.request("GET", "/underret")
        connection.getresponse().read()


def test_a_database_that_answers_is_healthy(stranger) -> None:
    answer = stranger.client.get("/sund")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
