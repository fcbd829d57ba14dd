"""The clock jumps four and a half hours, and ten days: what docs/timers.md says is what happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flowcase import bootstrap, scheduler
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.config import Config
from tests.services.diagrams import (
    Node,
    boundary,
    catch,
    end,
    process,
    properties,
    start,
    timer,
    user_task,
)

LOCAL = ZoneInfo("Europe/Copenhagen")
SHORT, LONG = dt.timedelta(hours=4, minutes=30), dt.timedelta(days=10)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.fixture
def begin(tmp_path: Path) -> Callable[[str], Flowcase]:
    """A throw-away installation whose clock stands at a local time."""

    def begin(now: str) -> Flowcase:
        return bootstrap.open_throwaway(tmp_path / now.replace(":", ""), now=local(now).astimezone(dt.UTC))

    return begin


def deployed(flow: Flowcase, *diagrams: bytes) -> None:
    flow.deployments.deploy({f"{n}.bpmn": content for n, content in enumerate(diagrams)}, actor=SYSTEM)


def jump(flow: Flowcase, by: dt.timedelta) -> dict[str, int]:
    flow.clock.set(flow.clock.now() + by)
    return scheduler.run_once(flow)


def open_elements(flow: Flowcase) -> list[str]:
    return [row.element for row in flow.user_tasks.list()]


def reminded(policy: str, text: str, *, kind: str = "timeCycle", calendar: str = "") -> bytes:
    """A user task with a boundary timer that does not interrupt it."""
    named = {"catchUp": policy} | ({"calendar": calendar} if calendar else {})
    event = boundary("husk", "a", properties(**named) + timer(kind, text), to="husket", interrupting=False)
    reminder = Node("husket", "userTask", user_task("husket").inside, 'name="x"', (), ("end",))
    return process("p", start(), user_task("a"), end(), aside=(event, reminder))


def started_by(text: str, policy: str, *, calendar: str = "", kind: str = "timeCycle") -> bytes:
    named = {"catchUp": policy} | ({"calendar": calendar} if calendar else {})
    return process("s", start("ur", properties(**named) + timer(kind, text)), user_task("gjort"), end())


# --- cycles and single timers of instances -------------------------------------------------------------


CYCLES = [  # timer, policy, fired after four and a half hours, after ten days more
    ("R/PT1H", "once", 1, 2),
    ("R/PT1H", "skip", 0, 0),
    ("R/PT2H", "all", 2, 122),
    ("R/P1D", "all", 0, 10),
    ("R/P1D", "once", 0, 1),
    ("R/P1D", "skip", 0, 0),
]
NEXT = {  # of a timer that began at 09:00 on 2 March: a repetition keeps its phase
    "R/PT1H": ("2026-03-02T14:00", "2026-03-12T14:00"),
    "R/PT2H": ("2026-03-02T15:00", "2026-03-12T15:00"),
    "R/P1D": ("2026-03-03T09:00", "2026-03-13T09:00"),
}


@pytest.mark.parametrize(("text", "policy", "after_short", "after_long"), CYCLES)
def test_a_cycle_at_a_user_task(
    begin: Callable[[str], Flowcase], text: str, policy: str, after_short: int, after_long: int
) -> None:
    flow = begin("2026-03-02T09:00")
    deployed(flow, reminded(policy, text))
    flow.instances.start("p", actor=SYSTEM)

    for by, fired, following in zip((SHORT, LONG), (after_short, after_long), NEXT[text], strict=True):
        jump(flow, by)
        assert open_elements(flow).count("husket") == fired
        assert flow.next_due() == local(following)


@pytest.mark.parametrize(("policy", "fired"), [("all", True), ("once", True), ("skip", False)])
@pytest.mark.parametrize("jump_by", [SHORT, LONG])
def test_a_single_boundary_timer(
    begin: Callable[[str], Flowcase], policy: str, fired: bool, jump_by: dt.timedelta
) -> None:
    flow = begin("2026-03-02T09:00")
    deployed(flow, reminded(policy, "PT1H", kind="timeDuration"))
    flow.instances.start("p", actor=SYSTEM)

    jump(flow, jump_by)

    assert ("husket" in open_elements(flow)) is fired
    assert flow.next_due() is None


@pytest.mark.parametrize("policy", ["all", "once", "skip"])
def test_a_token_that_only_waits_for_time_goes_on_however_late(
    begin: Callable[[str], Flowcase], policy: str
) -> None:
    flow = begin("2026-03-02T09:00")
    waits = catch("vent", properties(catchUp=policy) + timer("timeDuration", "PT24H"))
    deployed(flow, process("p", start(), waits, user_task("efter"), end()))
    flow.instances.start("p", actor=SYSTEM)

    jump(flow, SHORT)
    assert open_elements(flow) == []
    jump(flow, LONG)
    assert open_elements(flow) == ["efter"]


def test_a_bounded_cycle_counts_what_was_missed(begin: Callable[[str], Flowcase]) -> None:
    flow = begin("2026-03-02T09:00")
    deployed(flow, reminded("once", "R3/PT1H"))
    flow.instances.start("p", actor=SYSTEM)

    jump(flow, LONG)

    assert open_elements(flow).count("husket") == 1
    assert flow.next_due() is None  # the other two were missed


@pytest.mark.parametrize(("seconds", "fired"), [(30, 1), (90, 0)])
def test_late_is_more_than_a_minute(begin: Callable[[str], Flowcase], seconds: int, fired: int) -> None:
    flow = begin("2026-03-02T09:00")
    deployed(flow, reminded("skip", "R/PT1H"), started_by("R/PT1H", "skip"))
    flow.instances.start("p", actor=SYSTEM)

    jump(flow, dt.timedelta(hours=1, seconds=seconds))

    assert open_elements(flow).count("husket") == fired
    assert open_elements(flow).count("gjort") == fired


# --- start events --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "policy", "after_short", "after_long"), CYCLES)
def test_a_start_event(
    begin: Callable[[str], Flowcase], text: str, policy: str, after_short: int, after_long: int
) -> None:
    flow = begin("2026-03-02T09:00")
    deployed(flow, started_by(text, policy))

    for by, started, following in zip((SHORT, LONG), (after_short, after_long), NEXT[text], strict=True):
        jump(flow, by)
        assert len(flow.instances.list(limit=None)) == started
        assert flow.next_due() == local(following)


@pytest.mark.parametrize(("policy", "started"), [("all", 5), ("once", 1), ("skip", 0)])
def test_a_daily_meeting_on_working_days_over_easter(
    begin: Callable[[str], Flowcase], policy: str, started: int
) -> None:
    """From Monday before Easter, 10 days: Tuesday, Wednesday, then Tuesday to Thursday of the next week."""
    flow = begin("2026-03-30T09:00")
    deployed(flow, _meeting(policy))
    assert flow.next_due() == local("2026-03-31T08:30")

    jump(flow, LONG)  # Thursday 9 April, 09:00

    assert len(flow.instances.list(limit=None)) == started
    assert flow.next_due() == local("2026-04-10T08:30")


def _meeting(policy: str) -> bytes:
    return started_by("0 30 8 * * *", policy, calendar="arbejdsdage")


def test_a_daily_meeting_keeps_its_local_time_across_the_clock_change(
    begin: Callable[[str], Flowcase],
) -> None:
    flow = begin("2026-03-27T09:00")  # Friday before the clocks go forward
    deployed(flow, _meeting("all"))

    jump(flow, LONG)  # Monday 6 April: Easter Monday; 30 March to 1 April were working days

    due = [
        row.event.due_at.astimezone(LOCAL)
        for row in flow.history.everything()
        if row.kind == "StartTimerFired"
    ]
    assert due == [local(f"{day}T08:30") for day in ("2026-03-30", "2026-03-31", "2026-04-01")]
    assert flow.next_due() == local("2026-04-07T08:30")


@pytest.mark.parametrize(
    ("begun", "cron", "first"),
    [
        ("2026-03-28T12:00", "0 30 2 * * *", "2026-03-29T03:30"),  # 02:30 does not exist that night
        ("2026-10-24T12:00", "0 30 2 * * *", "2026-10-25T02:30"),  # 02:30 exists twice: the first
    ],
)
def test_a_time_that_the_clock_change_takes_or_doubles_comes_once(
    begin: Callable[[str], Flowcase], begun: str, cron: str, first: str
) -> None:
    flow = begin(begun)
    deployed(flow, started_by(cron, "all"))
    assert flow.next_due() == local(first).astimezone(dt.UTC)  # in UTC: 02:30 is ambiguous

    jump(flow, dt.timedelta(days=2))

    assert len(flow.instances.list(limit=None)) == 2


def test_a_repetition_of_hours_counts_hours_and_one_of_days_keeps_the_local_time(
    begin: Callable[[str], Flowcase],
) -> None:
    flow = begin("2026-03-28T09:00")  # the clocks go forward in the night
    hours = started_by("R/PT24H", "all").replace(b'"s"', b'"timer"')
    deployed(flow, hours, started_by("R/P1D", "all"))

    by_process = {row.process: row.due_at.astimezone(LOCAL) for row in flow.timers.list()}

    assert by_process == {"timer": local("2026-03-29T10:00"), "s": local("2026-03-29T09:00")}


# --- downtime ------------------------------------------------------------------------------------------


def test_a_worker_that_was_down_fires_each_timer_once(tmp_path: Path) -> None:
    settings = Config(home=tmp_path, is_demonstration=True)
    bootstrap.upgrade(settings)
    now = local("2026-03-02T09:00").astimezone(dt.UTC)
    waiting = process("p", start(), catch("vent", timer("timeDuration", "PT1H")), user_task("efter"), end())
    before = bootstrap.open(settings, clock=ManualClock(now))
    deployed(before, waiting)
    for _ in range(12):
        before.instances.start("p", actor=SYSTEM)
    before.close()

    done: list[Any] = []
    for _ in range(3):  # three workers one after the other, all late
        worker = bootstrap.open(settings, clock=ManualClock(now + LONG))
        done.append(scheduler.run_once(worker)["timers"])
        elements = open_elements(worker)
        worker.close()

    assert done == [12, 0, 0]
    assert elements == ["efter"] * 12
