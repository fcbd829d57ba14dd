"""A web process that is told to stop ends soon when no request runs, and finishes those that do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

WITHIN, PATIENCE = 10, 240  # seconds; the latter on a machine that does much else
SERVING = """
import atexit, pathlib, sys, time
from flask import Flask
from flowcase.web import server

port, left, begun = int(sys.argv[1]), *map(pathlib.Path, sys.argv[2:])

def slow():
    begun.touch()
    time.sleep(4)
    return "finished"

def make():
    atexit.register(left.touch)
    app = Flask("served")
    app.add_url_rule("/", "at_once", lambda: "at once")
    app.add_url_rule("/slow", "slow", slow)
    return app

server.run(make, host="127.0.0.1", port=port, threads=4)
"""
AT_ONCE, SLOW = (f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in ("/", "/slow"))


class Served:
    def __init__(self, left: Path) -> None:
        self.port, self.left, self.begun = free_port(), left, left.with_name("begun")
        command = [sys.executable, "-c", SERVING, str(self.port), str(left), str(self.begun)]
        self.home = left.with_name("home of the service's user")
        self.home.mkdir()
        environment = os.environ | {"HOME": str(self.home)}
        environment.pop("XDG_RUNTIME_DIR", None)
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        self.connections: list[socket.socket] = []
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                self.say(AT_ONCE).recv(1000)
                return
            except ConnectionError:
                time.sleep(0.1)
        self.process.kill()
        self.process.communicate()
        raise TimeoutError("the server did not begin")

    def say(self, words: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.connections.append(connection)
        connection.sendall(words)
        return connection

    def told_to_stop(self) -> tuple[int, float]:
        """How it ended, and after how many seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        return status, time.monotonic() - began


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = Served(tmp_path / "left")
    yield found
    found.process.kill()
    found.process.communicate()
    for connection in found.connections:
        connection.close()


@pytest.mark.parametrize(
    "connect",
    [
        lambda served: None,
        lambda served: [served.say(b"") for _ in range(6)],
        lambda served: [served.say(b"GET / HT") for _ in range(3)],
        lambda served: [served.say(AT_ONCE).recv(1000) for _ in range(6)],
    ],
    ids=["nobody", "browsers that may need one later", "who stopped in a request", "who may click on"],
)
def test_nobody_who_asks_for_nothing_keeps_a_web_process_from_ending(
    served: Served, connect: Callable[[Served], object]
) -> None:
    connect(served)
    time.sleep(0.5)  # a connection without words is handed from a thread to the loop

    status, seconds = served.told_to_stop()

    assert status == 0
    assert seconds < WITHIN
    assert served.left.exists()  # what it does when it ends was done


def test_a_request_that_runs_is_finished_before_a_web_process_ends(served: Served) -> None:
    running = served.say(SLOW)
    until = time.monotonic() + PATIENCE
    while not served.begun.exists() and time.monotonic() < until:
        time.sleep(0.05)

    status, seconds = served.told_to_stop()

    assert status == 0
    assert running.recv(1000).endswith(b"finished")
    assert seconds < WITHIN


def test_a_web_process_opens_nothing_through_which_it_could_be_steered(served: Served) -> None:
    """gunicorn's control socket would take its place from another web process of the same user."""
    served.told_to_stop()

    assert list(served.home.iterdir()) == []
