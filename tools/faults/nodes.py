"""Three nodes on one PostgreSQL, killed in turn: the story of one timer and of one job."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from faults import outside
from faults.counting import count
from faults.drawing import job, sequence, user_task, wait
from faults.outcome import Outcome
from faults.places import CLIENT, installation, until_done, wait_for
from faults.servers import Node, folder, postgresql, running
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase

LOCAL = ZoneInfo("Europe/Copenhagen")
NAMES = ("node-1", "node-2", "node-3")
OTHERS = 20  # instances that are under way at the same time
DRAWN = (
    sequence(
        "told", user_task("begin"), job("send", "chaos.slow"), wait("a_while", "PT4S"), user_task("after")
    ),
    sequence("work", job("send", "chaos.send"), wait("a_second", "PT1S")),
)
Told = list[tuple[dt.datetime, str]]


def three(*, rounds: int, seed: int) -> Outcome:
    """In each round the node that has claimed a job is killed, then the one that took it over."""
    outcome = Outcome("nodes", "Three nodes on one PostgreSQL, killed in turn under load")
    outcome.meant = ("user tasks completed", "timers fired", "jobs completed")
    kills, started = 0, []
    with (
        folder() as place,
        postgresql(place) as database,
        installation(place / "home", database.url, *DRAWN) as (flow, _),
    ):
        shared = {"FLOWCASE_DATABASE_URL": database.url}
        nodes = {name: Node("worker", place / "home", name=name, environment=shared) for name in NAMES}
        with running(*nodes.values()):
            wait_for(lambda: len(_alive(flow)) == len(NAMES), 60)
            for number in range(rounds):
                started += [flow.instances.start("work", actor=SYSTEM) for _ in range(OTHERS)]
                told, killed, seconds = _round(flow, nodes, place / "home" / "world")
                outcome.until_normal.append(seconds)
                kills += killed
                if number == 0:
                    outcome.notes += [f"{_clock(at)} {said}." for at, said in sorted(told)]
                for node in nodes.values():
                    if not node.is_running:
                        node.start()
            until_done(flow)
        outcome.tried = {"nodes killed": kills}
        outcome.add(count(flow, is_done=True))
        outcome.lost += len(set(started) - {row.id for row in flow.instances.list(limit=None)})
        outcome.wrong["rounds without a takeover"] = int(kills < 2 * rounds)
    return outcome


def _alive(flow: Flowcase) -> list[str]:
    seen = flow.nodes.overview(flow.clock.now())
    return sorted(node.id for node in seen.nodes if node.kind == "worker" and not node.is_silent)


def _round(flow: Flowcase, nodes: dict[str, Node], world: Path) -> tuple[Told, int, float]:
    """Kill whoever has the job, and who took it over while the timer waits.

    (the story, nodes killed, seconds from the first kill until another node had done the job).
    """
    told: Told = [(flow.clock.now(), f"By the node table {', '.join(_alive(flow))} are alive")]
    instance = flow.instances.start("told", actor=SYSTEM)
    (task,) = flow.user_tasks.list(instance=instance)
    flow.user_tasks.complete(task.id, {}, actor=flow.people.actor(CLIENT))

    def tries() -> list[str]:
        """The nodes that have begun the job, in the order of their tries."""
        (row,) = flow.jobs.list(instance=instance)
        return [line[3] for line in outside.world(world) if line[:2] == ["slow", row.id]]

    wait_for(lambda: bool(tries()), 30)
    first, claimed = tries()[0], flow.jobs.list(instance=instance)[0]
    told.append((flow.clock.now(), f"By the job table {first} has claimed the job: try {claimed.attempts}"))
    nodes[first].kill()
    told.append((flow.clock.now(), f"{first} is killed with the job in its hands"))
    if claimed.lease_until is not None:
        told.append((claimed.lease_until, f"The lease of {first} ends: the job is anybody's again"))
    taken_over = wait_for(lambda: bool(flow.timers.list(instance=instance)), 60)
    killed, second = 1, tries()[-1]
    if second != first and nodes[second].is_running:
        nodes[second].kill()
        killed = 2
        left = " and ".join(name for name, node in nodes.items() if node.is_running)
        told.append((flow.clock.now(), f"{second} is killed while the timer waits; only {left} is left"))
    wait_for(lambda: bool(flow.user_tasks.list(instance=instance)), 60)
    left = " and ".join(name for name, node in nodes.items() if node.is_running)
    for row in flow.history.of_instance(instance, actor=SYSTEM):
        event: Any = row.event
        if row.kind == "JobCreated":
            told.append((row.at, "The user task is completed; the same commit writes the job"))
        elif row.kind == "JobCompleted":
            told.append((row.at, f"{second} has done try {event.attempt}; its result is recorded, once"))
        elif row.kind == "TimerScheduled":
            told.append((row.at, f"The same commit writes timer {event.element}, due {_clock(event.due_at)}"))
        elif row.kind == "TimerFired":
            late = (row.at - event.due_at).total_seconds()
            told.append((row.at, f"{left} fires the timer, once, {late:.2f} s after it was due"))
    return told, killed, taken_over


def _clock(at: dt.datetime) -> str:
    return at.astimezone(LOCAL).strftime("%H:%M:%S.%f")[:-3]
