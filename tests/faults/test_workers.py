"""Nodes as processes of their own, whose database goes away and comes back, and that are told to stop."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from faults import outside
from faults.drawing import job, sequence, user_task, wait
from faults.places import installation, wait_for
from faults.servers import Node, PostgreSQL, folder

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import WallClock
from flowcase.store.connecting import database_url, engine_of
from tests.services.test_silent_connections import Swallowing

PATIENCE = 120  # seconds, on a machine that does much else
TIMES = 5  # that work is given anew until more than one worker took part
STOPPED_WITHIN = 29  # seconds: systemd waits for 30
pytestmark = pytest.mark.xdist_group("workers")  # they share two processors


class Place(NamedTuple):
    server: PostgreSQL
    flow: Flowcase
    home: Path
    token: str

    def worker(self, name: str) -> Node:
        (node,) = self.workers(name)
        return node

    def workers(self, *names: str) -> list[Node]:
        """Started, and at work."""
        shared = {"FLOWCASE_DATABASE_URL": self.server.url, "FLOWCASE_JOB_THREADS": "2"}
        nodes = [Node("worker", self.home, name=name, environment=shared) for name in names]
        for node in nodes:
            node.start()
        until(lambda: set(names) <= {each.id for each in self.flow.nodes.overview(WallClock().now()).nodes})
        return nodes

    def log(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.home / f"{name}.log").read_text().splitlines()]

    def told(self, what: str) -> list[list[str]]:
        return [line for line in outside.world(self.home / "world") if line[0] == what]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    drawn = [sequence(name, job("send", f"chaos.{name}")) for name in ("slow", "narrow", "paced")]
    drawn += [sequence("tick", wait("a_second", "PT1S")), sequence("asked", user_task("first"))]
    with folder() as there:
        server = PostgreSQL(there / "server")
        server.start()
        try:
            with installation(there / "home", server.url, *drawn) as (flow, token):
                yield Place(server, flow, there / "home", token)
        finally:
            server.stop(immediate=True)


def until(is_so: Callable[[], bool]) -> None:
    wait_for(is_so, PATIENCE)
    assert is_so()


def test_a_worker_says_once_that_its_database_is_away_and_once_that_it_is_back(place: Place) -> None:
    def said() -> list[str]:
        return [each["event"] for each in place.log("patient")]

    worker = place.worker("patient")
    try:
        place.server.kill()
        until(lambda: "database away" in said())
        time.sleep(35)  # every tick has given up once
        place.server.start()
        until(lambda: "database back" in said())
        ticked = place.flow.instances.start("tick", actor=SYSTEM)
        until(lambda: place.flow.instances.get(ticked).status == "completed")
    finally:
        worker.stop()

    broke, away, back = place.log("patient")
    assert said() == ["connection to the database broke", "database away", "database back"]
    assert away["seconds"] < 31 < back["away_seconds"]
    assert not {"fault", "exception"} & {*broke, *away, *back}


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_begins_nothing_new_and_leaves_the_rest_to_others(
    place: Place, by: int
) -> None:
    name = f"stopped-by-{by}"
    before = len(place.told("slow"))
    worker = place.worker(name)
    process = worker._process
    assert process is not None
    started = [place.flow.instances.start("slow", actor=SYSTEM) for _ in range(8)]
    until(lambda: len(place.told("slow")) >= before + 2)

    process.send_signal(by)
    process.send_signal(by)
    began = len(place.told("slow"))
    status = process.wait(STOPPED_WITHIN)

    assert status == 0
    assert len(place.told("slow")) <= began + 1  # one that began at this very moment
    left = [row for row in place.flow.jobs.list(limit=1000) if row.status != "completed"]
    assert len(left) >= 4
    assert {row.lease_owner for row in left} == {None}
    assert name not in [node.id for node in place.flow.nodes.overview(WallClock().now()).nodes]
    other = place.worker(f"after-{by}")
    try:
        until(lambda: all(place.flow.instances.get(id).status == "completed" for id in started))
    finally:
        other.stop()
    assert place.log(name) == []


def test_a_worker_that_is_told_to_stop_while_its_database_is_away_ends_in_time(place: Place) -> None:
    worker = place.worker("leaving")
    process = worker._process
    assert process is not None
    place.server.kill()
    try:
        time.sleep(1)
        process.send_signal(signal.SIGTERM)

        status = process.wait(STOPPED_WITHIN)
    finally:
        worker.kill()
        place.server.start()

    assert status == 0
    assert place.log("leaving")[-1]["event"] == "ends while the database is away"


def test_the_server_notices_a_node_that_has_gone_before_who_waits_for_its_locks_gives_up(
    place: Place,
) -> None:
    asked = "SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp_%%' OR name = 'lock_timeout'"
    engine = engine_of(database_url(place.server.url), durable=True)
    with engine.connect() as connection:
        found = {name: int(setting) for name, setting in connection.exec_driver_sql(asked)}
    engine.dispose()

    probes = found["tcp_keepalives_interval"] * found["tcp_keepalives_count"]
    patience = found["lock_timeout"] / 1000
    assert 0 < found["tcp_keepalives_idle"] + probes < patience
    assert 0 < found["tcp_user_timeout"] / 1000 < patience


def test_three_workers_together_never_exceed_the_limits_of_a_job_type(place: Place) -> None:
    once = {"narrow": 30, "paced": 12}
    started = dict.fromkeys(once, 0)

    def took_part(what: str) -> int:
        return len({line[5] for line in place.told(what)})

    nodes = place.workers("one", "two", "three")
    try:
        began = time.monotonic()
        for _ in range(TIMES):  # who is quickest may do all of them once
            for process in (each for each in once if took_part(each) < 2):
                for _ in range(once[process]):
                    place.flow.instances.start(process, actor=SYSTEM)
                started[process] += once[process]
            until(lambda: sum(len(place.told(each)) for each in once) >= 2 * sum(started.values()))
    finally:
        for node in nodes:
            node.stop()

    at_once = most = 0
    for line in sorted(place.told("narrow"), key=lambda line: float(line[1])):
        at_once += 1 if line[2] == "begins" else -1
        most = max(most, at_once)
    assert most == outside.MAX_PARALLEL
    begun = sorted(float(line[1]) - began for line in place.told("paced") if line[2] == "begins")
    assert len(begun) == started["paced"]
    assert all(at >= nr * 60 / outside.MAX_PER_MINUTE for nr, at in enumerate(begun))
    for what in once:
        assert took_part(what) > 1, "more than one worker took part"


def test_a_web_process_that_is_told_to_stop_answers_what_it_has_begun_and_refuses_what_comes(
    place: Place,
) -> None:
    web = Node("web", place.home, name="web", environment={"FLOWCASE_DATABASE_URL": place.server.url})
    web.start()
    process = web._process
    assert process is not None
    instance = place.flow.instances.start("asked", actor=SYSTEM)
    (row,) = [each for each in place.flow.user_tasks.list() if each.instance == instance]
    answers: list[int] = []

    try:
        with psycopg.connect(place.server.url) as other:
            other.execute("SELECT id FROM instance WHERE id = %s FOR UPDATE", [instance])
            asking = threading.Thread(target=lambda: answers.append(_complete(place, web, row.id)))
            asking.start()
            until(lambda: _waits_for_a_lock(place))
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)

            until(lambda: not _takes_connections(web))
            assert (process.poll(), answers) == (None, [])
        asking.join(60)
        status = process.wait(STOPPED_WITHIN)
    finally:
        web.kill()

    assert (answers, status) == ([204], 0)
    assert place.flow.instances.get(instance).status == "completed"
    assert "web" not in [node.id for node in place.flow.nodes.overview(WallClock().now()).nodes]


def test_a_web_process_whose_connections_come_to_lead_nowhere_goes_on_by_itself(place: Place) -> None:
    way = Swallowing(("127.0.0.1", place.server.port))
    url = place.server.url.replace(f":{place.server.port}/", f":{way.port}/")
    web = Node("web", place.home, name="far", environment={"FLOWCASE_DATABASE_URL": url})
    started = [place.flow.instances.start("asked", actor=SYSTEM) for _ in range(2)]
    rows = [each for each in place.flow.user_tasks.list() if each.instance in started]
    web.start()
    try:
        before = _complete(place, web, rows[0].id)
        way.swallow()

        behind = _complete(place, web, rows[1].id)
    finally:
        web.kill()
        way.close()

    assert (before, behind) == (204, 204)
    assert {place.flow.instances.get(each).status for each in started} == {"completed"}


def _complete(place: Place, web: Node, id: str) -> int:
    """By the API; what it answers."""
    headers = {"Authorization": f"Bearer {place.token}", "Content-Type": "application/json"}
    address = f"http://{web.address}/api/user-tasks/{id}/complete"
    asked = urllib.request.Request(address, data=b'{"values": {}}', headers=headers)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return int(answer.status)


def _waits_for_a_lock(place: Place) -> bool:
    with psycopg.connect(place.server.url) as other:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        row = other.execute(asked).fetchone()
    return row is not None and row[0] > 0


def _takes_connections(web: Node) -> bool:
    host, _, port = web.address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
