"""A node's clock is set back and forward while it works: nothing twice, nothing lost, nothing early by it."""

from __future__ import annotations

import random
import time
from pathlib import Path

from faults.counting import count
from faults.drawing import job, sequence, user_task, wait
from faults.node import CLOCK
from faults.outcome import Outcome
from faults.places import Feeder, installation, until_done, wait_for
from faults.servers import Node, folder, postgresql, running
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict

LEAPS = (-7200, -3600, -60, -5, 0, 5, 60, 3600)  # seconds
DRAWN = sequence(
    "work",
    user_task("first"),
    job("send", "chaos.send", retries=50),
    wait("a_second", "PT1S"),
    user_task("second"),
)
HELD = sequence("held", job("hold", "chaos.hang", retries=50))
# Until the steady worker has taken over what the one that is gone claimed by a clock of hours ahead: a look
# at the leases, the lease, and what two busy processors add.
TAKEN_OVER_SECONDS = 60.0


def set_about(*, seconds: float, seed: int) -> Outcome:
    """One of two workers has a clock that leaps every second or two; at the end it is gone with a lease."""
    outcome = Outcome("clocks", "The clock of one of two workers set back and forward by up to two hours")
    outcome.meant = ("timers fired", "jobs completed")
    chance, leaps, ahead = random.Random(seed), 0, 0
    actor = Actor("client", groups=frozenset({"clients"}))
    with (
        folder() as place,
        postgresql(place) as database,
        installation(place / "home", database.url, DRAWN, HELD) as (flow, _),
    ):
        clock = place / "home" / "clock"
        clock.write_text("0")
        shared = {"FLOWCASE_DATABASE_URL": database.url}
        nodes = [
            Node("worker", place / "home", name="steady", environment=shared),
            Node("worker", place / "home", name="leaping", environment={**shared, CLOCK: str(clock)}),
        ]
        acknowledged: list[str] = []
        feeder = Feeder(flow, "work", 20)
        with running(*nodes):
            feeder.start()
            until, leap_at = time.monotonic() + seconds, time.monotonic() + 1.0
            while time.monotonic() < until or not leaps:
                if time.monotonic() > leap_at:
                    ahead = chance.choice([leap for leap in LEAPS if leap != ahead])
                    _set(clock, ahead)
                    leaps += 1
                    leap_at = time.monotonic() + chance.uniform(0.5, 2)
                for row in flow.user_tasks.list(limit=5):
                    try:
                        flow.user_tasks.complete(row.id, {}, actor=actor)
                    except Conflict:
                        continue
                    acknowledged.append(row.id)
                time.sleep(0.05)
            feeder.stop()
            outcome.wrong["leases of a wrong clock that hold"] = _hold(flow, clock, *nodes, outcome)
            began = time.monotonic()
            # What was scheduled by a clock that was ahead is due when a clock says so.
            _set(clock, 2 * max(LEAPS))
            until_done(flow)
            outcome.until_normal.append(time.monotonic() - began)
        outcome.tried = {"leaps": leaps, "completions acknowledged": len(acknowledged)}
        outcome.add(count(flow, acknowledged, is_done=True))
        outcome.lost += feeder.missing()
    return outcome


def _hold(flow: Flowcase, clock: Path, steady: Node, leaping: Node, outcome: Outcome) -> int:
    """The leaping worker claims a job by a clock of hours ahead and is killed: does it wait for hours?"""
    _set(clock, max(LEAPS))
    steady.kill()
    held = flow.instances.start("held", actor=SYSTEM)
    wait_for(lambda: any(job.lease_owner == leaping.name for job in flow.jobs.list(instance=held)), 60)
    ahead = max(row.lease_until or row.created_at for row in flow.jobs.list(instance=held)) - flow.clock.now()
    leaping.kill()
    _set(clock, 0)
    steady.start()
    wait_for(lambda: _lives(flow, steady), 60)
    took = wait_for(lambda: flow.instances.get(held).status == "completed", TAKEN_OVER_SECONDS)
    outcome.notes.append(
        f"a lease until {ahead.total_seconds():.0f} s ahead was taken over after {took:.1f} s"
    )
    leaping.start()
    return int(flow.instances.get(held).status != "completed" or ahead.total_seconds() < max(LEAPS) / 2)


def _lives(flow: Flowcase, node: Node) -> bool:
    seen = flow.nodes.overview(flow.clock.now())
    return any(each.id == node.name and not each.is_silent for each in seen.nodes)


def _set(clock: Path, ahead: float) -> None:
    new = clock.with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(clock)  # whoever reads it sees the old or the new one
