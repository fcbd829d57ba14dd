"""Nodes say that they live; who looks sees who is silent and what nobody keeps up with."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase import scheduler
from flowcase.bootstrap import Flowcase
from flowcase.cli import examining
from flowcase.clock import ManualClock, WallClock
from flowcase.handlers import Side
from flowcase.services.machines import release
from flowcase.services.machines.nodes import Nodes
from flowcase.services.running import jobs
from flowcase.services.transactions import Transactions
from flowcase.store import Store, migrating
from tests.conftest import NOW
from tests.services.conftest import OPERATOR
from tests.services.diagrams import catch, end, process, service_task, start, timer, user_task

SECOND = dt.timedelta(seconds=1)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def ended(store: Store) -> Iterator[None]:
    """What a worker has begun is done before its connections are closed."""
    yield
    for thread in threading.enumerate():
        if thread.name in ("shutdown", "listening"):
            thread.join(30)


def test_a_node_that_falls_silent_is_told_and_forgotten_after_a_day(store: Store, clock: ManualClock) -> None:
    one, two = (Nodes(Transactions(store, clock), name) for name in ("n1", "n2"))
    one.beat("web", NOW)
    two.beat("worker", NOW)
    two.beat("worker", NOW + 90 * SECOND)

    seen = one.overview(NOW + 95 * SECOND)

    assert [(node.id, node.kind, node.is_silent) for node in seen.nodes] == [
        ("n1", "web", True),
        ("n2", "worker", False),
    ]
    assert seen.has_worker
    two.beat("worker", NOW + dt.timedelta(days=2))
    assert [node.id for node in one.overview(NOW).nodes] == ["n2"]
    two.leave()
    assert one.overview(NOW).nodes == ()


def test_two_releases_of_one_version_are_told_apart_until_all_nodes_run_the_same(
    flow: Flowcase, store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (Nodes(Transactions(store, clock), name) for name in ("n1", "n2"))
    two.beat("worker", WallClock().now())
    with monkeypatch.context() as older:
        older.setattr("flowcase.services.machines.nodes.running", lambda: "0.1.0+0039.1234abcd")
        one.beat("web", WallClock().now())
    of_both = one.overview(WallClock().now())
    warned = [each for each in examining._work(flow) if each.what == "releases"]
    one.beat("web", WallClock().now())

    version = f"{importlib.metadata.version('flowcase')}+{migrating.newest()[:4]}."
    assert re.fullmatch(re.escape(version) + "[0-9a-f]{8}", release.running())
    assert of_both.releases == ("0.1.0+0039.1234abcd", release.running())
    assert [each.level for each in warned] == ["warning"]
    assert one.overview(WallClock().now()).releases == (release.running(),)
    assert not [each for each in examining._work(flow) if each.what == "releases"]


def test_a_release_is_known_by_what_its_files_say_and_not_by_where_or_when(tmp_path: Path) -> None:
    for place in ("one", "another"):
        (tmp_path / place / "web" / "frontend").mkdir(parents=True)
        (tmp_path / place / "web" / "page.html").write_text("<p>")
        (tmp_path / place / "model.py").write_text("A = 1\n")
    before = release.digest(tmp_path / "one")
    (tmp_path / "one" / "web" / "frontend" / "built.py").write_text("made anew")

    assert release.digest(tmp_path / "one") == release.digest(tmp_path / "another") == before
    (tmp_path / "one" / "model.py").write_text("A = 2\n")
    assert release.digest(tmp_path / "one") != before


def test_what_is_due_and_not_done_makes_the_installation_behind(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    register("test.send", lambda job, outbox: None, Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    flow.instances.start("p", {}, actor=OPERATOR)
    assert not flow.nodes.overview(NOW).is_behind

    clock.advance(61 * SECOND)

    behind = flow.nodes.overview(NOW)
    assert (behind.backlog.jobs, behind.jobs_late, behind.is_behind) == (1, 61 * SECOND, True)
    flow.jobs.run_due()
    assert not flow.nodes.overview(NOW).is_behind


def test_doctor_says_that_no_worker_is_known_and_since_when_what_is_due_waits(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    def told() -> list[str]:
        return [f"{each.level}: {each.message}" for each in examining._work(flow) if each.what == "workers"]

    none = "No worker is known: none has been heard for a day, or none ever ran."
    assert told() == [f"warning: {none} Nothing is due; what falls due waits."]
    register("test.send", lambda job, outbox: None, Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    flow.instances.start("p", {}, actor=OPERATOR)

    clock.advance(61 * SECOND)
    assert told() == [f"error: {none} 0 timers and 1 jobs are due, the first since 2026-03-02 09:00 UTC."]
    flow.nodes.beat("worker", WallClock().now() - 120 * SECOND)
    (silent,) = told()
    assert silent.startswith("error: No worker lives. 0 timers and 1 jobs")
    flow.nodes.beat("worker", WallClock().now())

    assert told() == []


def test_a_worker_beats_while_it_runs_and_leaves_when_it_is_told_to_stop(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping, done = threading.Event(), []
    worker = threading.Thread(target=lambda: done.append(scheduler.run_until(flow, stopping)))

    worker.start()
    for _ in range(1200):
        if flow.nodes.overview(WallClock().now()).has_worker:
            break
        stopping.wait(0.05)
    assert flow.nodes.overview(WallClock().now()).has_worker
    stopping.set()
    worker.join(20)

    assert done == [True]
    assert flow.nodes.overview(WallClock().now()).nodes == ()


def test_a_handler_that_hangs_does_not_hold_a_worker_that_is_told_to_stop(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.05)
    hanging, released, stopping = threading.Event(), threading.Event(), threading.Event()
    done: list[bool] = []
    register("test.send", lambda job, outbox: hanging.set() or (released.wait(20) and None), Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    flow.instances.start("p", {}, actor=OPERATOR)

    worker = threading.Thread(target=lambda: done.append(scheduler.run_until(flow, stopping)))
    worker.start()
    assert hanging.wait(20)
    stopping.set()
    worker.join(20)

    try:
        assert done == [False]
        (job,) = flow.jobs.list()
        assert (job.status, job.lease_owner) == ("claimed", None)
    finally:
        released.set()
    for _ in range(1200):  # nobody took it over: the late result counts
        if not flow.instances.list(status="active"):
            break
        hanging.clear()
        hanging.wait(0.05)
    assert flow.instances.list(status="active") == []


def test_a_worker_whose_threads_for_jobs_all_hang_ends_by_itself(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(jobs, "HANGS_AFTER_LEASES", 0)
    threads, hanging, released = flow.settings.job_threads, threading.Semaphore(0), threading.Event()
    register("test.hang", lambda job, outbox: hanging.release() or (released.wait(60) and None), Side.OUTSIDE)
    register("test.send", lambda job, outbox: None, Side.OUTSIDE)
    deploy(process("h", start(), service_task("hang", "test.hang"), end()))
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    for _ in range(threads - 1):
        flow.instances.start("h", {}, actor=OPERATOR)

    def work(stopping: threading.Event) -> threading.Thread:
        worker = threading.Thread(target=lambda: done.append(scheduler.run_until(flow, stopping)))
        worker.start()
        return worker

    done: list[bool] = []
    stopping = threading.Event()
    first = work(stopping)
    try:
        assert all(hanging.acquire(timeout=20) for _ in range(threads - 1))
        assert not stopping.wait(0.5)  # one thread is left
        flow.instances.start("h", {}, actor=OPERATOR)
        first.join(30)

        assert (done, stopping.is_set()) == ([False], True)
        assert {row.lease_owner is None for row in flow.jobs.list(status="claimed")} == {True}
    finally:
        released.set()
        stopping.set()
        first.join(30)


def test_a_slow_handler_never_holds_up_a_timer(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.05)
    slow, released, stopping = threading.Semaphore(0), threading.Event(), threading.Event()
    register("test.send", lambda job, outbox: slow.release() or (released.wait(30) and None), Side.OUTSIDE)
    waiting = process("t", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end())
    deploy(process("p", start(), service_task("send", "test.send"), end()), waiting)
    for _ in range(flow.settings.job_threads + 1):  # more than there are threads for jobs
        flow.instances.start("p", {}, actor=OPERATOR)
    flow.instances.start("t", {}, actor=OPERATOR)

    worker = threading.Thread(target=lambda: scheduler.run_until(flow, stopping))
    worker.start()
    try:
        assert all(slow.acquire(timeout=20) for _ in range(flow.settings.job_threads))
        clock.advance(dt.timedelta(hours=1))
        for _ in range(400):
            if flow.user_tasks.list():
                break
            stopping.wait(0.05)

        assert [row.element for row in flow.user_tasks.list()] == ["efter"]
    finally:
        released.set()
        stopping.set()
        worker.join(30)


def test_whatever_else_takes_long_never_holds_up_a_timer(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.05)
    stuck, released, stopping = threading.Semaphore(0), threading.Event(), threading.Event()
    slow = (
        (flow.messages, "expire"),
        (flow.migration_work, "run_waiting"),
        (flow.suspensions, "start_held"),
        (flow.batch_work, "run_waiting"),
        (flow.simulations, "run_waiting"),
        (flow.scanning, "run_waiting"),
        (flow.mails, "sort_waiting"),
        (flow.mails, "send_due"),
        (flow.webhook_sending, "send_due"),
        (flow.jobs, "run_due"),  # of every thread
    )
    for service, name in slow:
        monkeypatch.setattr(service, name, lambda *_: stuck.release() or (released.wait(60) and 0))
    deploy(process("t", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end()))
    flow.instances.start("t", {}, actor=OPERATOR)

    worker = threading.Thread(target=lambda: scheduler.run_until(flow, stopping))
    worker.start()
    try:
        assert all(stuck.acquire(timeout=20) for _ in range(len(slow) - 1 + flow.settings.job_threads))
        clock.advance(dt.timedelta(hours=1))
        for _ in range(400):
            if flow.user_tasks.list():
                break
            stopping.wait(0.05)

        assert [row.element for row in flow.user_tasks.list()] == ["efter"]
    finally:
        released.set()
        stopping.set()
        worker.join(30)


@on_postgresql
def test_a_worker_on_postgresql_is_woken_by_a_new_job_and_need_not_poll(
    flow: Flowcase,
    register: Callable[..., None],
    deploy: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran, stopping = threading.Event(), threading.Event()
    register("test.send", lambda job, outbox: ran.set(), Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    news = flow.store.news_of_work(0.1)
    assert next(news) is False

    flow.instances.start("p", {}, actor=OPERATOR)

    assert any(itertools.islice(news, 200))  # told, however late a busy server tells
    news.close()
    monkeypatch.setattr(flow.store, "news_of_work", lambda pause: iter([True]))
    worker = threading.Thread(target=lambda: scheduler.run_until(flow, stopping))
    worker.start()
    try:
        assert ran.wait(20)
    finally:
        stopping.set()
        worker.join(30)


def test_a_worker_goes_on_listening_after_a_fault_that_nobody_foresaw(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, stopping, tries = threading.Event(), threading.Event(), itertools.count()

    def news(pause: float) -> Iterator[bool]:
        if next(tries) == 0:
            raise RuntimeError("can't start new thread")
        heard.set()
        while not stopping.wait(pause):
            yield False

    monkeypatch.setattr(flow.store, "news_of_work", news)
    monkeypatch.setattr(scheduler, "AWAY_SECONDS", 0.01)
    worker = threading.Thread(target=lambda: scheduler.run_until(flow, stopping))
    worker.start()
    try:
        assert heard.wait(20)
    finally:
        stopping.set()
        worker.join(30)


def test_sqlite_has_no_news_to_tell(store: Store) -> None:
    if store.is_sqlite:
        assert list(store.news_of_work(0.01)) == []


def test_a_node_whose_heartbeat_lies_ahead_is_no_living_one(store: Store, clock: ManualClock) -> None:
    nodes = Nodes(Transactions(store, clock), "n1")
    nodes.beat("worker", NOW + dt.timedelta(hours=3))

    assert [node.is_silent for node in nodes.overview(NOW).nodes] == [True]
    assert not nodes.overview(NOW).has_worker
    Nodes(Transactions(store, clock), "n2").beat("worker", NOW - dt.timedelta(days=2))
    assert [node.id for node in nodes.overview(NOW).nodes] == ["n2"]
