"""When the database is asked what a clock is worth, and what is said of workers of older releases."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import cast

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.cli import examining
from flowcase.clock import ManualClock, WallClock
from flowcase.services.machines.clock_watch import ASK_SECONDS, WRONG_SECONDS, ClockWatch
from flowcase.services.machines.nodes import Nodes
from flowcase.services.transactions import DatabaseLost

HOUR = dt.timedelta(hours=1)
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
def test_doctor_says_who_leaves_what_is_due(machine: Machine, flow: Flowcase) -> None:
    for kind, ahead in (("worker", HOUR), ("web", HOUR), ("worker", -HOUR)):
        machine.set_ahead(ahead)
        flow.nodes.beat(kind, WallClock().now())

        (said,) = [each.message for each in examining._work(flow) if "The clock of" in each.message]

        assert ("ahead of" in said) is (ahead > dt.timedelta())
        assert ("leaves what is due to others" in said) is (kind == "worker" and ahead > dt.timedelta())


# --- when the database is asked --------------------------------------------------------------------------


class Asked:
    """Stands for the nodes and their database: how far ahead it says that this machine is, and how often."""

    are_alone = False

    def __init__(self, *, corrects: bool = True) -> None:
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
        asked.watch.refresh()
        asked.passes(1)
    assert asked.times == 1

    asked.watch.refresh()
    assert asked.times == 2
    asked.machine += 3600

    asked.watch.refresh()
    assert asked.times == 3
    asked.passes(WRONG_SECONDS)
    asked.watch.refresh()
    assert asked.times == 4  # more often: it may have been set right


def test_a_database_that_gives_no_answer_stops_nothing_once_it_has_given_one() -> None:
    asked = Asked()
    asked.is_away = True
    with pytest.raises(DatabaseLost):  # nothing is known yet
        asked.watch.refresh()
    asked.is_away = False
    asked.watch.refresh()

    asked.is_away = True
    asked.passes(2 * ASK_SECONDS)
    asked.watch.refresh()

    assert asked.times == 3


def test_while_one_thread_waits_for_the_answer_the_others_go_by_what_they_know() -> None:
    asked = Asked()
    was = asked.watch.now().timestamp()
    hangs, released = threading.Event(), threading.Event()
    ask = asked.clock_ahead
    asked.clock_ahead = lambda machine: (hangs.set(), released.wait(60), ask(machine))[2]  # type: ignore[method-assign]
    asked.passes(ASK_SECONDS)
    waiting = threading.Thread(target=asked.watch.refresh)
    waiting.start()
    assert hangs.wait(60)

    asked.watch.refresh()
    assert asked.watch.now().timestamp() == was + ASK_SECONDS

    released.set()
    waiting.join(60)
    assert asked.times == 2


def test_a_clock_that_is_given_is_never_asked_about() -> None:
    asked = Asked(corrects=False)

    asked.watch.refresh()

    assert asked.times == 0
