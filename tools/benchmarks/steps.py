"""(a) What a durable step costs beside one durable commit; (c) short processes; (d) a whole request."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from benchmarks.measuring import (
    CLIENT,
    Measured,
    Times,
    commit,
    installation,
    measure,
    slow_disk,
    timed,
)
from flowcase import model
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.store import keys, streams
from flowcase.values import Value
from flowcase.web import create_app

SHORT = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
  <process id="short" isExecutable="true"><startEvent id="s"/><manualTask id="a"/>
  <exclusiveGateway id="g" default="f4"/><manualTask id="b"/><endEvent id="e"/><endEvent id="n"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="g"/>
  <sequenceFlow id="f3" sourceRef="g" targetRef="b">
  <conditionExpression>=n = 1</conditionExpression></sequenceFlow>
  <sequenceFlow id="f4" sourceRef="g" targetRef="n"/><sequenceFlow id="f5" sourceRef="b" targetRef="e"/>
  </process></definitions>"""
PASSWORD = "et-langt-kodeord-her"
SYNC = 0.001  # seconds that a slower disk takes longer
BARE = {"SQLite": 6.0, "PostgreSQL": 4.0}


def report(name: str, url: str, home: Path) -> Iterator[Measured]:
    """Bare: engine, state, user task, timer and history rows. Full: as people's clicks do it."""
    floor = commit(url, home)
    yield timed("a", f"{name}: a durable commit of 4 kB", floor)
    with installation(home, url) as flow:
        with without_protection():
            bare = _completing(flow, carry_on)
            with slow_disk(flow, SYNC):
                bare_slow = _completing(flow, carry_on, rounds=5)
        yield timed("a", f"{name}: bare step", bare, floor, "the commit", at_most=BARE[name])
        slow_floor = floor.plus(SYNC)
        yield timed(
            "a", f"{name}: bare step, 1 ms added per sync", bare_slow, slow_floor, "the commit", at_most=2
        )
        full = _completing(flow, lambda flow, id: flow.user_tasks.complete(id, {}, actor=CLIENT))
        yield timed("a", f"{name}: full step", full, bare, "the bare step", at_most=2.5)
        yield timed("a", f"{name}: full step", full, floor, "the commit")
        yield from _requests(name, flow)
        flow.deployments.deploy({"short.bpmn": SHORT}, actor=SYSTEM)
        began, count = time.perf_counter(), 200
        for number in range(count):
            flow.instances.start("short", {"n": number % 2}, actor=SYSTEM)
        rate = count / (time.perf_counter() - began)
        yield Measured("c", f"{name}: start, task, gateway, task, end", rate, "/s")


@contextlib.contextmanager
def without_protection() -> Iterator[None]:
    """Without encryption and hash chain: what the work itself costs."""
    seal, open_, chain = keys.Cipher.seal, keys.Cipher.open, streams.event_hash
    keys.Cipher.seal = lambda self, content, place: content  # type: ignore[method-assign]
    keys.Cipher.open = lambda self, sealed, place: sealed  # type: ignore[method-assign]
    streams.event_hash = lambda before, **row: bytes(32)  # type: ignore[assignment]
    try:
        yield
    finally:
        keys.Cipher.seal, keys.Cipher.open, streams.event_hash = seal, open_, chain  # type: ignore[method-assign]


def _completing(flow: Flowcase, complete: Any, *, rounds: int = 7, times: int = 40) -> Times:
    waiting: list[str] = []

    def open_some() -> None:
        waiting.clear()
        started = {flow.instances.start("chaos", actor=SYSTEM) for _ in range(times)}
        waiting.extend(row.id for row in flow.user_tasks.list() if row.instance in started)

    return measure(lambda: complete(flow, waiting.pop()), rounds=rounds, times=times, before=open_some)


def carry_on(flow: Flowcase, id: str, variables: Mapping[str, Value] | None = None) -> None:
    """No permission, form or gate: the engine's step, recorded."""
    instance, _, element_instance = id.rpartition(".")
    command = model.CompleteElement(element_instance=element_instance, variables=variables or {})
    jobs: Any = flow.jobs
    jobs._transactions.run(SYSTEM, lambda tx: jobs._advancing.carry_on(tx, tx.lock(instance), command))


def _requests(name: str, flow: Flowcase) -> Iterator[Measured]:
    """Beside full steps of the same minute: the form sent, to its redirect and to the page that follows.

    Both check the sign-in; the token against forgery is checked too. Without a network.
    """
    flow.people.set_password("client", PASSWORD, actor=SYSTEM)
    client = create_app(flow).test_client()
    token = _token(client.get("/log-paa"))
    client.post("/log-paa", data={"bruger": "client", "adgangskode": PASSWORD, "csrf_token": token})
    token = _token(client.get("/opgaver"))

    def step(_: Flowcase, id: str) -> None:
        flow.user_tasks.complete(id, {}, actor=CLIENT)

    def send(_: Flowcase, id: str) -> None:
        answer = client.post(f"/opgaver/{id}", data={"_faerdig": "1", "csrf_token": token})
        assert answer.status_code == 302, answer.status

    def send_and_look(_: Flowcase, id: str) -> None:
        answer = client.post(
            f"/opgaver/{id}", data={"_faerdig": "1", "csrf_token": token}, follow_redirects=True
        )
        assert answer.status_code == 200 and len(answer.history) == 1, answer.status

    full = _completing(flow, step)
    sent = _completing(flow, send)
    client.get("/opgaver")  # shows what was said of those
    looked = _completing(flow, send_and_look)
    yield timed(
        "d", f"{name}: request that completes, to its redirect", sent, full, "the full step", at_most=2
    )
    yield timed("d", f"{name}: and the page that follows", looked, full, "the full step", at_most=2)


def _token(page: TestResponse) -> str:
    return page.get_data(as_text=True).split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
