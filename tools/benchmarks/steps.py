"""(a) What a durable step costs beside one durable commit; (c) short processes; (d) a whole request."""

from __future__ import annotations

import contextlib
import gc
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.browser import Browser
from benchmarks.measuring import (
    CLIENT,
    Measured,
    committing,
    in_turn,
    installation,
    measure,
    seconds_of,
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
_ROUNDS, _TIMES = 15, 20
BARE = {"SQLite": 6.0, "PostgreSQL": 4.0}


def report(name: str, url: str, home: Path) -> Iterator[Measured]:
    """Bare: engine, state, user task, timer and history rows. Full: as people's clicks do it."""
    with installation(home, url) as flow, committing(url, home) as write:
        yield from _steps(name, flow, write)
        yield from _requests(name, flow)
        flow.deployments.deploy({"short.bpmn": SHORT}, actor=SYSTEM)
        numbers = itertools.count()
        alone = measure(
            lambda: flow.instances.start("short", {"n": next(numbers) % 2}, actor=SYSTEM), rounds=_ROUNDS
        )
        yield Measured("c", f"{name}: start, task, gateway, task, end", 1 / alone.median, "/s")


def _steps(name: str, flow: Flowcase, write: Callable[[], None]) -> Iterator[Measured]:
    """A commit, the bare step with and without a slower disk, and the full step, in each round."""

    def one_round() -> list[float]:
        floor = seconds_of(write, _TIMES)
        with without_protection():
            bare = _completing(flow, carry_on)
            with slow_disk(flow, SYNC):
                slow = _completing(flow, carry_on)
        full = _completing(flow, lambda flow, id: flow.user_tasks.complete(id, {}, actor=CLIENT))
        return [floor, bare, slow, full]

    one_round()  # what is compiled and planned once
    floor, bare, slow, full = in_turn(one_round, rounds=_ROUNDS)
    yield timed("a", f"{name}: a durable commit of 4 kB", floor)
    yield timed("a", f"{name}: bare step", bare, floor, "the commit", at_most=BARE[name])
    yield timed(
        "a", f"{name}: bare step, 1 ms added per sync", slow, floor.plus(SYNC), "the commit", at_most=2
    )
    yield timed("a", f"{name}: full step", full, bare, "the bare step", at_most=2.5)
    yield timed("a", f"{name}: full step", full, floor, "the commit")


@contextlib.contextmanager
def without_protection() -> Iterator[None]:
    """Without encryption and hash chain: what the work itself costs."""
    seal, open_ = keys.Cipher.seal, keys.Cipher.open
    chain, binding = streams.event_hash, streams.binding
    keys.Cipher.seal = lambda self, content, place: content  # type: ignore[method-assign]
    keys.Cipher.open = lambda self, sealed, place: sealed  # type: ignore[method-assign]
    streams.event_hash = lambda before, **row: bytes(32)  # type: ignore[assignment]
    streams.binding = lambda before, **row: None  # type: ignore[assignment]
    try:
        yield
    finally:
        keys.Cipher.seal, keys.Cipher.open = seal, open_  # type: ignore[method-assign]
        streams.event_hash, streams.binding = chain, binding


def _completing(flow: Flowcase, complete: Callable[[Flowcase, str], Any]) -> float:
    """Seconds of completing one of the user tasks that are opened for it."""
    waiting = _opened(flow)
    return seconds_of(lambda: complete(flow, waiting.pop()), len(waiting))


def carry_on(flow: Flowcase, id: str, variables: Mapping[str, Value] | None = None) -> None:
    """No permission, form or gate: the engine's step, recorded."""
    instance, _, element_instance = id.rpartition(".")
    command = model.CompleteElement(element_instance=element_instance, variables=variables or {})
    jobs: Any = flow.jobs
    jobs._transactions.run(SYSTEM, lambda tx: jobs._advancing.carry_on(tx, tx.lock(instance), command))


def _requests(name: str, flow: Flowcase) -> Iterator[Measured]:
    """Beside full steps of the same moment: the form sent, to its redirect and to the page that follows.

    Both check the sign-in; the token against forgery is checked too. Without a network.
    """
    browser = signed_in(flow)
    token = browser.get("/opgaver").csrf_token
    _once_each(flow, browser, token)  # what is compiled and planned once
    gc.collect()
    gc.freeze()  # as the server does when it has started
    full, sent, looked = in_turn(lambda: _once_each(flow, browser, token), rounds=_ROUNDS)
    gc.unfreeze()
    what = f"{name}: request that completes, to its redirect"
    yield timed("d", what, sent, full, "the full step", at_most=2)
    yield timed("d", f"{name}: and the page that follows", looked, full, "the full step", at_most=2)
    what = f"{name}: request and page together"
    yield timed("d", what, sent + looked, full, "the full step", at_most=2)


def _once_each(flow: Flowcase, browser: Browser, token: str) -> list[float]:
    """Medians of a full step, of the form that is sent, and of the page that follows, one after the other."""
    seconds: tuple[list[float], ...] = ([], [], [])
    for alone, id in zip(_opened(flow), _opened(flow), strict=True):
        began = time.perf_counter()
        flow.user_tasks.complete(alone, {}, actor=CLIENT)
        seconds[0].append(time.perf_counter() - began)
        began = time.perf_counter()
        browser.post(f"/opgaver/{id}", {"_faerdig": "1", "csrf_token": token})
        seconds[1].append(time.perf_counter() - began)
        assert browser.status == 302, browser.status
        began = time.perf_counter()
        browser.get(browser.location)
        seconds[2].append(time.perf_counter() - began)
        assert browser.status == 200, browser.status
    return [statistics.median(each) for each in seconds]


def _opened(flow: Flowcase) -> list[str]:
    """User tasks of instances that have just been started."""
    started = {flow.instances.start("chaos", actor=SYSTEM) for _ in range(_TIMES)}
    return [row.id for row in flow.user_tasks.list() if row.instance in started]


def signed_in(flow: Flowcase, person: str = "client", application: Any = None) -> Browser:
    """Somebody, in a browser that asks the application itself."""
    flow.people.set_password(person, PASSWORD, actor=SYSTEM)
    browser = Browser(application or create_app(flow))
    token = browser.get("/log-paa").csrf_token
    browser.post("/log-paa", {"bruger": person, "adgangskode": PASSWORD, "csrf_token": token})
    assert browser.status == 302, browser.status
    return browser
