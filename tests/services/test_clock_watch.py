"""Nothing is early by a clock ahead of the database's: its node leaves what is due, and loses nothing."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from flowcase import scheduler
from flowcase.bootstrap import Flowcase
from flowcase.cli import examining
from flowcase.clock import ManualClock, WallClock
from flowcase.handlers import Side
from flowcase.services.machines.clock_watch import ASK_SECONDS, WRONG_SECONDS, ClockAhead, ClockWatch
from flowcase.services.machines.nodes import FAR_AHEAD, Nodes
from flowcase.services.transactions import DatabaseLost
from flowcase.store import Store
from tests.conftest import NOW
from tests.services.conftest import OPERATOR
from tests.services.diagrams import catch, end, process, service_task, start, timer, user_task
from tests.traffic import traffic

SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
WAITING = process("t", start(), catch("vent", timer("timeDuration", "PT30M")), user_task("efter"), end())
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


class Machine:
    """The machine that a node runs on: its clock is set, and the installation's goes with it."""

    def __init__(self, clock: ManualClock) -> None:
        self.ahead, self._clock = dt.timedelta(), clock

    def set_ahead(self, ahead: dt.timedelta) -> None:
        self._clock._now += ahead - self.ahead
        self.ahead = ahead


@pytest.fixture
def machine(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Ask for it before `flow`."""
    machine = Machine(clock)
    monkeypatch.setattr(WallClock, "now", lambda _: dt.datetime.now(dt.UTC) + machine.ahead)
    return machine


@on_postgresql
def test_a_timer_waits_for_its_hour_however_far_ahead_a_clock_leaps(
    machine: Machine, flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(WAITING)
    flow.instances.start("t", {}, actor=OPERATOR)
    assert flow.timers.fire_due() == 0

    machine.set_ahead(HOUR)
    with pytest.raises(ClockAhead):
        flow.timers.fire_due()
    with pytest.raises(ClockAhead):
        scheduler.run_once(flow)
    assert (flow.user_tasks.list(), len(flow.timers.list())) == ([], 1)
    machine.set_ahead(dt.timedelta())
    assert flow.timers.fire_due() == 0
    clock.advance(HOUR / 2)

    assert flow.timers.fire_due() == 1
    (fired,) = [row for row in flow.history.everything() if row.kind == "TimerFired"]
    assert fired.at == NOW + HOUR / 2


@on_postgresql
def test_a_leap_between_the_question_and_the_instant_lets_nothing_through(
    machine: Machine,
    flow: Flowcase,
    deploy: Callable[..., Any],
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deploy(WAITING)
    flow.instances.start("t", {}, actor=OPERATOR)
    flow.clock_watch.check()
    due = flow.timers.next_due()
    monkeypatch.setattr(flow.timers, "next_due", lambda: machine.set_ahead(HOUR) or due)

    with pytest.raises(ClockAhead):
        flow.timers.fire_due()

    assert len(flow.timers.list()) == 1


@on_postgresql
def test_the_instant_that_something_is_due_by_is_itself_asked_about(
    machine: Machine, flow: Flowcase, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.clock_watch.check()
    read = clock.now
    monkeypatch.setattr(clock, "now", lambda: machine.set_ahead(HOUR) or read())
    claimed: list[str] = []

    with pytest.raises(ClockAhead):
        flow.timers._transactions.run_due(lambda tx: claimed.append("by a wrong instant"))

    assert claimed == []


@on_postgresql
def test_a_node_whose_clock_is_behind_is_only_late(
    machine: Machine, flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(WAITING)
    flow.instances.start("t", {}, actor=OPERATOR)
    machine.set_ahead(-HOUR)
    clock.advance(HOUR)
    assert flow.timers.fire_due() == 0

    clock.advance(HOUR / 2)

    assert flow.timers.fire_due() == 1


@on_postgresql
def test_a_node_alone_with_a_clock_ahead_does_nothing_says_so_once_and_catches_up(
    machine: Machine,
    register: Callable[..., None],
    flow: Flowcase,
    deploy: Callable[..., Any],
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 0.1)
    monkeypatch.setattr(scheduler, "HEARTBEAT_SECONDS", 0.1)
    ran, stopping = threading.Event(), threading.Event()
    register("test.send", lambda job, outbox: ran.set(), Side.OUTSIDE)
    deploy(WAITING, process("p", start(), service_task("send", "test.send"), end()))
    flow.instances.start("t", {}, actor=OPERATOR)
    machine.set_ahead(HOUR)
    flow.instances.start("p", {}, actor=OPERATOR)

    with capture_logs() as said:
        worker = threading.Thread(target=lambda: scheduler.run_until(flow, stopping))
        worker.start()
        try:
            _wait(lambda: any(node.leaves_what_is_due for node in _nodes(flow)))
            assert not ran.wait(1)
            assert not flow.nodes.overview(WallClock().now()).has_worker
            machine.set_ahead(dt.timedelta())
            clock.advance(HOUR)
            _wait(lambda: ran.is_set() and bool(flow.user_tasks.list()))
            assert [row.element for row in flow.user_tasks.list()] == ["efter"]
        finally:
            stopping.set()
            worker.join(60)

    told = [line["event"] for line in said if line["event"].startswith("clock ")]
    assert told == [
        "clock ahead of the database's: what is due is left to others until it is right",
        "clock right again: work goes on",
    ]


@on_postgresql
def test_doctor_says_who_leaves_what_is_due(machine: Machine, flow: Flowcase) -> None:
    for kind, ahead in (("worker", HOUR), ("web", HOUR), ("worker", -HOUR)):
        machine.set_ahead(ahead)
        flow.nodes.beat(kind, WallClock().now())

        (said,) = [each.message for each in examining._work(flow) if "The clock of" in each.message]

        assert ("ahead of" in said) is (ahead > dt.timedelta())
        assert ("leaves what is due to others" in said) is (kind == "worker" and ahead > dt.timedelta())


@on_postgresql
def test_what_a_job_brings_is_kept_when_the_clock_leaps_while_it_runs(
    machine: Machine, register: Callable[..., None], flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    ran: list[int] = []
    leap: Callable[..., None] = lambda job, outbox: ran.append(1) or machine.set_ahead(HOUR)  # noqa: E731
    register("test.send", leap, Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    for _ in range(2):
        flow.instances.start("p", {}, actor=OPERATOR)

    assert flow.jobs.run_due(1) == 1
    with pytest.raises(ClockAhead):
        flow.jobs.run_due(1)

    assert (len(ran), len(flow.instances.list(status="active"))) == (1, 1)


@on_postgresql
def test_a_clock_that_stands_still_costs_no_statement(machine: Machine, flow: Flowcase, store: Store) -> None:
    flow.clock_watch.check()

    with traffic(store) as sent:
        for _ in range(1000):
            flow.clock_watch.check()

    assert sent.statements == []


def test_on_sqlite_there_is_no_other_clock(machine: Machine, flow: Flowcase, store: Store) -> None:
    machine.set_ahead(HOUR)

    with traffic(store) as sent:
        assert flow.clock_watch.is_far_ahead() is not store.is_sqlite

    assert len(sent.statements) == (0 if store.is_sqlite else 1)


# --- when the database is asked --------------------------------------------------------------------------


class Asked:
    """Stands for the nodes and their database: how far ahead it says that this machine is, and how often."""

    are_alone = False

    def __init__(self, *, corrects: bool = False) -> None:
        self.database, self.machine, self.monotonic = 1e9, 1e9, 1000.0
        self.times, self.is_away = 0, False
        self.others: list[float] = []  # clocks of other machines
        self.watch = ClockWatch(
            cast(Nodes, self),
            lambda: dt.datetime.fromtimestamp(self.machine, dt.UTC),
            lambda: self.monotonic,
            corrects=corrects,
        )

    def clock_ahead(self, machine: Callable[[], dt.datetime]) -> dt.timedelta:
        self.times += 1
        if self.is_away:
            raise DatabaseLost
        return dt.timedelta(seconds=machine().timestamp() - self.database)

    def witnesses(self, _: dt.datetime) -> list[float]:
        return [each - self.database for each in self.others]

    def passes(self, seconds: float) -> None:
        self.database, self.machine, self.monotonic = (
            each + seconds for each in (self.database, self.machine, self.monotonic)
        )
        self.others = [each + seconds for each in self.others]


def test_the_database_is_asked_each_minute_and_at_once_after_a_leap() -> None:
    asked = Asked()
    for _ in range(round(ASK_SECONDS)):
        assert not asked.watch.is_far_ahead()
        asked.passes(1)
    assert asked.times == 1

    asked.watch.is_far_ahead()
    assert asked.times == 2
    asked.machine += 3600

    assert asked.watch.is_far_ahead()
    assert asked.times == 3
    asked.passes(WRONG_SECONDS)
    assert asked.watch.is_far_ahead()
    assert asked.times == 4  # more often: it may have been set right


def test_a_clock_that_is_ahead_though_it_never_leapt_is_found_within_the_minute() -> None:
    asked = Asked()
    assert not asked.watch.is_far_ahead()
    asked.database -= 3600  # another machine has taken the database over

    asked.passes(ASK_SECONDS - 1)
    assert not asked.watch.is_far_ahead()
    asked.passes(1)

    assert asked.watch.is_far_ahead()


@pytest.mark.parametrize(("beyond", "is_far"), [(0, False), (1, True)])
def test_far_is_more_than_a_minute(beyond: int, is_far: bool) -> None:
    asked = Asked()
    asked.machine += FAR_AHEAD.total_seconds() + beyond

    assert asked.watch.is_far_ahead() is is_far


def test_a_machine_that_slept_or_was_set_right_goes_on() -> None:
    asked = Asked()
    asked.machine -= 7200
    assert not asked.watch.is_far_ahead()
    asked.machine += 7200  # by NTP

    assert not asked.watch.is_far_ahead()
    asked.database, asked.machine = asked.database + 3600, asked.machine + 3600  # asleep: only clocks went on

    assert not asked.watch.is_far_ahead()


def test_a_database_that_gives_no_answer_stops_nothing_and_lets_no_leap_through() -> None:
    asked = Asked()
    asked.is_away = True
    with pytest.raises(DatabaseLost):  # nothing is known yet
        asked.watch.is_far_ahead()
    asked.is_away = False
    assert not asked.watch.is_far_ahead()

    asked.is_away = True
    asked.passes(2 * ASK_SECONDS)
    assert not asked.watch.is_far_ahead()
    asked.machine += 3600
    assert asked.watch.is_far_ahead()
    asked.passes(3600)
    assert asked.watch.is_far_ahead()
    asked.machine -= 3600

    assert not asked.watch.is_far_ahead()


def test_while_one_thread_waits_for_the_answer_the_others_go_by_what_they_know() -> None:
    asked = Asked()
    assert not asked.watch.is_far_ahead()
    hangs, released = threading.Event(), threading.Event()
    ask = asked.clock_ahead
    asked.clock_ahead = lambda machine: (hangs.set(), released.wait(60), ask(machine))[2]  # type: ignore[method-assign]
    asked.passes(ASK_SECONDS)
    waiting = threading.Thread(target=asked.watch.is_far_ahead)
    waiting.start()
    assert hangs.wait(60)

    assert not asked.watch.is_far_ahead()
    asked.machine += 3600
    assert asked.watch.is_far_ahead()

    released.set()
    waiting.join(60)
    assert asked.watch.is_far_ahead()


def _nodes(flow: Flowcase) -> Any:
    return flow.nodes.overview(WallClock().now()).nodes


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    assert is_so()
