"""The connection is cut in the middle of a commit: the outcome is asked for, and nothing is done twice."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import threading
import time

from faults.counting import count
from faults.drawing import sequence, user_task
from faults.outcome import Outcome
from faults.places import installation
from faults.servers import folder, postgresql
from flowcase import bootstrap, config
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, FlowcaseError, NotFound

CLIENTS = 6
# A Parse message: its kind, its length, the statement's name, the statement.
_PREPARES_COMMIT = re.compile(rb"P\0\0\0.([^\0]+)\0COMMIT\0", re.DOTALL)
STEPS = sequence("steps", user_task("one"), user_task("two"), user_task("three"))


class Proxy:
    """Between a client and PostgreSQL on this machine; cuts some commits before, some after the server."""

    def __init__(self, to: int, seed: int) -> None:
        self.chance, self.share = random.Random(seed), 0.0
        self.cut_before = self.cut_after = 0
        self._to = to
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                gagged = threading.Event()
                threading.Thread(target=self._to_server, args=(client, server, gagged), daemon=True).start()
                threading.Thread(target=self._to_client, args=(client, server, gagged), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket, gagged: threading.Event) -> None:
        prepared: set[bytes] = set()  # the names under which this connection says COMMIT
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                prepared |= set(_PREPARES_COMMIT.findall(data))
                if _commits(data, prepared) and self.chance.random() < self.share:
                    if self.chance.random() < 0.5:
                        self.cut_before += 1
                        break
                    gagged.set()  # the server hears it, its answer is never heard
                    self.cut_after += 1
                    server.sendall(data)
                    time.sleep(self.chance.choice([0, 0.05]))  # the commit may still be going on
                    break
                server.sendall(data)
        _close(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket, gagged: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if gagged.is_set():
                    return
                client.sendall(data)
        _close(client, server)


def _commits(data: bytes, prepared: set[bytes]) -> bool:
    """Whether a COMMIT is among what is sent: in its words, or by the name it was prepared under."""
    return b"COMMIT" in data or any(b"\0" + name + b"\0" in data for name in prepared)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def in_commits(*, instances: int, seed: int) -> Outcome:
    """Every fifth commit loses its connection, half of them after the server has heard it."""
    outcome = Outcome("cuts", "The connection cut in the middle of a commit")
    with (
        folder() as place,
        postgresql(place) as database,
        installation(place / "home", database.url, STEPS) as (flow, _),
    ):
        for _ in range(instances):
            flow.instances.start("steps", actor=Actor("x", kind="service"))
        proxy = Proxy(database.port, seed)
        through = database.url.replace(str(database.port), str(proxy.port))
        other = bootstrap.open(config.Config(home=place / "home", database_url=through))
        proxy.share = 0.2
        acknowledged: list[str] = []
        refused: list[str] = []
        began = time.monotonic()

        def work(nr: int) -> None:
            chance = random.Random(seed + nr)
            actor = Actor("client", groups=frozenset({"clients"}))
            while rows := other.user_tasks.list(limit=50):
                row = chance.choice(rows)
                try:
                    other.user_tasks.complete(row.id, {}, actor=actor)
                except (Conflict, NotFound):
                    continue  # another client was faster
                except FlowcaseError as error:
                    refused.append(type(error).__name__)
                else:
                    acknowledged.append(row.id)

        clients = [threading.Thread(target=work, args=(nr,)) for nr in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        outcome.notes.append(f"all was done after {time.monotonic() - began:.1f} s")
        other.close()
        proxy.close()
        outcome.tried = {"commits cut before": proxy.cut_before, "commits cut after": proxy.cut_after}
        outcome.tried["completions acknowledged"] = len(acknowledged)
        outcome.add(count(flow, acknowledged))
        outcome.doubled += len(acknowledged) - len(set(acknowledged))
        outcome.wrong["outcome not told"] = len(refused)
    return outcome
